"""Door. Certificates and contracts for electricity: brought, approved, retired, what is left."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from departments.inventory import instrument_file, instrument_matching, instruments
from departments.inventory.errors import InventoryError
from departments.inventory.instrument_uses import InstrumentBalance, instrument_balances
from departments.organisation.errors import NotAllowed
from departments.organisation.models import User


class Command(BaseCommand):
    help = """Certificates and contracts for electricity: brought, approved, retired, what is left.

  manage.py instruments import certificates.csv --by analyst
  manage.py instruments approve 1 2 3 --by approver
  manage.py instruments list [--year 2024] [--market GB] [--json]
  manage.py instruments retire 1 --on 2025-02-01 --reference R-77 --by analyst
  manage.py instruments release 17 18 --reason "sold on" --by analyst   # takes records

The file has the columns kind (certificate, ppa or supplier), registry, serial, market,
generated_from, generated_to (days of one year), volume_kwh, technology, kgco2e_per_kwh,
factor_source, evidence and, where it is not the whole company's, legal_entity. All rows are
entered or none. They cover electricity once another person has approved them.

Exit codes: 0 done, 1 refused (every problem is listed), 2 wrong usage."""
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        brought = steps.add_parser("import", help="enter the rows of a CSV file")
        brought.add_argument("file", type=Path)
        approve = steps.add_parser("approve", help="let them cover, as another person")
        approve.add_argument("ids", type=int, nargs="+", metavar="ID")
        listed = steps.add_parser("list", help="every instrument with what is left of it")
        listed.add_argument("--year", type=int)
        listed.add_argument("--market")
        listed.add_argument("--json", action="store_true", help="decimals as strings")
        retire = steps.add_parser("retire", help="note that the registry has retired it")
        retire.add_argument("id", type=int)
        retire.add_argument("--on", type=date.fromisoformat, required=True)
        retire.add_argument("--reference", required=True)
        release = steps.add_parser("release", help="take back what covers these records")
        release.add_argument("records", type=int, nargs="+", metavar="RECORD")
        release.add_argument("--reason", required=True)
        for step in (brought, approve, retire, release):
            step.add_argument("--by", required=True, metavar="USER")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['step']}")(options)
        except (InventoryError, NotAllowed) as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}", returncode=2) from error

    def _import(self, options: dict[str, Any]) -> None:
        entered = instrument_file.import_instruments(
            path=options["file"], by=_person(options["by"]), at=timezone.now()
        )
        ids = " ".join(map(str, entered))
        self.stdout.write(f"{len(entered):,} instruments wait for another person: {ids}")

    def _approve(self, options: dict[str, Any]) -> None:
        approved = instruments.approve_instruments(
            instrument_ids=options["ids"], by=_person(options["by"]), at=timezone.now()
        )
        self.stdout.write(f"{len(approved):,} instruments may cover electricity from now on.")

    def _list(self, options: dict[str, Any]) -> None:
        found = instrument_balances(year=options["year"], market=options["market"])
        if options["json"]:
            self.stdout.write(json.dumps([_content(each) for each in found], indent=2))
            return
        for each in found:
            state = "" if each.is_approved else "  waits for approval"
            state += f"  retired {each.retired_on}" if each.retired_on else ""
            self.stdout.write(
                f"{each.instrument_id:>6}  {each.registry} {each.serial}  {each.market} "
                f"{each.generated_from.year}  {each.technology}  "
                f"{each.left_kwh:,f} of {each.volume_kwh:,f} kWh left{state}"
            )

    def _retire(self, options: dict[str, Any]) -> None:
        row = instruments.retire_instrument(
            instrument_id=options["id"],
            by=_person(options["by"]),
            retired_on=options["on"],
            reference=options["reference"],
        )
        self.stdout.write(f"{row} is retired on {row.retired_on} as {row.retirement_reference}.")

    def _release(self, options: dict[str, Any]) -> None:
        changed = instrument_matching.release_uses(
            record_ids=options["records"],
            by=_person(options["by"]),
            at=timezone.now(),
            reason=options["reason"],
        )
        self.stdout.write(f"{len(changed):,} new results wait for another person.")


def _person(username: str) -> User:
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise CommandError(f"There is no active user {username!r}.", returncode=2)
    return found


def _content(each: InstrumentBalance) -> dict[str, Any]:
    return {
        "instrument_id": each.instrument_id,
        "registry": each.registry,
        "serial": each.serial,
        "kind": each.kind,
        "market": each.market,
        "generated_from": str(each.generated_from),
        "generated_to": str(each.generated_to),
        "technology": each.technology,
        "kgco2e_per_kwh": f"{each.kgco2e_per_kwh:f}",
        "is_approved": each.is_approved,
        "retired_on": None if each.retired_on is None else str(each.retired_on),
        "volume_kwh": f"{each.volume_kwh:f}",
        "used_kwh": f"{each.used_kwh:f}",
        "left_kwh": f"{each.left_kwh:f}",
    }
