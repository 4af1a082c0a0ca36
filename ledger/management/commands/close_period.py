"""Door. Close and seal a period."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from ledger import deliveries, period_close, seal
from ledger.management.steps import StepCommand, person


class Command(StepCommand):
    help = (
        "Close a period for good and seal its lines with SHA-256. Nothing posts into it after; "
        "late tonnes are charged by the next settlement. The head of the seals is appended to "
        "the file SEAL_HEADS_FILE. "
        "Exit codes: 0 closed, 1 refused with every reason, 2 wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", required=True, metavar="CODE", help="e.g. FY22")
        parser.add_argument("--by", required=True, metavar="USER", help="someone in finance")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        period = period_close.close(period_code=options["period"], by=person(options["by"]), at=at)
        self.stdout.write(f"{period.code} is closed; head of the seals: {seal.chain_head()}")
        _, failed = deliveries.deliver_due(at=at)
        if failed:
            self.stderr.write("It is not in the file of heads yet; see Needs attention.")
