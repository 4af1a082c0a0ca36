"""Door. What is missing in the months of the departments, and what looks wrong."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from departments.inventory.completeness import MonthCheck, check_months
from departments.organisation.access import visible_department_ids
from departments.organisation.models import User


class Command(BaseCommand):
    help = (
        "For each department and month, what is missing that was recorded in each of the three "
        "months before, and how many records look wrong, are estimates or wait for approval. Exit "
        "codes: 0 complete, 1 something is missing or looks wrong, 2 wrong usage."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("first", metavar="MONTH", help="the first month: 2024-01")
        parser.add_argument(
            "last", metavar="MONTH", nargs="?", help="the last one, if not the same"
        )
        parser.add_argument("--by", required=True, metavar="USER", help="who asks")
        parser.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.filter(username=options["by"], is_active=True).first()
        if by is None:
            raise CommandError(f"There is no active user {options['by']!r}.", returncode=2)
        first = _month(options["first"])
        last = _month(options["last"] or options["first"])
        seen = visible_department_ids(by)
        found = check_months(first=first, last=last, department_ids=seen)
        if options["json"]:
            self.stdout.write(json.dumps([_content(each) for each in found], indent=2))
        else:
            for each in found:
                self.stdout.write(_line(each))
        wrong = sum(1 for each in found if not each.is_complete)
        if wrong:
            raise CommandError(f"{wrong} of {len(found)} months are not complete.", returncode=1)


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise CommandError(f"{text!r} is no month. Write 2024-01.", returncode=2) from None


def _line(each: MonthCheck) -> str:
    missing = "; ".join(f"{name} {place}".strip() for name, place in each.missing)
    counts = (
        f"{each.records} records, {each.unapproved} not approved, {each.estimated} estimated, "
        f"{each.doubtful} look wrong"
    )
    told = f"; missing: {missing}" if missing else ""
    return f"{each.department} {each.month:%Y-%m}: {counts}{told}"


def _content(each: MonthCheck) -> dict[str, Any]:
    return {
        "department": each.department,
        "month": f"{each.month:%Y-%m}",
        "records": each.records,
        "unapproved": each.unapproved,
        "estimated": each.estimated,
        "doubtful": each.doubtful,
        "missing": [{"activity": name, "place": place} for name, place in each.missing],
        "is_complete": each.is_complete,
    }
