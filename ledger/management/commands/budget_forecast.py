"""Door. What each department's fee would come to in the period after a settled one."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from ledger.budget_forecast import Forecast, forecast
from ledger.management.steps import StepCommand
from ledger.scenario_settings import read_price, read_price_path


class Command(StepCommand):
    help = (
        "Forecast each department's fee for the period after a settled one: its charged tonnes × "
        "--growth, at the prices in force on the first day after it, or at --price (100, 3.6=50) "
        "or --price-path (CSV: from, price_per_tonne, place). Beside it the same with each "
        "department's own trend. Exit codes: 0 shown, 1 refused, 2 wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scheme", required=True, metavar="CODE")
        parser.add_argument("--period", required=True, metavar="CODE", help="the settled period")
        parser.add_argument("--growth", default="1", metavar="FACTOR", help="1.05: 5 %% more")
        parser.add_argument("--price", action="append", default=[], metavar="[PLACE=]PRICE")
        parser.add_argument("--price-path", type=Path, metavar="CSV")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        prices = [read_price(text) for text in options["price"]]
        if options["price_path"]:
            prices += read_price_path(options["price_path"].read_text(encoding="utf-8-sig"))
        found = forecast(
            scheme_code=options["scheme"],
            period_code=options["period"],
            growth=_growth(options["growth"]),
            prices=prices,
        )
        if options["json"]:
            self.stdout.write(json.dumps(_content(found), indent=2))
            return
        self.stdout.write(f"{found.scheme} from {found.on}, {found.currency}")
        self.stdout.write(f"{'':20}{found.period:>20}{'forecast':>20}{'by its trend':>20}")
        by_trend = found.by_trend_minor
        for code, (before, after) in found.departments.items():
            self.stdout.write(_row(found, code, before, after, by_trend[code]))
        self.stdout.write(_row(found, "total", *found.total_minor, None))
        for trend in found.trends.values():
            self.stdout.write(trend.words)


def _growth(text: str) -> Decimal:
    try:
        growth = Decimal(text)
    except InvalidOperation:
        growth = Decimal(-1)
    if not growth.is_finite() or growth < 0:
        raise CommandError(f"{text!r} is no growth: write a factor such as 1.05.", returncode=2)
    return growth


def _row(found: Forecast, name: str, *amounts: int | None) -> str:
    shown = (
        "" if each is None else f"{Decimal(each).scaleb(-found.currency_exponent):,f}"
        for each in amounts
    )
    return f"{name:20}" + "".join(f"{each:>20}" for each in shown)


def _content(found: Forecast) -> dict[str, Any]:
    def whole(amount_minor: int) -> str:
        return f"{Decimal(amount_minor).scaleb(-found.currency_exponent):f}"

    before, after = found.total_minor
    by_trend = found.by_trend_minor
    return {
        "scheme": found.scheme,
        "currency": found.currency,
        "period": found.period,
        "on": found.on.isoformat(),
        "growth": f"{found.growth:f}",
        "total": {"charged": whole(before), "forecast": whole(after), "forecast_minor": after},
        "departments": [
            {
                "department": code,
                "charged": whole(charged),
                "forecast": whole(coming),
                "by_trend": None if (minor := by_trend[code]) is None else whole(minor),
                "trend": found.trends[code].words,
            }
            for code, (charged, coming) in found.departments.items()
        ],
        "lines": [
            {
                "department": line.department,
                "scope": line.scope,
                "category": line.category,
                "kgco2e": f"{line.kgco2e:f}",
                "price_per_tonne": f"{line.price_per_tonne:f}",
                "forecast": whole(line.amount_minor),
            }
            for line in found.lines
        ],
    }
