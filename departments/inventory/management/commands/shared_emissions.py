"""Door. Emissions of pools: keys by two people, shared out by them, and what is not allocated."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from departments.inventory import allocation_keys, shared_emissions
from departments.inventory.allocation_file import read_shares
from departments.inventory.allocation_plan import pools
from departments.inventory.errors import InventoryError
from departments.inventory.models.allocation import Driver
from departments.inventory.shared_totals import PoolTotal, pool_totals
from departments.organisation.errors import NotAllowed
from departments.organisation.models import Department, User


class Command(BaseCommand):
    help = """Emissions of pools: keys by two people, shared out by them, and what is not allocated.

  manage.py shared_emissions propose shares.csv --pool HEAD-OFFICE --driver floor_area --unit m2 \\
      --from 2024-01-01 --source "lease plan 2024" --by analyst
  manage.py shared_emissions approve 1 --by approver
  manage.py shared_emissions keys
  manage.py shared_emissions share_out --by analyst
  manage.py shared_emissions totals --year 2024 [--json]

A pool is a department whose own emissions are shared out. The file has the columns department and
quantity: headcount (people, FTE), floor area, compute hours, revenue, or agreed percentages (%),
which add up to exactly 100. Of the versions that cover a day the newest approved one counts.
share_out takes in what is new or has changed since; the next settlement charges the difference.

Exit codes: 0 done, 1 refused (every problem is listed), 2 wrong usage."""
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        propose = steps.add_parser("propose", help="propose the next version of a pool's key")
        propose.add_argument("file", type=Path)
        propose.add_argument("--pool", required=True, metavar="DEPARTMENT")
        propose.add_argument("--driver", required=True, choices=Driver.values)
        propose.add_argument("--unit", required=True)
        propose.add_argument("--from", type=date.fromisoformat, required=True, dest="valid_from")
        propose.add_argument("--before", type=date.fromisoformat, dest="valid_before")
        propose.add_argument("--source", required=True, help="where the quantities are from")
        approve = steps.add_parser("approve", help="let a key count, as another person")
        withdraw = steps.add_parser("withdraw", help="delete a key that nobody has approved")
        for step in (approve, withdraw):
            step.add_argument("key", type=int)
        steps.add_parser("keys", help="the approved keys with their shares")
        shared = steps.add_parser("share_out", help="allocate what is new or has changed")
        totals = steps.add_parser("totals", help="emitted, allocated, unallocated")
        totals.add_argument("--year", type=int, required=True, help="of the activity date")
        totals.add_argument("--json", action="store_true", help="decimals as strings")
        for step in (propose, approve, withdraw, shared):
            step.add_argument("--by", required=True, metavar="USER")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['step']}")(options)
        except (InventoryError, NotAllowed) as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}", returncode=2) from error

    def _propose(self, options: dict[str, Any]) -> None:
        pool = Department.objects.filter(code=options["pool"]).first()
        if pool is None:
            raise CommandError(f"There is no department {options['pool']!r}.", returncode=2)
        names = ("driver", "unit", "valid_from", "valid_before", "source")
        key = allocation_keys.propose_key(
            by=_person(options["by"]),
            at=timezone.now(),
            pool=pool,
            quantities=read_shares(options["file"]),
            **{name: options[name] for name in names},
        )
        self.stdout.write(f"Key {key.pk} ({key}) waits for another person.")

    def _approve(self, options: dict[str, Any]) -> None:
        key = allocation_keys.approve_key(
            key_id=options["key"], by=_person(options["by"]), at=timezone.now()
        )
        self.stdout.write(f"Key {key.pk} ({key}) counts from now on. Share out by it: share_out.")

    def _withdraw(self, options: dict[str, Any]) -> None:
        allocation_keys.withdraw_key(key_id=options["key"], by=_person(options["by"]))
        self.stdout.write(f"Key {options['key']} is withdrawn.")

    def _keys(self, options: dict[str, Any]) -> None:
        for key in (key for keys in pools().values() for key in keys):
            self.stdout.write(f"{key.key_id:>6}  {key.title}  {key.source}")
            for code, quantity in key.quantities.items():
                self.stdout.write(f"        {code}  {quantity:,f} of {key.total:,f} {key.unit}")

    def _share_out(self, options: dict[str, Any]) -> None:
        done = shared_emissions.share_out(by=_person(options["by"]), at=timezone.now())
        self.stdout.write(
            f"{len(done.result_ids):,} new results of {len(done.pool_record_ids):,} pool records."
        )

    def _totals(self, options: dict[str, Any]) -> None:
        year = options["year"]
        found = pool_totals(from_on=date(year, 1, 1), until_on=date(year, 12, 31))
        if options["json"]:
            self.stdout.write(json.dumps([_content(each) for each in found], indent=2))
            return
        for each in found:
            category = f" category {each.category}" if each.category else ""
            self.stdout.write(f"{each.pool}  Scope {each.scope}{category}")
            for name in ("emitted", "allocated", "kept", "unallocated"):
                location, market = getattr(each, name)
                self.stdout.write(
                    f"    {name:<12} {location:>22,f} kg location  {market:>22,f} kg market"
                )


def _person(username: str) -> User:
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise CommandError(f"There is no active user {username!r}.", returncode=2)
    return found


def _content(each: PoolTotal) -> dict[str, Any]:
    figures = {
        name: {
            "location_kgco2e": f"{getattr(each, name)[0]:f}",
            "market_kgco2e": f"{getattr(each, name)[1]:f}",
        }
        for name in ("emitted", "allocated", "kept", "unallocated")
    }
    return {"pool": each.pool, "scope": each.scope, "category": each.category, **figures}
