"""Door. Who approved whose work."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError

from departments.organisation.spreadsheet import csv_lines
from ledger.audit import duties
from ledger.management.commands.audit_log import moment
from ledger.management.steps import StepCommand


class Command(StepCommand):
    help = (
        "Show who decided whose work in a window, for every table that knows both, and who holds "
        "roles that conflict. The same person in both must never be: the database refuses it, and "
        "this counts. With --each every single decision as CSV. Exit codes: 0 nobody decided their "
        "own work, 1 somebody did, 2 wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=moment, metavar="TIME", help="YYYY-MM-DD[THH:MM], UTC")
        parser.add_argument("--until", type=moment, metavar="TIME", help="before this moment")
        parser.add_argument("--each", action="store_true", help="every decision, as CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        window = {"since": options["since"], "until": options["until"]}
        if options["each"]:
            for piece in csv_lines(duties.EACH_COLUMNS, duties.each_decision(**window)):
                self.stdout.write(piece, ending="")
            return
        found = duties.pairs(**window)
        for pair in found:
            self.stdout.write(
                f"{'SAME PERSON  ' if pair.is_same_person else ''}{pair.kind}: {pair.count:,} "
                f"{pair.prepared_as} {pair.preparer}, {pair.decided_as} {pair.decider}, "
                f"{_day(pair.first_at)} to {_day(pair.last_at)}"
            )
        for conflict in duties.conflicts():
            self.stdout.write(f"Roles of {conflict.person}: {conflict.why}.")
        same = [pair for pair in found if pair.is_same_person]
        decided = sum(pair.count for pair in found)
        if same:
            raise CommandError(
                f"{sum(pair.count for pair in same):,} of {decided:,} were decided by whoever "
                "prepared them.",
                returncode=1,
            )
        self.stdout.write(
            f"{decided:,} pairs of {len(duties.duties())} kinds; nobody decided their own work."
        )


def _day(at: datetime | None) -> str:
    return "?" if at is None else f"{at:%Y-%m-%d}"
