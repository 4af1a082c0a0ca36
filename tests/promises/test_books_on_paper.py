"""Whatever people do, in whatever order: the books are those that are kept on paper beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from departments.inventory.models.emissions import EmissionRecord
from ledger import balances, period_close, posting, settlement_run, verification
from ledger.errors import LedgerError
from ledger.errors.calendar import PeriodClosed, PeriodNotReady
from ledger.errors.journal import AlreadyReversed, EntryOfSettlement, SourcePostedDifferently
from ledger.errors.settlements import (
    AlreadySettled,
    NotAllowed,
    SettledLater,
    SettlementUnderWay,
    WrongState,
)
from ledger.models.accounts import Account
from ledger.models.journal import JournalEntry
from ledger.models.settlements import SettledRecord
from pricing.models import CarbonPrice
from tests.ledger.books import NOON, Books, found_scheme
from tests.promises.paper_books import Draft, PaperBooks, Period, Price, Result, Scheme
from tests.promises.thorough import examples

pytestmark = pytest.mark.django_db

PERIODS = [
    Period("2023Q1", date(2023, 1, 1), date(2023, 4, 1)),
    Period("2023Q2", date(2023, 4, 1), date(2023, 7, 1)),
    Period("2023Q3", date(2023, 7, 1), date(2023, 10, 1)),
]
COVERED = frozenset({(1, None), (2, None), (3, 6)})
EXPONENTS = {"USD": 2, "KGCO2E": 6}

schemes = st.sampled_from(["fee", "shadow"])
periods = st.sampled_from(PERIODS)
departments = st.sampled_from(["CLOUD", "OFFICES"])
days = st.integers(0, 272).map(lambda days: PERIODS[0].first + timedelta(days))
kilograms = st.integers(1, 10**13).map(lambda milligrams: Decimal(milligrams).scaleb(-6))
sources = st.sampled_from([(1, None), (2, None), (3, 6), (3, 1)])
picks = st.integers(0, 10**6)  # of a list that is only known when the rule runs


@dataclass
class UnderWay:
    """A settlement that is neither posted nor cancelled, here and on paper."""

    settlement_id: int
    draft: Draft
    state: str = "calculating"


class People(RuleBasedStateMachine):
    """Each rule is something that people do; what must come of it is worked out on paper first."""

    def __init__(self, books: Books) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.books, self.people = books, books.people
        self.found_second_scheme()
        self.paper = PaperBooks(PERIODS)
        self.schemes = {
            code: Scheme(code, COVERED, [Price(Decimal(15))], {"medium": Decimal(40)})
            for code in ("fee", "shadow")
        }
        self.schemes["fee"].keeps_atmosphere = True
        self.records: dict[str, EmissionRecord] = {}
        self.under_way: dict[str, UnderWay] = {}
        self.reached: dict[str, list[Period]] = {"fee": [], "shadow": []}
        self.closed: list[Period] = []
        self.by_hand: dict[str, tuple[int, str, int]] = {}  # source → entry, scheme, minor
        self.reversed: set[int] = set()

    def found_second_scheme(self) -> None:
        found_scheme(self.books, "shadow", keeps_atmosphere=False)

    def teardown(self) -> None:
        try:
            assert [str(f) for f in verification.verify().findings] == []
            assert self.settled_records() == self.settled_on_paper()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # --- facts ---

    @rule(
        department=departments,
        day=days,
        kg=kilograms,
        location=kilograms,
        source=sources,
        country=st.sampled_from(["", "US"]),
    )
    def record(
        self,
        department: str,
        day: date,
        kg: Decimal,
        location: Decimal,
        source: tuple[int, int | None],
        country: str,
    ) -> None:
        scope, category = source
        location = location if scope == 2 else kg
        name = str(len(self.records))
        self.take_in(Result(name, department, day, kg, location, scope, category, country=country))

    @rule(
        department=departments,
        day=days,
        kg=kilograms,
        durability=st.sampled_from(["medium", "short"]),
    )
    def remove(self, department: str, day: date, kg: Decimal, durability: str) -> None:
        name = str(len(self.records))
        self.take_in(Result(name, department, day, kg, kg, None, durability=durability))

    @rule(pick=picks, day=days, kg=kilograms)
    def restate(self, pick: int, day: date, kg: Decimal) -> None:
        superseded = {result.supersedes for result in self.paper.approved.values()}
        free = [name for name in self.paper.approved if name not in superseded]
        if free:
            before = self.paper.approved[free[pick % len(free)]]
            location = before.location_kg if before.scope == 2 else kg
            after = replace(before, day=day, market_kg=kg, location_kg=location)
            self.take_in(replace(after, name=str(len(self.records)), supersedes=before.name))

    def take_in(self, result: Result) -> None:
        removal = {"durability_class": result.durability, "removal_state": "verified"}
        self.records[result.name] = self.books.emit(
            result.department,
            result.day,
            str(result.market_kg),
            scope=result.scope or 0,
            category=result.category,
            country=result.country,
            location_kgco2e=str(result.location_kg),
            supersedes=self.records.get(result.supersedes),
            **(removal if result.durability else {}),
        )
        self.paper.approve([result])

    # --- policy ---

    @rule(
        scheme=schemes,
        per_tonne=st.integers(1, 10**8).map(lambda micro: Decimal(micro).scaleb(-6)),
        starts_on=days,
        department=st.sampled_from(["", "CLOUD"]),
        source=st.sampled_from([(None, None), (1, None), (3, 6)]),
        country=st.sampled_from(["", "US"]),
    )
    def price(
        self,
        scheme: str,
        per_tonne: Decimal,
        starts_on: date,
        department: str,
        source: tuple[int | None, int | None],
        country: str,
    ) -> None:
        """A price for a part, from a day on; a part has one such price at most."""
        price = Price(per_tonne, starts_on, date.max, department, *source, country)
        known = self.schemes[scheme].prices
        if any(replace(price, per_tonne=p.per_tonne, starts_on=p.starts_on) == p for p in known):
            return
        CarbonPrice.objects.create(
            scheme_id=self.scheme_id(scheme),
            department=self.books.departments.get(department),
            scope=price.scope,
            category=price.category,
            country=country,
            price_per_tonne=per_tonne,
            in_force=(starts_on, None),
            proposed_by=self.people["analyst"],
            approved_by=self.people["approver"],
        )
        known.append(price)

    def scheme_id(self, code: str) -> int:
        return type(self.books.scheme).objects.get(code=code).pk

    # --- money ---

    @rule(scheme=schemes, period=periods)
    def prepare(self, scheme: str, period: Period) -> None:
        step = {"scheme_code": scheme, "period_code": period.code, "by": self.people["analyst"]}
        draft = self.paper.draft(self.schemes[scheme], period)
        found = self.take(settlement_run.prepare, step, self.refusal_to_prepare(scheme, draft))
        if found is not None and scheme in self.under_way:
            assert found.pk == self.under_way[scheme].settlement_id
        elif found is not None:
            assert found.record_count == len(draft.takes)
            self.under_way[scheme] = UnderWay(found.pk, draft)

    def refusal_to_prepare(self, scheme: str, draft: Draft) -> type[LedgerError] | None:
        period, reached = draft.period, self.reached[scheme]
        if scheme in self.under_way:
            is_same = self.under_way[scheme].draft.period == period
            return None if is_same else SettlementUnderWay
        if period in self.closed:
            return AlreadySettled if period in reached else PeriodClosed
        if any(later.first > period.first for later in reached):
            return SettledLater
        return AlreadySettled if period in reached and not draft.takes else None

    @rule(scheme=schemes)
    def calculate_a_shard(self, scheme: str) -> None:
        if found := self.under_way.get(scheme):
            settlement_run.calculate_next_shard(settlement_id=found.settlement_id, at=NOON)

    @rule(scheme=schemes)
    def calculate(self, scheme: str) -> None:
        if found := self.under_way.get(scheme):
            settlement_run.calculate(settlement_id=found.settlement_id, at=NOON)
            if found.state == "calculating":
                found.state = "calculated"

    @rule(scheme=schemes, who=st.sampled_from(["approver", "approver", "analyst"]))
    def approve(self, scheme: str, who: str) -> None:
        if found := self.under_way.get(scheme):
            step = {"settlement_id": found.settlement_id, "by": self.people[who], "at": NOON}
            refusal: type[LedgerError] | None = None
            if who == "analyst":  # who prepared it
                refusal = NotAllowed
            elif found.state == "calculating":
                refusal = WrongState
            if self.take(settlement_run.approve, step, refusal) is not None:
                found.state = "approved"

    @rule(scheme=schemes)
    def post(self, scheme: str) -> None:
        if found := self.under_way.get(scheme):
            step = {"settlement_id": found.settlement_id, "by": self.people["finance"], "at": NOON}
            refusal = None if found.state == "approved" else WrongState
            if self.take(settlement_run.post, step, refusal) is not None:
                self.paper.post(found.draft)
                self.reached[scheme].append(found.draft.period)
                del self.under_way[scheme]
                self.take(settlement_run.post, step, None)  # once more changes nothing

    @rule(scheme=schemes, period=periods)
    def settle(self, scheme: str, period: Period) -> None:
        """All steps in a row, whatever each of them answers."""
        self.prepare(scheme, period)
        self.calculate(scheme)
        self.approve(scheme, "approver")
        self.post(scheme)

    @rule(scheme=schemes)
    def cancel(self, scheme: str) -> None:
        if found := self.under_way.pop(scheme, None):
            settlement_run.cancel(
                settlement_id=found.settlement_id, by=self.people["analyst"], at=NOON
            )

    @rule(scheme=schemes, minor=st.integers(1, 10**6), day=days, source=st.sampled_from("abc"))
    def post_by_hand(self, scheme: str, minor: int, day: date, source: str) -> None:
        accounts = [self.account(f"Expenses:Carbon-Fee:{scheme.upper()}:CLOUD")]
        accounts += [self.account(f"Equity:Carbon-Fund:{scheme.upper()}")]
        if None in accounts:
            return  # nothing was settled yet
        step = {
            "entry_date": day,
            "description": "by hand",
            "lines": [
                posting.Line(accounts[0].pk, "USD", debit=minor),
                posting.Line(accounts[1].pk, "USD", credit=minor),
            ],
            "source": posting.Source("note", source, "charge"),
            "by": self.people["finance"],
        }
        before = self.by_hand.get(source)
        refusal: type[LedgerError] | None = PeriodClosed if self.is_closed(day) else None
        if before is not None:  # what is posted is answered, whatever has closed since
            refusal = None if before[1:] == (scheme, minor) else SourcePostedDifferently
        entry = self.take(posting.post, step, refusal)
        if entry is not None and before is None:
            self.by_hand[source] = entry, scheme, minor
            self.paper.move(accounts[0].code, accounts[1].code, minor)
        elif entry is not None and before is not None:
            assert entry == before[0]

    @rule(source=st.sampled_from("abc"), day=days)
    def reverse(self, source: str, day: date) -> None:
        if source not in self.by_hand:
            return
        entry, scheme, minor = self.by_hand[source]
        step = {"entry_id": entry, "entry_date": day, "reason": "x", "by": self.people["finance"]}
        refusal: type[LedgerError] | None = PeriodClosed if self.is_closed(day) else None
        refusal = AlreadyReversed if entry in self.reversed else refusal
        if self.take(posting.reverse, step, refusal) is not None:
            self.reversed.add(entry)
            fund = f"Equity:Carbon-Fund:{scheme.upper()}"
            self.paper.move(fund, f"Expenses:Carbon-Fee:{scheme.upper()}:CLOUD", minor)

    @rule(pick=picks, day=days)
    def reverse_a_settlements(self, pick: int, day: date) -> None:
        entries = JournalEntry.objects.filter(settlement__isnull=False).order_by("pk")
        if count := entries.count():
            step = {"entry_id": entries[pick % count].pk, "entry_date": day, "reason": "x"}
            self.take(posting.reverse, step | {"by": self.people["finance"]}, EntryOfSettlement)

    @rule(period=periods)
    def close(self, period: Period) -> None:
        step = {"period_code": period.code, "by": self.people["finance"], "at": NOON}
        refusal = PeriodNotReady if period not in self.closed and self.open_ends(period) else None
        if self.take(period_close.close, step, refusal) is not None and period not in self.closed:
            self.closed.append(period)

    def open_ends(self, period: Period) -> bool:
        earlier = [found for found in PERIODS if found.first < period.first]
        begun = [found for found in self.reached.values() if found]
        return (
            any(found not in self.closed for found in earlier)
            or any(found.draft.period == period for found in self.under_way.values())
            or not begun
            or any(max(found, key=lambda p: p.first).first < period.first for found in begun)
        )

    # --- comparing ---

    def take(
        self, step: Callable[..., Any], values: dict[str, Any], refusal: type[LedgerError] | None
    ) -> Any:
        """Take a step; its answer, or None where it is refused, exactly as expected."""
        if refusal is None:
            return step(**values)
        with pytest.raises(refusal):
            step(**values)
        return None

    def is_closed(self, day: date) -> bool:
        return any(period.first <= day < period.after for period in self.closed)

    def account(self, code: str) -> Any:
        return Account.objects.filter(code=code).first()

    @invariant()
    def balances_are_those_on_paper(self) -> None:
        found = {
            row.account: tuple(
                int(side.scaleb(EXPONENTS[row.commodity])) for side in (row.debit, row.credit)
            )
            for row in balances.trial_balance()
        }
        assert found == {
            account: (self.paper.debits[account], self.paper.credits[account])
            for account in self.paper.balances
        }

    def settled_records(self) -> set[tuple[int, int, int]]:
        posted = SettledRecord.objects.filter(line__settlement__state="posted")
        return set(posted.values_list("scheme_id", "emission_record_id", "sign"))

    def settled_on_paper(self) -> set[tuple[int, int, int]]:
        ids = {code: self.scheme_id(code) for code in self.schemes}
        return {
            (ids[scheme], self.records[name].pk, sign)
            for places, sign in ((self.paper.settled, 1), (self.paper.taken_back, -1))
            for scheme, name in places
        }


def test_the_books_are_those_on_paper(books: Books) -> None:
    machine: Any = partial(People, books)
    run_state_machine_as_test(machine, settings=examples(12, 200, steps=40))


def test_the_first_settlement_is_no_finding_before_it_is_posted(books: Books) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    assert books.calculate("2023Q1").state == "calculated"
    assert verification.verify().findings == ()
