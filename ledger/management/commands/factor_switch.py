"""Door. What switching to another release of factors would change; nothing is stored."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from departments.inventory.errors import InventoryError
from ledger.factor_switch_content import switch_content, switch_table
from ledger.factor_switch_cost import cost_of_switching
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
        from_on, until_on = days_of(options)
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
            self.stdout.write(json.dumps(switch_content(report), ensure_ascii=False, indent=2))
            return
        if not report.lines:
            self.stdout.write("No approved record of these days rests on that release.")
            return
        for line in switch_table(report):
            self.stdout.write(line)


def days_of(options: dict[str, Any]) -> tuple[date, date]:
    """The days of --year, or of --from and --until, both included."""
    if options["year"]:
        return date(options["year"], 1, 1), date(options["year"], 12, 31)
    if options["from_on"] is None or options["until_on"] is None:
        raise CommandError("Name --year, or --from and --until.", returncode=2)
    return options["from_on"], options["until_on"]
