"""Connects what Django must know before the first request, task or migration."""

from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import celery, checks  # noqa: F401  registers the worker app and the checks

        # sent once for each app with models, after all have migrated: one of them will do
        post_migrate.connect(_grant, sender=apps.get_app_config("ledger"))


def _grant(*, using: str, **_: Any) -> None:
    from config.grants import renew_grants

    renew_grants(using=using)
