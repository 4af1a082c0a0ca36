"""The company that is settled: three schemes, months without end, results drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from threading import Lock

from django.db import connection, transaction

from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.emissions import EmissionRecord
from departments.organisation.models import Department, DepartmentPlacement
from ledger.models.periods import AccountingPeriod
from pricing.models import CarbonPrice, Scheme
from tests.ledger.books import ALWAYS, Books, found_scheme, open_books
from tests.promises import paper_books
from tests.promises.paper_books import Period, Price, Result

DEPARTMENTS = 12
NEW_A_MONTH, LATE_A_MONTH, RESTATED_A_MONTH = 1000, 30, 30
FIRST_MONTH = date(2023, 10, 1)  # the quarters before it are founded with the books
SCOPES = [(1, None), (2, None), (3, 6), (3, 1)]  # purchased goods are not covered
SCHEMES = ("fee", "travel", "other")


@dataclass
class Company:
    """What was handed in, kept outside the database to compare with."""

    books: Books
    random: random.Random
    paper: paper_books.PaperBooks = field(default_factory=paper_books.PaperBooks)
    fed: int = 0  # months
    feeding: Lock = field(default_factory=Lock)

    def month(self, number: int) -> Period:
        """A month by its number, from 0."""
        years, months = divmod(FIRST_MONTH.month - 1 + number, 12)
        first = date(FIRST_MONTH.year + years, months + 1, 1)
        after = (first + timedelta(days=31)).replace(day=1)
        return Period(f"{first:%Y-%m}", first, after)

    def next_results(self) -> list[Result]:
        """The next month's results, late ones of earlier months, and restatements."""
        month, known = self.month(self.fed), list(self.paper.approved.values())
        free = {found.name for found in known} - {found.supersedes for found in known}
        restated = self.random.sample(sorted(free), min(RESTATED_A_MONTH, len(free)))
        late = [self.month(self.random.randrange(self.fed or 1)) for _ in range(LATE_A_MONTH)]
        months = [month] * NEW_A_MONTH + late
        drawn = [self._drawn(f"{self.fed}-{n}", found) for n, found in enumerate(months)]
        return drawn + [
            self._restated(f"{self.fed}-r{n}", self.paper.approved[name])
            for n, name in enumerate(restated)
        ]

    def _drawn(self, name: str, month: Period) -> Result:
        days = (month.after - month.first).days
        scope, category = self.random.choice(SCOPES)
        is_removal = self.random.random() < 0.05
        market = self._kilograms()
        return Result(
            name=name,
            department=self.random.choice(sorted(self.books.departments)),
            day=month.first + timedelta(days=self.random.randrange(days)),
            market_kg=market,
            location_kg=self._kilograms() if scope == 2 and not is_removal else market,
            scope=None if is_removal else scope,
            category=None if is_removal else category,
            durability="medium" if is_removal else "",
        )

    def _kilograms(self) -> Decimal:
        return Decimal(self.random.randrange(1, 10**10)).scaleb(-6)

    def _restated(self, name: str, before: Result) -> Result:
        market = self._kilograms()
        location = self._kilograms() if before.scope == 2 else market
        return Result(
            **vars(before)
            | {"name": name, "market_kg": market, "location_kg": location}
            | {"supersedes": before.name}
        )


def found_company(seed: int) -> Company:
    """Departments, people and prices; the months come one by one."""
    with transaction.atomic():
        books = open_books()
        entity = books.departments["CLOUD"].placements.get().legal_entity
        for number in range(DEPARTMENTS - len(books.departments)):
            department = Department.objects.create(code=f"D{number}", name=f"D{number}")
            DepartmentPlacement.objects.create(
                department=department, legal_entity=entity, in_force=ALWAYS
            )
            books.departments[department.code] = department
        for code in SCHEMES[1:]:
            found_scheme(books, code, keeps_atmosphere=False)
        _price_travel(books)
    return Company(books, random.Random(seed))


def _price_travel(books: Books) -> None:
    CarbonPrice.objects.create(
        scheme=Scheme.objects.get(code="travel"),
        price_per_tonne=Decimal("99.999"),
        scope=3,
        category=6,
        in_force=ALWAYS,
        proposed_by=books.people["analyst"],
        approved_by=books.people["approver"],
    )


def paper_schemes() -> list[paper_books.Scheme]:
    """The same schemes on paper."""
    covered = frozenset({(1, None), (2, None), (3, 6)})
    rates = {"medium": Decimal(40)}
    fee, travel, other = (
        paper_books.Scheme(code, covered, [Price(Decimal(15))], rates) for code in SCHEMES
    )
    fee.keeps_atmosphere = True
    travel.prices.append(Price(Decimal("99.999"), scope=3, category=6))
    return [fee, travel, other]


def hand_in(books: Books, period: Period, results: Iterable[Result]) -> None:
    """Create a month with its results and approve them, all or none; a second time does nothing."""
    with transaction.atomic():
        if AccountingPeriod.objects.filter(code=period.code).exists():
            return
        AccountingPeriod.objects.create(code=period.code, days=(period.first, period.after))
        _approve(books, list(results))


def _approve(books: Books, results: list[Result]) -> None:
    contributor, approver = books.people["contributor"], books.people["approver"]
    activities = ActivityRecord.objects.bulk_create(
        ActivityRecord(
            department=books.departments[result.department],
            activity="reported/scope-1",
            started_on=result.day,
            ended_on=result.day,
            quantity=result.market_kg,
            unit="kg",
            external_id=result.name,
            state="approved",
            created_by=contributor,
            submitted_by=contributor,
            decided_by=approver,
        )
        for result in results
    )
    names = [result.supersedes for result in results if result.supersedes]
    earlier = EmissionRecord.objects.filter(activity_record__external_id__in=names)
    before = dict(earlier.values_list("activity_record__external_id", "pk"))
    emissions = EmissionRecord.objects.bulk_create(
        EmissionRecord(
            activity_record=activity,
            department=activity.department,
            activity_on=result.day,
            scope=result.scope,
            category=result.category,
            kind="removal" if result.durability else "emission",
            durability_class=result.durability,
            removal_state="verified" if result.durability else "",
            location_kgco2e=result.location_kg,
            market_kgco2e=result.market_kg,
            trace={"steps": []},
            supersedes_id=before.get(result.supersedes),
        )
        for activity, result in zip(activities, results, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT inventory_number_approvals(%s)", [[e.pk for e in emissions]])
