"""Connects the admin with its site; apart from apps.py, where it would be taken for the app."""

from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext


class DeskConfig(AdminConfig):
    default_site = "config.admin.Desk"


def sandbox_label(request: HttpRequest) -> list[str] | None:
    """Each page of the desk says whether it is a sandbox's, and which day it is there."""
    if not settings.SANDBOX:
        return None
    today = timezone.localdate().isoformat()
    facts = {"name": settings.SANDBOX, "day": today}
    return [gettext("Sandbox %(name)s, %(day)s: not the books") % facts, "warning"]
