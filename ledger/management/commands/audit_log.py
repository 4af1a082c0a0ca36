"""Door. Write the audit trail as a file."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from departments.organisation.audit_trail import COLUMNS, TrailFilter, every_event
from departments.organisation.models import TrailAction
from departments.organisation.spreadsheet import csv_lines, json_lines
from ledger.management.steps import StepCommand


class Command(StepCommand):
    help = (
        "Write who changed what, as the database kept it, to standard output: every change of "
        "prices, rates, schemes, roles, keys, mappings, periods and whatever else has no history "
        "of its own, by every way. Oldest first; decimals are texts; secrets and names of people "
        'are not in it. With --format jsonl: {"id", "at", "action", "table", "object", "person", '
        '"key", "named", "request_id", "program", "database_role", "reason", "transaction", '
        '"changed", "before", "after"} a line. Exit codes: 0 written, 1 refused, 2 wrong usage.'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=moment, metavar="TIME", help="YYYY-MM-DD[THH:MM], UTC")
        parser.add_argument("--until", type=moment, metavar="TIME", help="before this moment")
        parser.add_argument("--table", metavar="NAME", help="e.g. pricing_carbonprice")
        parser.add_argument("--object", metavar="KEY", help="primary key of one of its rows")
        parser.add_argument("--actor", metavar="USER", help="user name")
        parser.add_argument("--action", choices=TrailAction.values)
        parser.add_argument("--format", choices=["csv", "jsonl"], default="csv")

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("since", "until", "table", "object", "actor", "action")
        wanted = TrailFilter(**{name: options[name] for name in names})
        rows = (event.content() for event in every_event(wanted))
        is_csv = options["format"] == "csv"
        for piece in csv_lines(COLUMNS, rows) if is_csv else json_lines(rows):
            self.stdout.write(piece, ending="")


def moment(text: str) -> datetime:
    """A moment, in UTC unless it says its own offset, for argparse."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no moment; write it as YYYY-MM-DDTHH:MM") from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)
