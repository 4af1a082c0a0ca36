"""Door. Propose baselines from a CSV file, and approve them as another person."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from pricing import allocation_setting
from pricing.baseline_file import COLUMNS, NEEDED
from pricing.management.steps import PolicyCommand, person


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
        rows = read(options["file"])
        done = allocation_setting.load_baselines(rows, scheme_code=scheme, by=by)
        self.stdout.write(
            f"{done.proposed} baselines proposed, {done.unchanged} as they were. Another person "
            "approves them."
        )


def read(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, or exit code 2 with what is wrong with the file itself."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            table = csv.DictReader(text)
            rows = list(table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{file} can't be read: {error}.", returncode=2) from error
    names = set(table.fieldnames or ())
    unknown, missing = sorted(names - set(COLUMNS)), sorted(set(NEEDED) - names)
    if unknown or missing:
        raise CommandError(
            f"{file}: unknown columns: {', '.join(unknown) or 'none'}; missing columns: "
            f"{', '.join(missing) or 'none'}. Known: {', '.join(COLUMNS)}.",
            returncode=2,
        )
    return rows
