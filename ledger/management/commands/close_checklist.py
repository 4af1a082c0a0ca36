"""Door. Show what has to hold before a period closes."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ledger import close_checklist
from ledger.close_checklist import Check
from ledger.management.steps import StepCommand


class Command(StepCommand):
    help = """Show every check of a period's close with its figures, and what to do next.

  manage.py close_checklist --period FY24
  manage.py close_checklist --period FY24 --json | jq '.checks[] | select(.holds | not)'

Changes nothing. The control totals are recomputed from records, statement lines and journal.
With --json: {"period", "ready", "checks": [{"name", "holds", "is_warning", "figures": [{"label",
"value"}], "what_next"}]}. A warning keeps no period from closing.

Exit codes: 0 ready to close, 1 something fails, 2 wrong usage."""

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", required=True, metavar="CODE", help="e.g. FY24")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        code = options["period"]
        checks = close_checklist.checklist(period_code=code, at=timezone.now())
        failing = [check for check in checks if check.refuses]
        if options["json"]:
            self.stdout.write(json.dumps(as_json(code, checks), indent=2))
        else:
            for check in checks:
                self._print(check)
        if failing:
            raise CommandError(
                f"Period {code} can't be closed yet: {len(failing)} of {len(checks)} checks fail.",
                returncode=1,
            )

    def _print(self, check: Check) -> None:
        word = "ok" if check.holds else "WARNING" if check.is_warning else "FAILS"
        self.stdout.write(f"{word:8} {check.title}")
        for figure in check.figures:
            self.stdout.write(f"{'':10} {figure.label:64} {figure.value:>26}")
        if check.what_next:
            self.stdout.write(f"{'':10} → {check.what_next}")


def as_json(code: str, checks: list[Check]) -> dict[str, Any]:
    """The checklist as programs read it."""
    return {
        "period": code,
        "ready": not any(check.refuses for check in checks),
        "checks": [
            {
                "name": check.name,
                "holds": check.holds,
                "is_warning": check.is_warning,
                "figures": [
                    {"label": figure.label, "value": figure.value} for figure in check.figures
                ],
                "what_next": check.what_next,
            }
            for check in checks
        ],
    }
