"""Door. The indicators of sites as time series: water, air, soil, biodiversity, circularity."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from departments.inventory.errors.sites import SiteNotFound
from departments.inventory.site_catalogue import INDICATORS
from departments.inventory.site_series import MONTH, YEAR, Point, SharePoint, series_of, shares_of


class Command(BaseCommand):
    help = """The indicators of sites as time series: water, air, soil, biodiversity, circularity.

  manage.py site_indicators --list
  manage.py site_indicators --site DC-DUBLIN-1 [--indicator water-withdrawn] [--by month] [--json]

Sums add up the approved readings of a period; of a state of things (servers in service, sealed
ground) the reading that ends last counts. A reading belongs to the period of its last day.

Exit codes: 0 shown, 1 there is no such site, 2 wrong usage."""
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        asked = parser.add_mutually_exclusive_group(required=True)
        asked.add_argument("--list", action="store_true", help="the indicators with unit, source")
        asked.add_argument("--site", metavar="CODE")
        parser.add_argument("--indicator", action="append", choices=sorted(INDICATORS), default=[])
        parser.add_argument("--by", choices=[MONTH, YEAR], default=YEAR)
        parser.add_argument("--json", action="store_true", help="decimals as strings")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for each in INDICATORS.values():
                self.stdout.write(
                    f"{each.theme:<13} {each.code:<24} {each.unit:<15} {each.combines_by:<7} "
                    f"{each.name} ({each.definition})"
                )
            return
        try:
            points = series_of(
                site=options["site"],
                department_ids=None,
                indicators=options["indicator"],
                by=options["by"],
            )
        except SiteNotFound as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal
        shares = shares_of(points)
        if options["json"]:
            content = {
                "site": options["site"],
                "points": [_point(each) for each in points],
                "shares": [_share(each) for each in shares],
            }
            self.stdout.write(json.dumps(content, indent=2, ensure_ascii=False))
            return
        for point in points:
            self.stdout.write(
                f"{point.period:<8} {point.indicator:<24} {point.value:,f} {point.unit}"
                f"  ({', '.join(point.methods)}: {'; '.join(point.sources)})"
            )
        for share in shares:
            self.stdout.write(
                f"{share.period:<8} {share.share_name:<24} {share.percent} %  "
                f"{share.part:,f} of {share.whole:,f} {share.unit}"
            )


def _point(each: Point) -> dict[str, Any]:
    return {
        "indicator": each.indicator,
        "period": each.period,
        "value": f"{each.value:f}",
        "unit": each.unit,
        "combines_by": each.combines_by,
        "methods": list(each.methods),
        "sources": list(each.sources),
        "readings": list(each.readings),
        "definition": each.definition,
    }


def _share(each: SharePoint) -> dict[str, Any]:
    share = each.share
    return {
        "share_name": each.share_name,
        "period": each.period,
        "part": f"{each.part:f}",
        "whole": f"{each.whole:f}",
        "unit": each.unit,
        "share": None if share is None else f"{share.numerator}/{share.denominator}",
        "percent": each.percent,
    }
