"""Door. Tells templates which ledger they show."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone

register = template.Library()


@register.simple_tag
def sandbox() -> dict[str, Any] | None:
    """Which sandbox this is, and the moment in it; None for the books."""
    return {"name": settings.SANDBOX, "now": timezone.now()} if settings.SANDBOX else None
