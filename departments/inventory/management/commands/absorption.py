"""Door. Projects that absorb carbon: entered, measured, approved, and what is left to claim."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from departments.inventory import absorption
from departments.inventory.absorption_balances import AbsorptionBalance, absorption_balances
from departments.inventory.errors import InventoryError
from departments.organisation.errors import NotAllowed
from departments.organisation.models import User

RATES = Path("fixtures") / "absorption" / "rates.csv"


class Command(BaseCommand):
    help = """Projects that absorb carbon: entered, measured, approved, and what is left to claim.

  manage.py absorption project delta --name "Delta mangroves" --kind mangrove --place ID \\
      --durability medium --buffer 0.2 --evidence "design document, page 4" --by analyst
  manage.py absorption measure delta --method drone --on 2024-06-30 --tonnes 1250 \\
      --uncertainty 15 --evidence "flight 7, report" --area 190 --by analyst
  manage.py absorption approve delta --by approver
  manage.py absorption list [--json]
  manage.py absorption rates [--json]

A measurement states the tonnes since the one before. A removal names its project in the input
project; verified removals never exceed what is measured, less the buffer. Rates are published
ranges for mangroves and forests: a guide for estimates, no measurement.

Exit codes: 0 done, 1 refused, 2 wrong usage."""
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        project = steps.add_parser("project", help="enter a project")
        for name in ("--name", "--kind", "--place", "--durability", "--evidence"):
            project.add_argument(name, required=True)
        project.add_argument("--buffer", type=_decimal, required=True, metavar="SHARE")
        measure = steps.add_parser("measure", help="enter the tonnes since the one before")
        measure.add_argument("--method", required=True)
        measure.add_argument("--on", type=date.fromisoformat, required=True)
        measure.add_argument("--tonnes", type=_decimal, required=True)
        measure.add_argument("--uncertainty", type=_decimal, required=True, metavar="PERCENT")
        measure.add_argument("--area", type=_decimal, metavar="HA")
        measure.add_argument("--evidence", required=True)
        approve = steps.add_parser("approve", help="the project and its measurements that wait")
        for step in (project, measure, approve):
            step.add_argument("code")
            step.add_argument("--by", required=True, metavar="USER")
        for name in ("list", "rates"):
            steps.add_parser(name).add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['step']}")(options)
        except (InventoryError, NotAllowed) as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal

    def _project(self, options: dict[str, Any]) -> None:
        row = absorption.enter_project(
            by=_person(options["by"]),
            at=timezone.now(),
            code=options["code"],
            name=options["name"],
            kind=options["kind"],
            place=options["place"],
            durability_class=options["durability"],
            buffer_share=options["buffer"],
            evidence=options["evidence"],
        )
        self.stdout.write(f"{row.code} waits for another person.")

    def _measure(self, options: dict[str, Any]) -> None:
        row = absorption.enter_measurement(
            by=_person(options["by"]),
            at=timezone.now(),
            project_code=options["code"],
            method=options["method"],
            measured_on=options["on"],
            tonnes=options["tonnes"],
            uncertainty_percent=options["uncertainty"],
            area_ha=options["area"],
            evidence=options["evidence"],
        )
        self.stdout.write(f"{row.tonnes:f} t of {options['code']} wait for another person.")

    def _approve(self, options: dict[str, Any]) -> None:
        code = options["code"]
        counted = absorption.approve_project(
            code=code, by=_person(options["by"]), at=timezone.now()
        )
        self.stdout.write(f"{code} is approved, with {len(counted)} measurements.")

    def _list(self, options: dict[str, Any]) -> None:
        found = absorption_balances()
        if options["json"]:
            self.stdout.write(json.dumps([_content(each) for each in found], indent=2))
            return
        for each in found:
            state = "" if each.is_approved else "  waits for approval"
            self.stdout.write(
                f"{each.code}  {each.kind} {each.place}  {each.durability_class}  "
                f"measured {each.measured_tonnes:,f} t, claimable {each.claimable_tonnes:,f} t, "
                f"left {each.left_tonnes:,f} t{state}"
            )

    def _rates(self, options: dict[str, Any]) -> None:
        with (Path(settings.BASE_DIR) / RATES).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False))
            return
        for row in rows:
            least, most = row["least_tco2_per_ha_year"], row["most_tco2_per_ha_year"]
            span = most if least == most else f"{least or 'up'} to {most}"
            self.stdout.write(f"{row['kind']}, {row['what']}: {span} tCO2/ha/year. {row['source']}")


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error


def _person(username: str) -> User:
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise CommandError(f"There is no active user {username!r}.", returncode=2)
    return found


def _content(each: AbsorptionBalance) -> dict[str, Any]:
    return {
        "code": each.code,
        "name": each.name,
        "kind": each.kind,
        "place": each.place,
        "durability_class": each.durability_class,
        "is_approved": each.is_approved,
        "measured_tonnes": f"{each.measured_tonnes:f}",
        "buffer_share": f"{each.buffer_share:f}",
        "claimable_tonnes": f"{each.claimable_tonnes:f}",
        "claimed_tonnes": f"{each.claimed_tonnes:f}",
        "left_tonnes": f"{each.left_tonnes:f}",
    }
