"""Bells that are lost, doubled, late, out of order or for nobody: the books are the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from ledger import balances, period_close, settlement_run, tasks, verification
from ledger.models.journal import JournalEntry
from ledger.models.settlements import Settlement, SettlementState
from tests.ledger.books import NOON, Books
from tests.promises.paper_books import PaperBooks, Period, Price, Result, Scheme
from tests.promises.thorough import examples

pytestmark = pytest.mark.django_db

NOBODY = 10**12  # no settlement has this id
QUARTERS = [
    Period("2023Q1", date(2023, 1, 1), date(2023, 4, 1)),
    Period("2023Q2", date(2023, 4, 1), date(2023, 7, 1)),
]
PHASES = ("prepared", "cancelled", "prepared again", "calculated", "approved", "posted", "closed")


@dataclass
class Bells:
    """The broker of this test: what was rung, in no particular order, and may get lost."""

    rung: list[int] = field(default_factory=list)

    def delay(self, settlement_id: int) -> None:
        self.rung.append(settlement_id)

    def deliver(self, storm: list[int]) -> None:
        """Each number picks who is rung for, from all there ever was; no bell is used up."""
        everyone = [NOBODY, *Settlement.objects.order_by("pk").values_list("pk", flat=True)]
        for number in storm:
            candidates = self.rung + everyone
            tasks.calculate_settlement(candidates[number % len(candidates)])

    def sweep_until_calculated(self, settlement: Settlement) -> None:
        """The bells of the sweep are delivered; without them nothing would come to an end."""
        self.rung.clear()
        tasks.sweep_settlements()
        assert set(self.rung) <= {settlement.pk}
        for settlement_id in self.rung:
            tasks.calculate_settlement(settlement_id)
        settlement.refresh_from_db()
        assert settlement.state == SettlementState.CALCULATED


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> Bells:
    bells = Bells()
    monkeypatch.setattr(tasks.calculate_settlement, "delay", bells.delay)
    return bells


storms = st.lists(st.integers(0, 100), max_size=5)
lives = st.lists(st.fixed_dictionaries(dict.fromkeys(PHASES, storms)), min_size=2, max_size=2)


def test_storms_of_bells_change_nothing(books: Books, bells: Bells) -> None:
    fill(books)

    @examples(8, 100)
    @given(lives)
    def storm(life: list[dict[str, list[int]]]) -> None:
        with rolled_back():
            for period, storms_of in zip(QUARTERS, life, strict=True):
                live(books, bells, period.code, storms_of)
            assert found() == expected()
            assert verification.verify().findings == ()

    storm()


def fill(books: Books) -> None:
    for result in RESULTS:
        books.emit(result.department, result.day, str(result.market_kg))


RESULTS = [
    Result(str(number), department, day, kilograms, kilograms)
    for number, (department, day, kilograms) in enumerate(
        [
            ("CLOUD", date(2023, 2, 1), Decimal("100.4")),
            ("CLOUD", date(2023, 3, 1), Decimal("100.4")),
            ("OFFICES", date(2023, 2, 1), Decimal(7000)),
            ("OFFICES", date(2023, 5, 1), Decimal("0.000001")),
            ("CLOUD", date(2023, 5, 1), Decimal(2500)),
        ]
    )
]


def live(books: Books, bells: Bells, period: str, storms_of: dict[str, list[int]]) -> None:
    """The life of a settlement, the first try cancelled; after each step a storm."""
    people = books.people

    def prepare() -> Settlement:
        found = settlement_run.prepare(scheme_code="fee", period_code=period, by=people["analyst"])
        tasks.ring(found.pk, shard_count=found.shard_count)
        return found

    first = prepare()
    bells.deliver(storms_of["prepared"])
    settlement_run.cancel(settlement_id=first.pk, by=people["analyst"], at=NOON)
    bells.deliver(storms_of["cancelled"])
    second = prepare()
    bells.deliver(storms_of["prepared again"])
    bells.sweep_until_calculated(second)
    bells.deliver(storms_of["calculated"])
    settlement_run.approve(settlement_id=second.pk, by=people["approver"], at=NOON)
    bells.deliver(storms_of["approved"])
    settlement_run.post(settlement_id=second.pk, by=people["finance"], at=NOON)
    bells.deliver(storms_of["posted"])
    period_close.close(period_code=period, by=people["finance"], at=NOON)
    bells.deliver(storms_of["closed"])


def found() -> tuple[dict[str, int], int]:
    """Balances in minor units, and how many entries there are."""
    exponents = {"USD": 2, "KGCO2E": 6}
    rows = balances.trial_balance()
    by_account = {row.account: int(row.balance.scaleb(exponents[row.commodity])) for row in rows}
    return by_account, JournalEntry.objects.count()


def expected() -> tuple[dict[str, int], int]:
    paper = PaperBooks(QUARTERS)
    paper.approve(RESULTS)
    fee = Scheme("fee", frozenset({(1, None)}), [Price(Decimal(15))], keeps_atmosphere=True)
    for period in QUARTERS:
        paper.post(paper.draft(fee, period))
    return paper.balances, paper.entries.total()


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
