"""Door. Close and seal a period."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from ledger import period_close, seal
from ledger.management.steps import StepCommand, person


class Command(StepCommand):
    help = (
        "Close a period for good and seal its lines with SHA-256. Nothing posts into it after; "
        "late tonnes are charged by the next settlement. "
        "Exit codes: 0 closed, 1 refused with every reason, 2 wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", required=True, metavar="CODE", help="e.g. FY22")
        parser.add_argument("--by", required=True, metavar="USER", help="someone in finance")

    def handle(self, *args: Any, **options: Any) -> None:
        period = period_close.close(
            period_code=options["period"], by=person(options["by"]), at=timezone.now()
        )
        self.stdout.write(f"{period.code} is closed; head of the seals: {seal.chain_head()}")
