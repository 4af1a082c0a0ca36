"""Door. Propose baselines from a CSV file, and approve them as another person."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from pricing import allocation_setting
from pricing.baseline_file import COLUMNS, NEEDED
from pricing.management.steps import PolicyCommand, person, read_csv


class Command(PolicyCommand):
    help = """What departments are measured against: baselines or targets in tonnes, or budgets.

  manage.py baselines load FILE --scheme buildings-feebate --by analyst
  manage.py baselines approve --scheme buildings-feebate --by approver

The file is CSV with a header. Columns: department, quantity, unit, first_day, last_day; and, where
they are needed, scope, category, reason, source_url. The unit is tCO2e, kgCO2e, or the scheme's
currency for a budget. A row belongs to the accounting period of its last day. The file is taken
whole or not at all; all problems are shown at once.

Exit codes: 0 done, 1 refused (the message says what to do), 2 wrong usage."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        load = steps.add_parser("load", help="propose every row")
        load.add_argument("file", type=Path, metavar="FILE")
        approve = steps.add_parser("approve", help="approve every one that waits")
        for step in (load, approve):
            step.add_argument("--scheme", required=True, metavar="CODE")
            step.add_argument("--by", required=True, metavar="USER")

    def handle(self, *args: Any, **options: Any) -> None:
        scheme, by = options["scheme"], person(options["by"])
        if options["step"] == "approve":
            count = allocation_setting.approve_baselines(
                scheme_code=scheme, by=by, at=timezone.now()
            )
            self.stdout.write(f"{count} baselines approved.")
            return
        rows = read_csv(options["file"], NEEDED, COLUMNS)
        done = allocation_setting.load_baselines(rows, scheme_code=scheme, by=by)
        self.stdout.write(
            f"{done.proposed} baselines proposed, {done.unchanged} as they were. Another person "
            "approves them."
        )
