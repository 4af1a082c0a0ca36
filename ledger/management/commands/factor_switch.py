"""Door. What switching to another release of factors would change; nothing is stored."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from departments.inventory.errors import InventoryError
from ledger.factor_switch_cost import Change, SwitchLine, SwitchReport, cost_of_switching
from pricing.errors import PricingError


class Command(BaseCommand):
    help = """Show what switching to another release of factors would change, in kg and money.

Approved records of some days that rest on the one release are worked out again with the other one:
line by line, by department and in all. What is factor change stands apart from what has changed
since the records were approved. Lines add up to the total exactly. Nothing is stored. A corrected
release of the same year is taken over by recalculating records; a later year's factor never is.

  manage.py factor_switch desnz_2024 desnz_2025 --scheme CARBON-FEE --year 2024
  manage.py factor_switch desnz_2024 desnz_2025 --scheme CARBON-FEE --year 2024 --json

Exit codes: 0 shown, 1 refused, 2 wrong usage."""
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("before", metavar="FROM", help="code of the release in use")
        parser.add_argument("after", metavar="TO", help="code of the other release")
        parser.add_argument("--scheme", required=True, metavar="CODE", help="whose prices count")
        parser.add_argument("--year", type=int, help="activity of this calendar year")
        parser.add_argument("--from", dest="from_on", type=date.fromisoformat, metavar="DAY")
        parser.add_argument("--until", dest="until_on", type=date.fromisoformat, metavar="DAY")
        parser.add_argument("--json", action="store_true", help="all figures, decimals as strings")

    def handle(self, *args: Any, **options: Any) -> None:
        from_on, until_on = _days(options)
        try:
            report = cost_of_switching(
                scheme_code=options["scheme"],
                before=options["before"],
                after=options["after"],
                from_on=from_on,
                until_on=until_on,
            )
        except (InventoryError, PricingError) as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(_content(report), ensure_ascii=False, indent=2))
        else:
            self._show(report)

    def _show(self, report: SwitchReport) -> None:
        if not report.lines:
            self.stdout.write("No approved record of these days rests on that release.")
            return
        basis = ("location-based", "market-based")[report.basis]
        self.stdout.write(f"kgCO2e, {basis}, and {report.currency}; after − before")
        head = ("line", "difference", "factor change", "other", report.currency, "factor change")
        self.stdout.write(_row(head))
        for line in report.lines:
            self.stdout.write(
                _row((_name(line), *_figures(report, line.kgco2e, line.amount_minor)))
            )
        for code, (kgco2e, amount) in report.departments.items():
            self.stdout.write(_row((f"Σ {code}", *_figures(report, kgco2e, amount))))
        self.stdout.write(_row(("Σ", *_figures(report, report.kgco2e, report.amount_minor))))
        for each in report.missing:
            self.stdout.write(f"Record {each.record_id} keeps its factor: {each.missing}")


def _days(options: dict[str, Any]) -> tuple[date, date]:
    if options["year"]:
        return date(options["year"], 1, 1), date(options["year"], 12, 31)
    if options["from_on"] is None or options["until_on"] is None:
        raise CommandError("Name --year, or --from and --until.", returncode=2)
    return options["from_on"], options["until_on"]


def _name(line: SwitchLine) -> str:
    category = "" if line.category is None else f".{line.category}"
    return f"{line.department} {line.period} scope {line.scope}{category}"


def _figures(report: SwitchReport, kgco2e: Change, amount: Change) -> tuple[str, ...]:
    return (
        f"{kgco2e.difference:,.6f}",
        f"{kgco2e.factor_change:,.6f}",
        f"{kgco2e.other_change:,.6f}",
        _money(report, amount.difference),
        _money(report, amount.factor_change),
    )


def _row(cells: tuple[str, ...]) -> str:
    first, *rest = cells
    return f"{first:<36}" + "".join(f"{cell:>22}" for cell in rest)


def _money(report: SwitchReport, minor: Decimal) -> str:
    return f"{minor.scaleb(-report.currency_exponent):,f}"


def _content(report: SwitchReport) -> dict[str, Any]:
    return {
        "scheme": report.scheme,
        "currency": report.currency,
        "basis": ("location", "market")[report.basis],
        "total": _change_content(report, report.kgco2e, report.amount_minor),
        "departments": [
            {"department": code, **_change_content(report, *changes)}
            for code, changes in report.departments.items()
        ],
        "lines": [_line_content(report, line) for line in report.lines],
    }


def _line_content(report: SwitchReport, line: SwitchLine) -> dict[str, Any]:
    price = line.price_per_tonne
    return {
        "department": line.department,
        "period": line.period,
        "scope": line.scope,
        "category": line.category,
        "price_per_tonne": None if price is None else f"{price:f}",
        **_change_content(report, line.kgco2e, line.amount_minor),
        "records": [
            {
                "record": each.record_id,
                "activity": each.activity,
                "quantity": f"{each.quantity:f}",
                "unit": each.unit,
                "factor_before": each.factor_before,
                "factor_after": each.factor_after,
                "before_kgco2e": f"{each.before[report.basis]:f}",
                "after_kgco2e": f"{each.after[report.basis]:f}",
                "difference_kgco2e": f"{each.difference(report.basis):f}",
                "factor_change_kgco2e": f"{each.factor_change(report.basis):f}",
                "other_change_kgco2e": f"{each.other_change(report.basis):f}",
                "missing": each.missing,
            }
            for each in line.records
        ],
    }


def _change_content(report: SwitchReport, kgco2e: Change, amount: Change) -> dict[str, str]:
    return {
        "before_kgco2e": f"{kgco2e.before:f}",
        "after_kgco2e": f"{kgco2e.after:f}",
        "difference_kgco2e": f"{kgco2e.difference:f}",
        "factor_change_kgco2e": f"{kgco2e.factor_change:f}",
        "other_change_kgco2e": f"{kgco2e.other_change:f}",
        "difference": _money(report, amount.difference).replace(",", ""),
        "factor_change": _money(report, amount.factor_change).replace(",", ""),
        "other_change": _money(report, amount.other_change).replace(",", ""),
    }
