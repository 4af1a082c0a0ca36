"""Door. Propose a path of yearly prices: dated, announced, each approved by another person."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from pricing import price_arithmetic, price_lookup, price_setting
from pricing.management.steps import PolicyCommand, day, number, person


class Command(PolicyCommand):
    help = """Propose a path of yearly prices for a scheme, the last one until further notice.

  manage.py propose_price_path --scheme fee --from 2026-07-01 --by analyst --prices 20 35 50
  manage.py propose_price_path --scheme fee --from 2026-07-01 --by analyst \\
      --today 20 --then 50 --years 2

With --prices each is in force for a year. With --today, --then and --years they rise in equal
yearly steps. All are proposed, or none; another person approves each of them.

Exit codes: 0 proposed, 1 refused (the message says what to do), 2 wrong usage."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scheme", required=True, metavar="CODE")
        parser.add_argument("--from", required=True, type=day, dest="starts_on", metavar="DAY")
        parser.add_argument("--by", required=True, metavar="USER")
        parser.add_argument("--prices", type=number, nargs="+", metavar="PRICE")
        parser.add_argument("--today", type=number, metavar="PRICE")
        parser.add_argument("--then", type=number, metavar="PRICE")
        parser.add_argument("--years", type=int)
        parser.add_argument("--scope", type=int)
        parser.add_argument("--category", type=int)
        parser.add_argument("--reason", default="")
        parser.add_argument("--source", default="", metavar="URL")

    def handle(self, *args: Any, **options: Any) -> None:
        terms = price_lookup.scheme_terms(code=options["scheme"])
        steps = [options["today"], options["then"], options["years"]]
        if (options["prices"] is None) == (None in steps):
            self.stderr.write("Give either --prices, or all of --today, --then and --years.")
            raise SystemExit(2)
        if options["prices"] is not None:
            path = price_arithmetic.escalator(
                prices=options["prices"], starts_on=options["starts_on"]
            )
        else:
            path = price_arithmetic.path(
                price_today=options["today"],
                price_then=options["then"],
                starts_on=options["starts_on"],
                years=options["years"],
                currency=terms.currency,
            )
        proposed = price_setting.propose_price_path(
            scheme_id=terms.id,
            path=path,
            by=person(options["by"]),
            scope=options["scope"],
            category=options["category"],
            reason=options["reason"],
            source_url=options["source"],
        )
        for price in proposed:
            self.stdout.write(f"{price} {terms.currency} per tCO2e, proposed ({price.pk})")
