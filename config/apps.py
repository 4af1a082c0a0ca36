"""Connects what Django must know before the first request, task or migration."""

from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.models.signals import post_migrate


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import celery, checks  # noqa: F401  registers the worker app and the checks
        from config.field_names import translate_field_names

        translate_field_names()

        # sent once for each app with models, after all have migrated: one of them will do
        post_migrate.connect(_renew, sender=apps.get_app_config("ledger"))
        if settings.SANDBOX:
            from config.sandbox import clock

            clock.install()


def _renew(*, using: str, plan: Any = None, **_: Any) -> None:
    if plan is None:
        return  # a flush: the tables are what they were
    from config.audit_trail import renew_audit_trail
    from config.grants import renew_grants
    from config.row_security import renew_row_security

    renew_audit_trail(using=using)
    renew_row_security(using=using)
    renew_grants(using=using)
