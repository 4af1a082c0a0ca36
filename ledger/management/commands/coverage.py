"""Door. Show which share of each scope a scheme charges."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from ledger import scope_coverage
from ledger.management.steps import StepCommand
from ledger.scope_coverage import ScopeCoverage


class Command(StepCommand):
    help = (
        "Show which share of each scope's settled tonnes a scheme charges, and at what average "
        "price. True-ups count in the period of their activity. Exit codes: 0 shown, 1 there is "
        "no such scheme or period, 2 wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scheme", required=True, metavar="CODE")
        parser.add_argument("--period", metavar="CODE", help="the activity's; all, if left out")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = scope_coverage.coverage_of(
            scheme_code=options["scheme"], activity_period=options["period"]
        )
        if options["json"]:
            self.stdout.write(json.dumps([content(row) for row in rows], indent=2))
            return
        self.stdout.write(f"{'':8}{'tCO2e':>18}{'charged':>18}{'share':>9}{'price':>12}{'fee':>20}")
        for row in rows:
            name = f"Scope {row.scope}" if row.scope else "all"
            share = "–" if row.percent is None else f"{row.percent} %"
            price = "–" if row.average_price is None else f"{row.average_price:,}"
            self.stdout.write(
                f"{name:8}{row.kgco2e / 1000:>18,.3f}{row.charged_kgco2e / 1000:>18,.3f}"
                f"{share:>9}{price:>12}{row.amount:>20,}"
            )


def content(row: ScopeCoverage) -> dict[str, Any]:
    """A scope as programs read it: decimals as text, units in the names."""
    return {
        "scope": row.scope,
        "settled_kgco2e": f"{row.kgco2e:f}",
        "charged_kgco2e": f"{row.charged_kgco2e:f}",
        "percent": None if row.percent is None else str(row.percent),
        "average_price": None if row.average_price is None else str(row.average_price),
        "charged": f"{row.amount:f}",
    }
