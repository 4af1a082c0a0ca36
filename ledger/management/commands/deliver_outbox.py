"""Door. Deliver what waits in the outbox, where no worker does."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ledger import deliveries
from ledger.management.steps import StepCommand


class Command(StepCommand):
    help = (
        "Deliver every outgoing message that is due, such as the head of a new seal to "
        "SEAL_HEADS_FILE. Workers do this each minute. "
        "Exit codes: 0 nothing failed, 1 something did and waits, with its error."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        delivered, failed = deliveries.deliver_due(at=timezone.now())
        self.stdout.write(f"{delivered} delivered, {failed} failed.")
        if failed:
            raise CommandError("See the outgoing messages in the administration.", returncode=1)
