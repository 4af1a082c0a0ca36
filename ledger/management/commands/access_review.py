"""Door. Who may do what."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from departments.organisation import access_review
from departments.organisation.spreadsheet import csv_lines, json_lines
from ledger.management.steps import StepCommand


class Command(StepCommand):
    help = (
        "Write who has which role where, since when and given by whom, with the last sign-in and "
        "second factors; with --keys every key of a program, whom it acts for, its scopes and its "
        "last use. Since and by whom come from the audit trail. Exit codes: 0 written, 2 wrong "
        "usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--keys", action="store_true", help="keys instead of people")
        parser.add_argument("--format", choices=["csv", "jsonl"], default="csv")

    def handle(self, *args: Any, **options: Any) -> None:
        columns, rows = access_review.ACCESS_COLUMNS, access_review.people()
        shown = [row.content() for row in rows]
        if options["keys"]:
            columns = access_review.KEY_COLUMNS
            shown = [row.content() for row in access_review.keys(at=timezone.now())]
        is_csv = options["format"] == "csv"
        for piece in csv_lines(columns, shown) if is_csv else json_lines(shown):
            self.stdout.write(piece, ending="")
