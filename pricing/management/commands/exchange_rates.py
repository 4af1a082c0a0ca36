"""Door. Propose exchange rates from a CSV file, approve them as another person, list them."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from pricing import exchange_lookup, exchange_setting
from pricing.management.steps import PolicyCommand, person, read_csv


class Command(PolicyCommand):
    help = """What a scheme's currency is worth in the currencies of legal entities' books.

  manage.py exchange_rates load FILE --by analyst
  manage.py exchange_rates approve --by approver
  manage.py exchange_rates list
  manage.py exchange_rates list --waiting
  manage.py exchange_rates withdraw 12 --by analyst

The file is CSV with a header. Columns: date, from, to, rate, source; and, if you like, source_url.

  date,from,to,rate,source
  2023-03-31,USD,EUR,0.9125,Group treasury closing rates

A rate says how many units of `to` one unit of `from` is worth: `from` is the scheme's currency,
`to` that of the legal entity. It is never turned round, guessed or taken as 1. An entry takes the
rate of its day, or the newest of the six days before. The file is taken whole or not at all; all
problems are shown at once. Once approved a rate is never edited: load another for that day, and the
one that is approved last counts; exports that were written before keep theirs.

Exit codes: 0 done, 1 refused (the message says what to do), 2 wrong usage."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        load = steps.add_parser("load", help="propose every row of a CSV file")
        load.add_argument("file", type=Path, metavar="FILE")
        approve = steps.add_parser("approve", help="approve every one that waits")
        withdraw = steps.add_parser("withdraw", help="take back one that waits, by its number")
        withdraw.add_argument("number", type=int)
        for step in (load, approve, withdraw):
            step.add_argument("--by", required=True, metavar="USER")
        shown = steps.add_parser("list", help="show every one, and who approved it")
        shown.add_argument("--waiting", action="store_true", help="only those that wait")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["step"] == "list":
            self._show(waiting=options["waiting"])
            return
        by = person(options["by"])
        if options["step"] == "approve":
            count = exchange_setting.approve_all(by=by, at=timezone.now())
            self.stdout.write(f"{count} exchange rates approved.")
            return
        if options["step"] == "withdraw":
            exchange_setting.withdraw_rate(rate_id=options["number"], by=by)
            self.stdout.write(f"Exchange rate {options['number']} is withdrawn.")
            return
        needed = [column.name for column in exchange_setting.COLUMNS if column.is_needed]
        known = [column.name for column in exchange_setting.COLUMNS]
        done = exchange_setting.load(read_csv(options["file"], needed, known), by=by)
        self.stdout.write(
            f"{done.proposed} exchange rates proposed, {done.unchanged} as they were. Another "
            "person approves them."
        )

    def _show(self, *, waiting: bool) -> None:
        found = list(exchange_lookup.list_rates(waiting=waiting))
        for rate_id, what, source, proposed_by, approved_by in found:
            by = f"approved by {approved_by}" if approved_by else "waits for approval"
            self.stdout.write(f"{rate_id}\t{what}\t{source}\tproposed by {proposed_by}, {by}")
        if not found:
            self.stdout.write("There are no exchange rates.")
