"""Departments move between legal entities, whatever else is done: each entity's books are right."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from departments.organisation.models import LegalEntity
from departments.organisation.placement import place_department
from ledger import balances
from tests.ledger.books import ALWAYS, Books, found_scheme
from tests.promises.paper_books import Period
from tests.promises.test_books_on_paper import People, days, departments, kilograms, periods
from tests.promises.thorough import examples

pytestmark = pytest.mark.django_db


class Group(People):
    """The second scheme's fund is in the books of ONE, OFFICES begins in those of TWO.

    Departments move between ONE, TWO and THREE.
    """

    owed = 0  # how often legal entities owed each other something at the end

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self.schemes["shadow"].fund_entity = "ONE"
        self.paper.moves = {"CLOUD": {ALWAYS[0]: "ONE"}, "OFFICES": {ALWAYS[0]: "TWO"}}

    def found_second_scheme(self) -> None:
        for code in ("TWO", "THREE"):
            LegalEntity.objects.create(code=code, name=code, country="DE", currency="EUR")
        offices = self.books.departments["OFFICES"]
        offices.placements.update(legal_entity=LegalEntity.objects.get(code="TWO"))
        one = LegalEntity.objects.get(code="ONE")
        found_scheme(self.books, "shadow", keeps_atmosphere=False, fund_entity=one)

    def teardown(self) -> None:
        Group.owed += any("Due-To" in account for account in self.paper.balances)
        super().teardown()

    @rule(department=departments, day=days, entity=st.sampled_from(["ONE", "TWO", "THREE"]))
    def move(self, department: str, day: date, entity: str) -> None:
        """From a day on, also one that has been settled: what is settled stays where it is."""
        place_department(
            department=self.books.departments[department],
            parent=None,
            legal_entity=LegalEntity.objects.get(code=entity),
            from_on=day,
            by=self.people["admin"],
        )
        moves = self.paper.moves[department]
        if moves[max(moved_on for moved_on in moves if moved_on <= day)] != entity:
            moves[day] = entity  # who is there already does not move, so nothing begins that day

    @rule(period=periods, day=st.integers(0, 89), kg=kilograms, earned=kilograms)
    def pass_a_quarter(self, period: Period, day: int, kg: Decimal, earned: Decimal) -> None:
        """Both departments emit, OFFICES absorbs, and the second scheme is settled."""
        on = period.first + timedelta(day)
        for department in self.books.departments:
            self.record(department, on, kg, kg, (1, None), "")
        self.remove("OFFICES", on, earned, "medium")
        self.settle("shadow", period)

    @invariant()
    def the_books_of_each_balance(self) -> None:
        for entity in ("ONE", "TWO", "THREE"):
            rows = balances.trial_balance(legal_entity=entity)
            assert {row.commodity for row in rows} <= {"USD"}
            assert sum((row.balance for row in rows), Decimal(0)) == 0


def test_the_books_of_a_group_are_those_on_paper(books: Books) -> None:
    machine: Any = partial(Group, books)
    Group.owed = 0
    run_state_machine_as_test(machine, settings=examples(12, 200, steps=40))
    assert Group.owed  # what is compared above has come up
