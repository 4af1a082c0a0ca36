"""Each condition of the guards of legal entities' books: accounts stand in theirs, and entries
balance in each."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from departments.organisation.constraints import constraint_of
from departments.organisation.models import LegalEntity
from ledger.models.accounts import Account
from tests.ledger.books import Books, found_scheme, open_books
from tests.ledger.settling import settle_scheme
from tests.promises.entries_by_hand import FEE, FUND, Facts, entry, line, refusal, tried, write

FEE_TWO = "Expenses:Carbon-Fee:FEE:OFFICES:TWO"
FUND_OLD = "Equity:Carbon-Fund:OLD"
UNBALANCED = "ledger_entry_balances_by_entity"


def settled(books: Books) -> Books:
    books.emit("CLOUD", date(2023, 5, 1), "1000")
    books.emit("OFFICES", date(2023, 5, 1), "1000")
    books.settle("2023Q2")
    return books


@pytest.fixture
def group(db: None) -> Books:
    """The fund in the books of ONE, OFFICES in those of TWO; a tonne of each is settled."""
    return settled(open_books(fund_in="ONE", offices_in="TWO"))


# --- entries ------------------------------------------------------------------------------------


def test_an_entry_balances_in_the_books_of_each(group: Books) -> None:
    across = [line(FEE_TWO, debit=100), line(FUND, credit=100)]
    assert tried(group, lines=across) == [UNBALANCED] * 2
    several = [line(FEE, debit=60), line(FEE, debit=40), line(FUND, credit=70)]
    assert tried(group, lines=[*several, line(FUND, credit=30)]) == ["", ""]
    two = [line(FEE_TWO, debit=7), line(FEE_TWO, credit=3), line(FEE_TWO, credit=4)]
    assert tried(group, lines=[*two, line(FEE, debit=1), line(FUND, credit=1)]) == ["", ""]


def test_each_entry_balances_by_itself_in_each_books(group: Books) -> None:
    """Not with another entry of its statement."""
    one_way = [line(FEE_TWO, debit=100), line(FUND, credit=100)]
    back = [line(FUND, debit=100), line(FEE_TWO, credit=100)]
    both = [entry(group, source_id="a", lines=one_way), entry(group, source_id="b", lines=back)]
    assert write(group, both) == UNBALANCED


def test_the_refusal_names_the_books_and_both_sums(group: Books) -> None:
    of_two = [line(FEE_TWO, debit=60), line(FEE_TWO, debit=41), line(FEE_TWO, credit=7)]
    of_one = [line(FEE, debit=2), line(FEE, debit=1), line(FUND, credit=50), line(FUND, credit=43)]
    lines = [*of_two, line(FEE_TWO, credit=4), *of_one]
    said = str(refusal(group, [entry(group, lines=lines)]))
    assert (
        "does not balance in the books of ONE: USD debit 3, credit 93 (minor units)" in said
        or "does not balance in the books of TWO: USD debit 101, credit 11 (minor units)" in said
    )


@pytest.mark.parametrize(("fund_in", "offices_in"), [("ONE", "ONE"), ("ONE", "TWO")])
def test_accounts_of_no_legal_entity_are_books_of_their_own(
    db: None, fund_in: str, offices_in: str
) -> None:
    """Though there be one legal entity alone: one scheme tells books apart, another does not."""
    books = settled(open_books(fund_in=fund_in, offices_in=offices_in))
    found_scheme(books, "old", keeps_atmosphere=False)
    settle_scheme(books, "old", "2023Q2")
    across = [line(FUND_OLD, debit=100), line(FUND, credit=100)]
    assert tried(books, lines=across) == [UNBALANCED] * 2
    alone = [line(FUND_OLD, debit=100), line(FUND_OLD, credit=100)]
    assert tried(books, lines=alone) == ["", ""]
    both = [line(FUND_OLD, debit=100), line(FUND_OLD, credit=60), line(FUND_OLD, credit=41)]
    said = str(refusal(books, [entry(books, lines=[*both, line(FUND, debit=1)])]))
    assert (
        "in the books of no legal entity: USD debit 100, credit 101" in said
        or "in the books of ONE: USD debit 1, credit 0" in said
    )


# --- accounts -----------------------------------------------------------------------------------


def opened(books: Books, **facts: object) -> str:
    """The promise that a new account would break, or "" and it is opened."""
    entities = {found.code: found for found in LegalEntity.objects.all()}
    for name in ("legal_entity", "counterparty"):
        if name in facts:
            facts[name] = entities[str(facts[name])]
    try:
        with transaction.atomic():
            Account.objects.create(code="Equity:New", commodity_id="USD", **facts)
    except IntegrityError as error:
        return str(constraint_of(error))
    return ""


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "fee_expense"},
        {"kind": "carbon_fund", "legal_entity": "TWO"},
        {"kind": "due_to", "legal_entity": "ONE", "counterparty": "TWO"},
        {"kind": "due_from", "legal_entity": "TWO", "counterparty": "ONE"},
    ],
)
def test_an_account_names_the_books_that_its_scheme_says(group: Books, facts: Facts) -> None:
    assert opened(group, scheme=group.scheme, **facts) == "ledger_account_is_in_its_books"


def test_accounts_in_their_books_are_opened(group: Books) -> None:
    """An income in the books of TWO; what a third legal entity owes the fund's, on both sides."""
    LegalEntity.objects.create(code="SIX", name="Six", country="US", currency="USD")
    for facts in (
        {"kind": "incentive_income", "legal_entity": "TWO"},
        {"kind": "due_to", "legal_entity": "SIX", "counterparty": "ONE"},
        {"kind": "due_from", "legal_entity": "ONE", "counterparty": "SIX"},
    ):
        with transaction.atomic():
            assert opened(group, scheme=group.scheme, **facts) == "", facts
            transaction.set_rollback(True)


def test_an_account_of_no_scheme_is_in_nobodys_books(group: Books) -> None:
    kind = {"kind": "emissions", "department": group.departments["CLOUD"]}
    assert opened(group, **kind, legal_entity="ONE") == "ledger_account_is_in_its_books"
    assert opened(group, **kind) == ""


def test_where_no_scheme_tells_books_apart_no_account_names_any(quarter: Books) -> None:
    kind = {"kind": "incentive_income", "scheme": quarter.scheme}
    assert opened(quarter, **kind, legal_entity="ONE") == "ledger_account_is_in_its_books"
    assert opened(quarter, **kind) == ""
