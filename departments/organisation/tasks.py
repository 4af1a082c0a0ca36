"""Doors for the worker: one call, nothing else."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from departments.organisation import kept_replies, notice_mails, tallies


@shared_task(name="organisation.forget_old_replies")
def forget_old_replies() -> None:
    """Delete answers to repeated requests that were kept for a day."""
    kept_replies.forget_old_replies(at=timezone.now())


@shared_task(name="organisation.forget_ended_tallies")
def forget_ended_tallies() -> None:
    """Delete counts of what happened in a while that has ended."""
    tallies.forget_ended(at=timezone.now())


@shared_task(name="organisation.send_notices")
def send_notices() -> None:
    """Mail what is due of notices; several workers may do it at once."""
    notice_mails.send_due(clock=timezone.now)
