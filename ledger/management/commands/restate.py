"""Door. Calculate approved records again: what would change, accepted by another person."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from departments.inventory import restatement
from departments.inventory.errors import InventoryError
from departments.organisation.errors import OrganisationError
from departments.organisation.models import Department, User
from ledger.factor_switch_content import switch_content, switch_table
from ledger.factor_switch_cost import SwitchReport, cost_of_restating
from ledger.management.commands.factor_switch import days_of
from pricing.errors import PricingError


class Command(BaseCommand):
    help = """Restate: calculate approved records of some days again, and see it before it counts.

  manage.py restate --scheme CARBON-FEE --year 2024 --by analyst --reason TEXT --dry-run
  manage.py restate --scheme CARBON-FEE --year 2024 --by analyst --reason TEXT
  manage.py restate --scheme CARBON-FEE --year 2024 --by analyst --reason TEXT \\
      --factor-sets desnz_2024 desnz_2025 --department CLOUD
  manage.py restate --scheme CARBON-FEE --year 2024 --show [--json]
  manage.py restate --scheme CARBON-FEE --year 2024 --by approver --approve

By the factors, rules and instruments of today: a corrected release, a mended method, matched
certificates. --factor-sets takes another release in the place of the one that records rest on,
also one of a later year; they keep to it from then on. What would change is shown in kilograms and,
at the scheme's prices, in money, by line, department and in all; what is the factor stands apart.
Lines add up exactly. Nothing counts until another person has approved it. The old results stay; the
next settlement of each scheme charges or pays back the difference, as a true-up.

A reading that was wrong is no restatement: correct its record.

Exit codes: 0 done, 1 refused (every problem is listed), 2 wrong usage."""
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scheme", required=True, metavar="CODE", help="whose prices count")
        parser.add_argument("--year", type=int, help="activity of this calendar year")
        parser.add_argument("--from", dest="from_on", type=date.fromisoformat, metavar="DAY")
        parser.add_argument("--until", dest="until_on", type=date.fromisoformat, metavar="DAY")
        parser.add_argument("--by", metavar="USER", help="who proposes, or approves")
        parser.add_argument("--reason", default="", help="why, kept with every result")
        parser.add_argument("--factor-sets", nargs=2, metavar=("FROM", "TO"))
        parser.add_argument("--department", action="append", help="these alone", metavar="CODE")
        step = parser.add_mutually_exclusive_group()
        step.add_argument("--dry-run", action="store_true", help="show it and store nothing")
        step.add_argument("--show", action="store_true", help="show what waits")
        step.add_argument("--approve", action="store_true", help="approve what waits")
        parser.add_argument("--json", action="store_true", help="all figures, decimals as strings")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                report = self._step(options)
                transaction.set_rollback(options["dry_run"])
        except (InventoryError, OrganisationError, PricingError) as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(switch_content(report), ensure_ascii=False, indent=2))
            return
        for line in switch_table(report) if report.lines else ():
            self.stdout.write(line)
        self.stdout.write(_outcome(report, options))

    def _step(self, options: dict[str, Any]) -> SwitchReport:
        """What waits, after what is asked for was proposed, or before it is approved."""
        from_on, until_on = days_of(options)
        days: dict[str, Any] = {"from_on": from_on, "until_on": until_on}
        if not (options["show"] or options["approve"]):
            restatement.propose_restatement(
                **days,
                by=_person(options["by"]),
                at=timezone.now(),
                reason=options["reason"],
                factor_sets=tuple(options["factor_sets"]) if options["factor_sets"] else None,
                department_ids=_departments(options["department"]),
            )
        report = cost_of_restating(scheme_code=options["scheme"], **days)
        if options["approve"]:
            restatement.approve_restatement(
                **days, through=report.through, by=_person(options["by"]), at=timezone.now()
            )
        return report


def _outcome(report: SwitchReport, options: dict[str, Any]) -> str:
    count = sum(len(line.records) for line in report.lines)
    if not count:
        return "Nothing would change." if not options["show"] else "Nothing waits."
    if options["dry_run"]:
        return f"{count:,} results would change. Nothing was stored."
    if options["approve"]:
        return f"{count:,} new results count from now on; the next settlement posts the difference."
    return f"{count:,} new results wait for another person: --approve."


def _person(username: str | None) -> User:
    found = User.objects.filter(username=username or "", is_active=True).first()
    if found is None:
        raise CommandError(f"--by: there is no active user {username or ''!r}.", returncode=2)
    return found


def _departments(codes: list[str] | None) -> set[int] | None:
    if codes is None:
        return None
    found = dict(Department.objects.filter(code__in=codes).values_list("code", "pk"))
    if unknown := sorted(set(codes) - found.keys()):
        raise CommandError(f"There is no department {', '.join(unknown)}.", returncode=2)
    return set(found.values())
