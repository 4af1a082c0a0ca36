"""Whose account the lines of what is shared out have, and in whose books they are, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger.allocation_facts import Allocated
from ledger.allocations import entity_of
from ledger.errors.journal import AccountCodeTaken
from ledger.models.accounts import Account, AccountKind, Commodity
from ledger.models.settlements import SettlementLine
from ledger.settlement_run import calculate, prepare
from pricing.mechanisms import MECHANISMS
from pricing.models import Measure, Mechanism, Scheme
from tests.ledger.books import NOON, Books
from tests.ledger.sharing import account, contribute, found_sharing, measure, settle
from tests.ledger.test_allocation_rules import OFFICES, Q1, terms

FEBRUARY = date(2023, 2, 10)
RETURNED = "Income:Carbon-Fee-Return"


@pytest.fixture
def feebate(books: Books) -> Scheme:
    """CLOUD and OFFICES get back alike what is charged."""
    return found_feebate(books, "shared")


def found_feebate(books: Books, code: str) -> Scheme:
    scheme = found_sharing(books, Mechanism.FEEBATE, code=code)
    measure(books, scheme, "2023Q1", CLOUD="100", OFFICES="100")
    measure(books, scheme, "2023Q2", CLOUD="100", OFFICES="100")
    return scheme


def test_two_schemes_return_to_accounts_of_their_own(books: Books, feebate: Scheme) -> None:
    """10 t of the first quarter, then 10 t more: $800 in each scheme, half for each department."""
    twin = found_feebate(books, "twin")
    for period in ("2023Q1", "2023Q2"):
        books.emit("CLOUD", FEBRUARY, "10000")
        for scheme in (feebate, twin):
            settle(books, scheme, period)
    for code in ("SHARED:CLOUD", "SHARED:OFFICES", "TWIN:CLOUD", "TWIN:OFFICES"):
        assert account(f"{RETURNED}:{code}") == -400


def test_what_is_returned_goes_to_an_account_of_the_schemes_currency(
    books: Books, feebate: Scheme
) -> None:
    """Accounts of the same department in other currencies, one older than its own, one newer."""

    def open_by_hand(currency: str) -> None:
        Account.objects.create(
            code=f"{RETURNED}:SHARED:CLOUD:{currency}",
            kind=AccountKind.FEE_RETURN,
            commodity=Commodity.objects.create(code=currency, exponent=2),
            scheme=feebate,
            department=books.departments["CLOUD"],
        )

    open_by_hand("EUR")
    for period in ("2023Q1", "2023Q2"):
        books.emit("CLOUD", FEBRUARY, "10000")
        settle(books, feebate, period)
        if period == "2023Q1":
            open_by_hand("GBP")
    assert account(f"{RETURNED}:SHARED:CLOUD") == -400


def test_an_account_code_that_another_scheme_uses_is_named(books: Books) -> None:
    scheme = found_sharing(books, Mechanism.CONTRIBUTION)
    measure(books, scheme, "2023Q1", Measure.BUDGET, CLOUD="1", OFFICES="1")
    contribute(books, scheme, "2023Q1", "100")
    settlement = prepare(scheme_code="shared", period_code="2023Q1", by=books.people["analyst"])
    Account.objects.create(
        code="Expenses:Carbon-Levy:SHARED:CLOUD",
        kind=AccountKind.LEVY_EXPENSE,
        commodity_id="USD",
        scheme=books.scheme,
        department=books.departments["CLOUD"],
    )
    with pytest.raises(AccountCodeTaken) as refused:
        calculate(settlement_id=settlement.pk, at=NOON)
    assert (refused.value.scheme, refused.value.missing) == ("shared", 1)
    assert not SettlementLine.objects.exists()


def test_a_mechanism_that_moves_no_money_opens_no_account_for_what_it_shares_out(
    books: Books, feebate: Scheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = replace(MECHANISMS["feebate"], moves_money=False)
    monkeypatch.setitem(MECHANISMS, "feebate", shown)
    books.emit("CLOUD", FEBRUARY, "10000")
    settlement = prepare(scheme_code="shared", period_code="2023Q1", by=books.people["analyst"])
    calculate(settlement_id=settlement.pk, at=NOON)
    lines = settlement.lines.filter(kind="allocation")
    assert [line.amount_minor for line in lines] == [20_000, 20_000]
    assert not lines.filter(money_account__isnull=False)
    assert not Account.objects.filter(kind=AccountKind.FEE_RETURN).exists()


@pytest.mark.parametrize(
    ("starts_on", "ends_before", "entity_id"),
    [
        (None, None, 2),
        ("2023-03-31", None, 2),
        ("2023-04-01", None, 1),
        (None, "2023-04-01", 2),
        (None, "2023-03-31", 1),
    ],
)
def test_a_line_is_in_the_books_of_the_last_day_or_in_the_funds(
    starts_on: str | None, ends_before: str | None, entity_id: int
) -> None:
    """The first quarter ends on March 31; the fund is in the books of 1, the department in those of
    2 for some days."""
    row = Allocated(OFFICES, "OFFICES", Q1, 100, 0, None, ())
    place = {"legal_entity_id": 2, "starts_on": starts_on, "ends_before": ends_before}
    fund_in_1 = replace(terms("feebate"), fund_entity_id=1)
    assert entity_of(row, {OFFICES: [place]}, fund_in_1) == entity_id
