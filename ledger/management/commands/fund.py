"""Door. What a carbon fund holds, has promised and paid."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from ledger import fund
from ledger.contributions import contribution_shares
from ledger.management.steps import StepCommand, day
from pricing import price_lookup
from pricing.money import Money
from pricing.price_lookup import SchemeTerms


class Command(StepCommand):
    help = (
        "Show what the fund of a scheme holds, what of it is committed to grants, what is "
        "available, paid and taken back, and the budget for projects that start on a day. "
        'With --json: {"scheme", "currency", "may_overdraw", "balance", "committed", "available", '
        '"paid", "taken_back", "budget"}, decimals as strings; budget is null where none is '
        "approved. With --shares: what each department may invest of what it paid, year by year, "
        "until it lapses with the next fiscal year; the scheme says whether that is its rule."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scheme", required=True, metavar="CODE", help="e.g. carbon-fee")
        parser.add_argument(
            "--on", type=day, metavar="DATE", help="the budget of this day; default: today"
        )
        parser.add_argument(
            "--shares", action="store_true", help="invest or lose: contributions by department"
        )
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        on = options["on"] or timezone.localdate()
        if options["shares"]:
            self._print_shares(
                price_lookup.scheme_terms(code=options["scheme"]), on, options["json"]
            )
            return
        position = fund.fund_position(scheme_code=options["scheme"], on=on)
        shown = fund.as_json(position)
        if options["json"]:
            self.stdout.write(json.dumps(shown, indent=2))
            return
        for name in ("balance", "committed", "available", "paid", "taken_back"):
            amount = getattr(position, name)
            self.stdout.write(
                f"{name.replace('_', ' '):12} {amount.decimal:>20,f} {amount.currency}"
            )
        budget = position.budget
        if budget is None:
            self.stdout.write("budget       none is approved for that day")
        else:
            self.stdout.write(
                f"budget       {budget.amount.decimal:>20,f} {position.currency} for "
                f"{budget.starts_on} until before {budget.ends_before}, {budget.left} left"
            )

    def _print_shares(self, terms: SchemeTerms, on: date, as_json: bool) -> None:
        found = contribution_shares(terms, as_of=on)
        rows = [
            {
                "department": share.contribution.department,
                "starts_on": share.contribution.starts_on.isoformat(),
                "ends_before": share.contribution.ends_before.isoformat(),
                "lapses_on": share.contribution.lapses_on.isoformat(),
                "contributed": _units(share.contribution.minor, terms),
                "invested": _units(share.invested_minor, terms),
                "available": _units(share.available_minor, terms),
                "lapsed": _units(share.lapsed_minor, terms),
            }
            for share in found.shares
        ]
        if as_json:
            shown = {
                "scheme": terms.code,
                "currency": terms.currency,
                "is_the_rule": terms.contributions_lapse,
                "from_common": _units(found.from_common_minor, terms),
                "shares": rows,
            }
            self.stdout.write(json.dumps(shown, indent=2))
            return
        rule = (
            "the rule of this scheme" if terms.contributions_lapse else "not its rule, for a look"
        )
        self.stdout.write(f"Invest or lose, {rule}; {terms.currency}, as of {on}")
        columns = ("contributed", "invested", "available", "lapsed")
        self.stdout.write(
            f"{'department':16}  {'year from':10}  " + "".join(f"{name:>18}" for name in columns)
        )
        for row in rows:
            amounts = "".join(f"{Decimal(row[name]):>18,}" for name in columns)
            self.stdout.write(f"{row['department']:16}  {row['starts_on']}  {amounts}")


def _units(minor: int, terms: SchemeTerms) -> str:
    return f"{Money(minor, terms.currency).decimal:f}"
