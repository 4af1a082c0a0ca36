"""Door. Match certificates and contracts to the electricity of their market and year."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from departments.inventory import instrument_matching
from departments.inventory.errors import InventoryError
from departments.inventory.instrument_matching import Matching
from departments.organisation.errors import NotAllowed
from departments.organisation.models import User


class Command(BaseCommand):
    help = """Match certificates and contracts to the electricity of their market and year.

  manage.py match_instruments --year 2024 --market US --by analyst --dry-run
  manage.py match_instruments --year 2024 --market US --by analyst [--record 17 …] [--json]
  manage.py match_instruments --year 2024 --market US --by approver --approve

Where the instruments do not reach, every record gets the same part. The new market-based results
wait for another person: --approve, or the desk. What they change is charged or paid back by the
next settlement. Run it again at any time; what is covered stays covered, once.

Exit codes: 0 done, 1 refused (every problem is listed), 2 wrong usage."""
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--year", type=int, required=True, help="vintage and activity date")
        parser.add_argument("--market", required=True, help="a country such as US, or EU")
        parser.add_argument("--by", required=True, metavar="USER")
        parser.add_argument("--record", type=int, action="append", help="these records alone")
        step = parser.add_mutually_exclusive_group()
        step.add_argument("--dry-run", action="store_true", help="show it and change nothing")
        step.add_argument("--approve", action="store_true", help="approve what waits")
        parser.add_argument("--json", action="store_true", help="every match, decimals as strings")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = {"year": options["year"], "market": options["market"]}
        by = User.objects.filter(username=options["by"], is_active=True).first()
        if by is None:
            raise CommandError(f"There is no active user {options['by']!r}.", returncode=2)
        try:
            if options["approve"]:
                changed = instrument_matching.approve_matching(**asked, by=by, at=timezone.now())
                self.stdout.write(f"{len(changed):,} new results count from now on.")
            elif options["dry_run"]:
                planned = instrument_matching.plan_matching(**asked, record_ids=options["record"])
                self._show(planned, options)
            else:
                matched = instrument_matching.match_instruments(
                    **asked, record_ids=options["record"], by=by, at=timezone.now()
                )
                self._show(matched, options)
        except (InventoryError, NotAllowed) as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal

    def _show(self, matching: Matching, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(_content(matching), indent=2))
            return
        for match in matching.matches:
            self.stdout.write(
                f"record {match.record_id}: {match.covered_kwh:,f} kWh by {match.instrument}"
            )
        self.stdout.write(
            f"{matching.covered_kwh:,f} kWh matched: {matching.needed_kwh:,f} kWh were not "
            f"covered, {matching.available_kwh:,f} kWh were left of the instruments."
        )
        if options["dry_run"]:
            self.stdout.write("Nothing was changed.")
        elif matching.proposed_ids:
            count = len(matching.proposed_ids)
            self.stdout.write(f"{count:,} new results wait for another person.")


def _content(matching: Matching) -> dict[str, Any]:
    return {
        "needed_kwh": f"{matching.needed_kwh:f}",
        "available_kwh": f"{matching.available_kwh:f}",
        "covered_kwh": f"{matching.covered_kwh:f}",
        "proposed_ids": list(matching.proposed_ids),
        "matches": [
            {
                "record_id": match.record_id,
                "instrument_id": match.instrument_id,
                "instrument": match.instrument,
                "covered_kwh": f"{match.covered_kwh:f}",
            }
            for match in matching.matches
        ],
    }
