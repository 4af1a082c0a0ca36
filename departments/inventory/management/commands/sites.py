"""Door. Sites and their readings: brought as files, approved by another person, closed."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from departments.inventory import site_file, site_series, sites
from departments.inventory.errors import InventoryError
from departments.organisation.errors import NotAllowed
from departments.organisation.models import User


class Command(BaseCommand):
    help = """Sites and their readings: brought as files, approved by another person, closed.

  manage.py sites import sites.csv --by analyst
  manage.py sites readings readings.csv --by contributor
  manage.py sites approve 1 2 3 --by approver
  manage.py sites correct 1 --quantity 12.5 --unit m3 --method measured --source "meter 4" \\
      --reason "misread" --by contributor
  manage.py sites withdraw 4 --by contributor
  manage.py sites close DC-DUBLIN-1 --on 2025-06-30 --by analyst
  manage.py sites list

Sites have the columns code, name, kind, place, legal_entity, department, opened_on and, where they
are known, closed_on and floor_area_m2. Readings have site, indicator, first_day, last_day,
quantity, unit, method (measured, calculated or estimated) and source. All rows are entered or none.
Readings count once another person has approved them: `site_indicators` shows them.

Exit codes: 0 done, 1 refused (every problem is listed), 2 wrong usage."""
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        brought = steps.add_parser("import", help="enter the sites of a CSV file")
        brought.add_argument("file", type=Path)
        readings = steps.add_parser("readings", help="enter the readings of a CSV file")
        readings.add_argument("file", type=Path)
        approve = steps.add_parser("approve", help="let readings count, as another person")
        approve.add_argument("ids", type=int, nargs="+", metavar="ID")
        correct = steps.add_parser("correct", help="enter what an approved reading should say")
        correct.add_argument("id", type=int)
        for name in ("quantity", "unit", "method", "source", "reason"):
            correct.add_argument(f"--{name}", required=True)
        withdraw = steps.add_parser("withdraw", help="delete a reading that nobody has approved")
        withdraw.add_argument("id", type=int)
        close = steps.add_parser("close", help="note a site's last day")
        close.add_argument("code")
        close.add_argument("--on", type=date.fromisoformat, required=True)
        steps.add_parser("list", help="every site")
        for step in (brought, readings, approve, correct, withdraw, close):
            step.add_argument("--by", required=True, metavar="USER")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['step']}")(options)
        except (InventoryError, NotAllowed) as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}", returncode=2) from error

    def _import(self, options: dict[str, Any]) -> None:
        entered = site_file.import_sites(
            path=options["file"], by=_person(options["by"]), at=timezone.now()
        )
        self.stdout.write(f"{len(entered):,} sites are entered.")

    def _readings(self, options: dict[str, Any]) -> None:
        entered = site_file.import_readings(
            path=options["file"], by=_person(options["by"]), at=timezone.now()
        )
        ids = " ".join(map(str, entered))
        self.stdout.write(f"{len(entered):,} readings wait for another person: {ids}")

    def _approve(self, options: dict[str, Any]) -> None:
        approved = sites.approve_readings(
            reading_ids=options["ids"], by=_person(options["by"]), at=timezone.now()
        )
        self.stdout.write(f"{len(approved):,} readings count from now on.")

    def _correct(self, options: dict[str, Any]) -> None:
        names = ("quantity", "unit", "method", "source", "reason")
        reading = sites.correct_reading(
            reading_id=options["id"],
            by=_person(options["by"]),
            at=timezone.now(),
            **{name: options[name] for name in names},
        )
        self.stdout.write(f"Reading {reading.pk} waits for another person.")

    def _withdraw(self, options: dict[str, Any]) -> None:
        sites.withdraw_reading(reading_id=options["id"], by=_person(options["by"]))
        self.stdout.write(f"Reading {options['id']} is withdrawn.")

    def _close(self, options: dict[str, Any]) -> None:
        site = sites.close_site(
            code=options["code"], by=_person(options["by"]), closed_on=options["on"]
        )
        self.stdout.write(f"{site.code} is closed on {site.closed_on}.")

    def _list(self, options: dict[str, Any]) -> None:
        for site in site_series.list_sites(department_ids=None):
            closed = f" to {site.closed_on}" if site.closed_on else ""
            area = f", {site.floor_area_m2:,f} m²" if site.floor_area_m2 else ""
            self.stdout.write(
                f"{site.code}  {site.name}  {site.kind}  {site.place}  {site.department}  "
                f"{site.legal_entity}  from {site.opened_on}{closed}{area}"
            )


def _person(username: str) -> User:
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise CommandError(f"There is no active user {username!r}.", returncode=2)
    return found
