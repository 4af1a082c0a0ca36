"""Door. What in a period looks as if the yardstick or the tonnes had been moved."""

from __future__ import annotations

from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from ledger import fairness_alerts
from ledger.management.steps import StepCommand


class Command(StepCommand):
    help = (
        "Show baselines that were raised or proposed for the proposer's own department, and "
        "emissions that left one department and came up in another, beside the period before. "
        "Each may have its reason: look at it. Exit codes: 0 shown, 1 refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scheme", required=True, metavar="CODE")
        parser.add_argument("--period", required=True, metavar="CODE")
        parser.add_argument("--raised", type=Decimal, default=Decimal(10), metavar="PERCENT")
        parser.add_argument("--within", type=Decimal, default=Decimal(5), metavar="PERCENT")

    def handle(self, *args: Any, **options: Any) -> None:
        found = fairness_alerts.alerts(
            scheme_code=options["scheme"],
            period_code=options["period"],
            raised_percent=options["raised"],
            within_percent=options["within"],
        )
        for alert in found:
            self.stdout.write(f"{alert.department}: {alert.words}.")
        if not found:
            self.stdout.write(f"Nothing to look at in {options['period']}.")
