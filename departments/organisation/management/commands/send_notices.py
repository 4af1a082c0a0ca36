"""Door. Send the mails about notices that are due, once; the worker does so each minute."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from departments.organisation.notice_mails import send_due


class Command(BaseCommand):
    help = (
        "Send the mails about notices that are due. Safe to call at any time, beside any workers: "
        "each mail is claimed by one of them."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SENDS_MAIL:
            raise CommandError(
                "No mail server: set EMAIL_URL, such as smtp+tls://user:password@mail.example:587. "
                "Until then notices stand on the pages alone.",
                returncode=2,
            )
        sent, failed = send_due(clock=timezone.now)
        self.stdout.write(f"{sent} sent, {failed} not sent")
        if failed:
            raise CommandError("Some could not be sent; they are tried again.", returncode=1)
