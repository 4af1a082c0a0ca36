"""Two payments at once, and two awards at once: the second one sees what the first one left."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from ledger import fund, verification
from ledger.errors.journal import FundOverdrawn
from pricing.errors import GrantBudgetExceeded
from pricing.grant_reading import AskedMilestone
from tests.ledger.books import Books, open_books
from tests.ledger.granting import MAY, accepted, apply, award, awarded, budget, pay, propose, score

pytestmark = pytest.mark.django_db(transaction=True)

ALL: dict[str, Any] = {"milestones": [AskedMilestone("All", MAY, Decimal(60_000))]}


def together(*steps: Callable[[], object]) -> list[object]:
    """What each step answers, or how it refuses; all begin at once."""
    start = Barrier(len(steps))

    def take(step: Callable[[], object]) -> object:
        try:
            start.wait(10)
            return step()
        except (FundOverdrawn, GrantBudgetExceeded) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(take, steps))


@pytest.fixture
def books(transactional_db: None) -> Books:
    """A fund of $75,000, and $240,000 that may be awarded."""
    books = open_books(fund_may_overdraw=False)
    books.emit("CLOUD", date(2023, 2, 1), "5000000")
    books.settle("2023Q1")
    return books


def test_two_payments_at_once_do_not_overdraw_the_fund(books: Books) -> None:
    budget(books, "240000")
    due = [accepted(books, awarded(books, **ALL)) for _ in range(4)]
    answers = together(*[lambda one=one: pay(books, one) for one in due])
    refused = [answer for answer in answers if isinstance(answer, FundOverdrawn)]
    assert len(refused) == 3, answers
    assert fund.fund_position(scheme_code="fee", on=MAY).balance.decimal == 15_000
    assert verification.verify().holds


def test_the_same_milestone_at_once_is_paid_once(books: Books) -> None:
    budget(books, "240000")
    milestone_id = accepted(books, awarded(books, **ALL))
    entries = together(*[lambda: pay(books, milestone_id)] * 4)
    assert len(set(entries)) == 1, entries
    assert fund.fund_position(scheme_code="fee", on=MAY).balance.decimal == 15_000


def test_two_awards_at_once_stay_within_the_budget(books: Books) -> None:
    budget(books, "100000")
    grants = [apply(books) for _ in range(3)]
    for grant in grants:
        score(books, grant)
        propose(books, grant)
    answers = together(*[lambda one=one: award(books, one) for one in grants])
    refused = [answer for answer in answers if isinstance(answer, GrantBudgetExceeded)]
    assert len(refused) == 2, answers
    position = fund.fund_position(scheme_code="fee", on=MAY)
    assert position.budget is not None
    assert position.budget.awarded.decimal == 60_000
