"""Door. A settled period once more, under another scheme, price path, coverage or factor set."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from departments.inventory.errors import InventoryError
from ledger import scenario_runs
from ledger import scenario_settings as scenario
from ledger.errors import LedgerError
from ledger.replay import replay
from ledger.scenarios import replay_content, replay_table
from pricing.errors import PricingError


class Command(BaseCommand):
    help = """Replay a settled period under other rules, with the very engine that bills.

Winners and losers by department, and totals, beside what was billed for the period's activity.
Without other settings it is the bill to the cent. The books stay as they are; with --save NAME the
answer is kept as a scenario, which the desk shows.

  manage.py replay --scheme carbon-fee --period FY23 --price 100
  manage.py replay --scheme carbon-fee --period FY23 --price 3.6=50 --scope2-basis location
  manage.py replay --scheme carbon-fee --period FY23 --price-path path.csv --json
  manage.py replay --scheme carbon-fee --period FY23 --rules-on 2024-01-01
  manage.py replay --scheme carbon-fee --period FY23 --as-billed
  manage.py replay --scheme carbon-fee --period FY23 --under sites-feebate --save "As a feebate"

Exit codes: 0 shown, 1 refused, 2 wrong usage."""
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("--scheme", required=True, metavar="CODE", help="the scheme that billed")
        add("--period", required=True, metavar="CODE")
        add("--as-billed", action="store_true", help="the very inputs of its settlements")
        add("--under", default="", metavar="CODE", help="the rules of another scheme")
        add("--rules-on", type=date.fromisoformat, metavar="DAY", help="the rules of this day")
        add("--price", action="append", default=[], metavar="[PLACE=]PRICE", help="100, 3.6=50")
        add("--price-path", type=Path, metavar="CSV", help="columns from, price_per_tonne, place")
        add("--coverage", nargs="+", metavar="PLACE", help="what is charged: 1 2 3.6")
        add("--scope2-basis", choices=scenario.BASES, default="")
        add("--incentive", action="append", default=[], metavar="CLASS=RATE", help="medium=50")
        add("--factor-sets", nargs=2, metavar=("FROM", "TO"), help="codes of two releases")
        add("--save", default="", metavar="NAME", help="keep it as a scenario of this name")
        add("--json", action="store_true", help="all figures, decimals as strings")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = replay(
                scheme_code=options["scheme"],
                period_code=options["period"],
                settings=_settings(options),
                as_billed=options["as_billed"],
            )
            if options["save"]:
                scenario_runs.save(found, name=options["save"][:120], at=timezone.now())
        except (LedgerError, PricingError, InventoryError, OSError) as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(replay_content(found), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(replay_table(found)))


def _settings(options: dict[str, Any]) -> scenario.Settings:
    prices = tuple(scenario.read_price(text) for text in options["price"])
    if options["price_path"]:
        prices += scenario.read_price_path(options["price_path"].read_text(encoding="utf-8-sig"))
    covered = options["coverage"]
    return scenario.Settings(
        under=options["under"],
        rules_on=options["rules_on"],
        prices=prices,
        coverage=None if covered is None else tuple(map(scenario.read_place, covered)),
        scope2_basis=options["scope2_basis"],
        incentive_rates=tuple(scenario.read_incentive(text) for text in options["incentive"]),
        factor_sets=tuple(options["factor_sets"]) if options["factor_sets"] else None,
    )
