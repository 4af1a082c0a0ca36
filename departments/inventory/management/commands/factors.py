"""Door. Search the factors, compare two releases, and bring factors of the company's own."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from departments.inventory import factor_release
from departments.inventory.errors import InventoryError
from departments.inventory.factor_choice import ChosenFactor
from departments.inventory.factor_difference import FactorChange, compare_sets
from departments.inventory.factor_search import search_factors
from departments.organisation.errors import NotAllowed
from departments.organisation.models import User


class Command(BaseCommand):
    help = """Search the factors, compare two releases, and bring factors of the company's own.

  manage.py factors search "rail national" --place GB --year 2024
  manage.py factors diff desnz_2024 desnz_2025 [--json]
  manage.py factors propose FOLDER --by analyst
  manage.py factors approve company_2024 --by approver

The company's own factors come as a folder like those in fixtures/emission_factors; every row says
in notes or source_url where it comes from. They count once another person has approved them, and
then before a published factor of the same activity, place, year, unit and boundary.

Exit codes: 0 done, 1 refused, 2 wrong usage."""
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        search = steps.add_parser("search", help="by words of the activity, place and year")
        search.add_argument("words")
        search.add_argument("--place", default="")
        search.add_argument("--year", type=int)
        search.add_argument("--limit", type=int, default=50)
        diff = steps.add_parser("diff", help="what came, went and changed between two releases")
        diff.add_argument("before", metavar="FROM")
        diff.add_argument("after", metavar="TO")
        diff.add_argument("--json", action="store_true", help="every factor, decimals as strings")
        propose = steps.add_parser("propose", help="bring factors of the company's own")
        propose.add_argument("folder", type=Path)
        approve = steps.add_parser("approve", help="let them count, as another person")
        approve.add_argument("code")
        for step in (propose, approve):
            step.add_argument("--by", required=True, metavar="USER")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['step']}")(options)
        except (InventoryError, NotAllowed) as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal

    def _search(self, options: dict[str, Any]) -> None:
        found = search_factors(
            words=options["words"],
            place=options["place"],
            year=options["year"],
            limit=options["limit"],
        )
        for factor in found:
            self.stdout.write(_shown(factor))
        if not found:
            self.stdout.write("No factor has all of these words in its activity.")

    def _diff(self, options: dict[str, Any]) -> None:
        changes = compare_sets(options["before"], options["after"])
        if options["json"]:
            self.stdout.write(json.dumps([_content(each) for each in changes], indent=2))
            return
        for each in changes:
            if each.kind != "same":
                self.stdout.write(_changed(each))
        kinds = ("changed", "added", "removed", "same")
        counts = (f"{sum(each.kind == kind for each in changes):,} {kind}" for kind in kinds)
        self.stdout.write(", ".join(counts))

    def _propose(self, options: dict[str, Any]) -> None:
        report = factor_release.propose_company_factors(
            folder=options["folder"], by=_person(options["by"]), at=timezone.now()
        )
        self.stdout.write(f"{report.code}: {report.rows:,} factors wait for another person.")
        for flag in report.flags:
            self.stdout.write(f"  look at {flag}")

    def _approve(self, options: dict[str, Any]) -> None:
        release = factor_release.approve_company_factors(
            code=options["code"], by=_person(options["by"]), at=timezone.now()
        )
        self.stdout.write(f"{release.code} counts from now on.")


def _person(username: str) -> User:
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise CommandError(f"There is no active user {username!r}.", returncode=2)
    return found


def _shown(factor: ChosenFactor) -> str:
    scope = "outside" if factor.scope is None else str(factor.scope)
    category = "" if factor.category is None else f".{factor.category}"
    suspect = "  suspect" if factor.suspect else ""
    return (
        f"{factor.activity}  {factor.place} {factor.year}  {factor.kgco2e_per_unit:f} kgCO2e/"
        f"{factor.unit}  scope {scope}{category}  {factor.boundary}  {factor.set_code} "
        f"{factor.code}{suspect}"
    )


def _changed(change: FactorChange) -> str:
    before = "–" if change.before is None else f"{change.before:f}"
    after = "–" if change.after is None else f"{change.after:f}"
    percent = "" if change.change_percent is None else f"  {change.change_percent:+.2f} %"
    where = f"{change.activity}  {change.place}  per {change.unit}, {change.boundary}"
    return f"{change.kind:<8} {where}: {before} → {after}{percent}"


def _content(change: FactorChange) -> dict[str, Any]:
    percent = change.change_percent
    return {
        "kind": change.kind,
        "activity": change.activity,
        "place": change.place,
        "unit": change.unit,
        "boundary": change.boundary,
        "before_kgco2e_per_unit": None if change.before is None else f"{change.before:f}",
        "after_kgco2e_per_unit": None if change.after is None else f"{change.after:f}",
        "change_percent": None if percent is None else f"{percent:.4f}",
    }
