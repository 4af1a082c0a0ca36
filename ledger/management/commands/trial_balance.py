"""Door. Show what every account holds."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from ledger import balances
from ledger.management.steps import StepCommand, day
from pricing import price_lookup


class Command(StepCommand):
    help = (
        "Show debit, credit and balance of every account, in whole units of its commodity "
        "(USD, KGCO2E); balance is debit minus credit. "
        'With --json: {"as_of", "accounts": [{"account", "commodity", "debit", "credit", '
        '"balance"}]}, decimals as strings.'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scheme", metavar="CODE", help="entries of this scheme only")
        parser.add_argument(
            "--legal-entity",
            metavar="CODE",
            help="the books of this legal entity only, of schemes that tell books apart",
        )
        parser.add_argument(
            "--as-of",
            type=day,
            metavar="DATE",
            help="up to and including this day, YYYY-MM-DD",
        )
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        scheme = options["scheme"]
        rows = balances.trial_balance(
            scheme_id=price_lookup.scheme_terms(code=scheme).id if scheme else None,
            as_of=options["as_of"],
            legal_entity=options["legal_entity"],
        )
        if options["json"]:
            self.stdout.write(json.dumps(as_json(rows, options["as_of"]), indent=2))
        else:
            self._print(rows)

    def _print(self, rows: list[balances.AccountBalance]) -> None:
        width = max((len(row.account) for row in rows), default=10)
        totals: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        self.stdout.write(f"{'account':{width}}  {'':6} {'debit':>26} {'credit':>26}")
        for row in rows:
            self.stdout.write(
                f"{row.account:{width}}  {row.commodity:6} {row.debit:>26,} {row.credit:>26,}"
            )
            totals[row.commodity][0] += row.debit
            totals[row.commodity][1] += row.credit
        for commodity, (debit, credit) in totals.items():
            self.stdout.write(f"{'total':{width}}  {commodity:6} {debit:>26,} {credit:>26,}")


def as_json(rows: list[balances.AccountBalance], as_of: date | None) -> dict[str, Any]:
    """The trial balance as programs read it."""
    return {
        "as_of": as_of.isoformat() if as_of else None,
        "accounts": [
            {
                "account": row.account,
                "commodity": row.commodity,
                "debit": f"{row.debit:f}",
                "credit": f"{row.credit:f}",
                "balance": f"{row.balance:f}",
            }
            for row in rows
        ],
    }
