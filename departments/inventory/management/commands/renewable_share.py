"""Door. The share of renewable electricity of a year, by place, by site and in all."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand

from departments.inventory.renewable_share import (
    RenewableShare,
    renewable_shares,
    renewable_shares_of_sites,
)


class Command(BaseCommand):
    help = """The share of renewable electricity of a year, by place, by site and in all.

  manage.py renewable_share --year 2024 [--json]

Renewable kWh (covered by approved instruments of wind, sun, water, heat of the earth, sea or
biomass, or by a record's own certificates at 0 kg) ÷ kWh of purchased electricity. A site has what
records name it in their input site.

Exit codes: 0 shown, 2 wrong usage."""
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--year", type=int, required=True, help="of the activity date")
        parser.add_argument("--json", action="store_true", help="decimals as strings")

    def handle(self, *args: Any, **options: Any) -> None:
        company, places = renewable_shares(year=options["year"])
        sites = renewable_shares_of_sites(year=options["year"])
        if options["json"]:
            content = {
                "year": options["year"],
                "company": _content(company),
                "places": [{"place": each.place, **_content(each)} for each in places],
                "sites": [{"site": each.site, **_content(each)} for each in sites],
            }
            self.stdout.write(json.dumps(content, indent=2, ensure_ascii=False))
            return
        for each in places:
            self.stdout.write(_shown(each.place or "no place", each))
        for each in sites:
            self.stdout.write(_shown(f"site {each.site}", each))
        self.stdout.write(_shown("company", company))


def _shown(name: str, each: RenewableShare) -> str:
    waiting = f", {each.waiting_kwh:,f} kWh wait for approval" if each.waiting_kwh else ""
    return (
        f"{name:<20} {each.percent:>6} %  {each.renewable_kwh:,f} of {each.electricity_kwh:,f} kWh"
        f"{waiting}"
    )


def _content(each: RenewableShare) -> dict[str, str | None]:
    share = each.share
    return {
        "electricity_kwh": f"{each.electricity_kwh:f}",
        "renewable_kwh": f"{each.renewable_kwh:f}",
        "waiting_kwh": f"{each.waiting_kwh:f}",
        "share": None if share is None else f"{share.numerator}/{share.denominator}",
        "percent": each.percent,
    }
