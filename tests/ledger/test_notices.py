"""What happens in the books is told to those whom it concerns, once, with what makes it true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from django.utils import translation

from departments.organisation.models import Membership, User
from departments.organisation.notice_models import Notice
from departments.organisation.notice_words import path_of, sentence_of
from ledger import budgets, disputes, settlement_run
from ledger.models.settlements import SettlementLine
from pricing.models import Mechanism
from tests.ledger.books import NOON, Books, open_books
from tests.ledger.sharing import found_sharing, measure

MARCH = datetime(2023, 3, 31, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Whatever language the test before looked at pages in."""
    with translation.override("en"):
        yield


@pytest.fixture
def books(db: None) -> Books:
    books = open_books()
    books.people["head"] = User.objects.create(username="head")
    for code in ("CLOUD", "OFFICES"):
        Membership.objects.create(
            user=books.people["head"], role="viewer", department=books.departments[code]
        )
    return books


def told(username: str) -> list[str]:
    return [sentence_of(each) for each in Notice.objects.filter(user__username=username)]


def test_posting_tells_each_person_once_of_all_their_departments(books: Books):
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.emit("OFFICES", date(2023, 2, 1), "1000")
    settlement = books.settle("2023Q1")
    settlement_run.post(settlement_id=settlement.pk, by=books.people["finance"], at=NOON)
    assert told("contributor") == ["The statement of CLOUD for 2023Q1 is ready (Carbon fee)."]
    assert told("head") == ["The statements of CLOUD, OFFICES for 2023Q1 are ready (Carbon fee)."]
    assert Notice.objects.count() == 2  # nobody with a role in the whole company
    head, contributor = Notice.objects.order_by("-user_id")
    assert path_of(head) == "/bill/?scheme=fee&period=2023Q1"
    assert path_of(contributor) == "/departments/CLOUD/fee/2023Q1/"


def test_who_has_no_bill_and_what_is_not_posted_is_not_told(books: Books):
    books.emit("OFFICES", date(2023, 2, 1), "1000")
    settlement = books.calculate("2023Q1")
    settlement_run.approve(settlement_id=settlement.pk, by=books.people["approver"], at=NOON)
    assert not Notice.objects.exists()
    with transaction.atomic():
        settlement_run.post(settlement_id=settlement.pk, by=books.people["finance"], at=NOON)
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    settlement_run.post(settlement_id=settlement.pk, by=books.people["finance"], at=NOON)
    assert told("contributor") == []
    assert len(told("head")) == 1


@pytest.mark.parametrize("verb", ["reject", "accept", "withdraw"])
def test_who_opened_a_dispute_hears_the_answer(books: Books, verb: str):
    record = books.emit("CLOUD", date(2023, 2, 10), "1000")
    books.settle("2023Q1")
    line = SettlementLine.objects.get()
    opened = disputes.open_dispute(
        line_id=line.pk, reason="Wrong meter.", by=books.people["contributor"], at=NOON
    )
    Notice.objects.all().delete()
    for _ in range(2):
        if verb == "withdraw":
            disputes.withdraw(dispute_id=opened.pk, by=books.people["contributor"], at=NOON)
            continue
        remedy = {"record_id": record.activity_record_id} if verb == "accept" else {}
        getattr(disputes, verb)(
            dispute_id=opened.pk, reason="So.", by=books.people["analyst"], at=NOON, **remedy
        )
    if verb == "withdraw":
        assert not Notice.objects.exists()
        return
    (notice,) = Notice.objects.all()
    assert notice.user == books.people["contributor"]
    assert f"was {verb}ed by analyst" in sentence_of(notice)
    assert path_of(notice) == f"/lines/{line.pk}/"


def test_a_budget_is_told_at_80_and_100_percent_and_each_once(books: Books):
    scheme = found_sharing(books, Mechanism.FEEBATE)
    measure(books, scheme, "2023Q1", CLOUD="10", OFFICES="100")
    books.emit("CLOUD", date(2023, 1, 10), "7999.999999")
    books.emit("CLOUD", date(2023, 1, 10), "99999", scope=2)  # which the scheme does not charge
    budgets.tell_reached(at=MARCH)
    assert told("contributor") == []
    first = books.emit("CLOUD", date(2023, 1, 10), "0.000001")
    for _ in range(3):
        budgets.tell_reached(at=MARCH)
    eighty = "CLOUD has used 80 % of its carbon budget of 2023-01-01 to 2023-03-31 (Shared)."
    assert told("contributor") == [eighty]
    books.emit("CLOUD", date(2023, 1, 10), "3000", supersedes=first)
    budgets.tell_reached(at=MARCH)
    full = "CLOUD has used up its carbon budget of 2023-01-01 to 2023-03-31 (Shared)."
    assert told("contributor") == [full, eighty]
    assert sorted(told("head")) == sorted([full, eighty])
    books.emit("OFFICES", date(2023, 3, 10), "250000")
    budgets.tell_reached(at=MARCH)
    assert len(told("head")) == 3  # at one bound: the highest level alone
    budgets.tell_reached(at=datetime(2024, 1, 1, tzinfo=UTC))
    assert len(told("head")) == 3
