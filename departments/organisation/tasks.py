"""Doors for the worker: one call, nothing else."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from departments.organisation import kept_replies


@shared_task(name="organisation.forget_old_replies")
def forget_old_replies() -> None:
    """Delete answers to repeated requests that were kept for a day."""
    kept_replies.forget_old_replies(at=timezone.now())
