"""Each condition of the guard of the fund: who takes how much out of which, and what it holds."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from ledger.chart_of_accounts import AccountPlace, account_code, ensure_accounts, fund_place
from ledger.models.accounts import AccountKind
from pricing.models import Scheme
from pricing.price_lookup import scheme_terms
from tests.ledger.books import Books, found_scheme, open_books
from tests.promises.entries_by_hand import BESIDE, FEE, FUND, Facts, entry, line, refusal, write

OVERDRAWN = "ledger_fund_is_not_overdrawn"
BROUGHT_IN = 1500  # a tonne at $15, in cents
PAYMENT, CHARGE = "payment", "charge"


@pytest.fixture
def strict(db: None) -> Books:
    """A fund that is never overdrawn, and none that may be: a tonne has brought in 15.00."""
    books = open_books(fund_may_overdraw=False)
    books.emit("CLOUD", date(2023, 5, 1), "1000")
    books.settle("2023Q2")
    return books


def takes(books: Books, minor: int, purpose: str = PAYMENT, source: str = "out") -> Facts:
    """An entry that takes so much out of the fund; below zero, that pays it in."""
    lines = [moves(FUND, minor), moves(FEE, -minor)]
    return entry(books, source_id=source, purpose=purpose, lines=lines)


def moves(code: str, minor: int) -> Facts:
    return line(code, debit=max(minor, 0), credit=max(-minor, 0))


def returns(books: Books, returned: int, paid: int, source: str = "out") -> Facts:
    """A charge's entry that gives so much back, of `paid` fees taken back the rest: both leave the
    fund together."""
    rest = [moves(FEE, -paid)] if paid else []
    lines = [moves(FUND, returned + paid), moves(fee_return(books), -returned), *rest]
    return entry(books, source_id=source, purpose=CHARGE, lines=lines)


def fee_return(books: Books) -> str:
    """CLOUD's account of what it gets back, opened if it is missing."""
    place = AccountPlace(
        AccountKind.FEE_RETURN,
        "USD",
        scheme_id=books.scheme.pk,
        scheme_code=books.scheme.code,
        department_id=books.departments["CLOUD"].pk,
        department_code="CLOUD",
    )
    ensure_accounts([place])
    return account_code(place)


def second(books: Books, code: str, *, may_overdraw: bool) -> tuple[Scheme, str]:
    """Another scheme and its fund, which holds nothing."""
    scheme = found_scheme(books, code, keeps_atmosphere=False, fund_may_overdraw=may_overdraw)
    place = fund_place(scheme_terms(scheme_id=scheme.pk))
    ensure_accounts([place])
    return scheme, account_code(place)


def holds(scheme: Scheme) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_fund_holds(%s)", [scheme.pk])
        found = cursor.fetchone()[0]
    return None if found is None else int(found)


# --- how much -----------------------------------------------------------------------------------


@pytest.mark.parametrize("beside", BESIDE)
def test_all_may_be_taken_out_and_not_a_cent_more(strict: Books, beside: int) -> None:
    """Each good entry beside it brings in a dollar."""
    there = BROUGHT_IN + 100 * beside
    assert write(strict, [takes(strict, there + 1)], beside) == OVERDRAWN
    assert write(strict, [takes(strict, there)], beside) == ""
    assert holds(strict.scheme) == 0
    assert write(strict, [takes(strict, 1, source="a cent")]) == OVERDRAWN


def test_entries_of_one_statement_are_taken_together(strict: Books) -> None:
    first, last = takes(strict, 700, source="first"), takes(strict, 801, source="last")
    assert write(strict, [first, last]) == OVERDRAWN
    assert write(strict, [first, takes(strict, 800, source="last")]) == ""


def test_the_refusal_says_what_the_first_fund_that_is_short_would_hold(strict: Books) -> None:
    _, other = second(strict, "other", may_overdraw=False)
    short = [moves(other, 7), moves(FUND, BROUGHT_IN + 3), moves(FEE, -BROUGHT_IN - 10)]
    said = str(refusal(strict, [entry(strict, purpose=PAYMENT, lines=short)]))
    assert "the fund Equity:Carbon-Fund:FEE would hold -3 (minor units)" in said


# --- for what -----------------------------------------------------------------------------------


@pytest.mark.parametrize("beside", BESIDE)
def test_fees_that_were_charged_too_much_go_back_though_it_is_spent(
    strict: Books, beside: int
) -> None:
    """Whatever other entries of the same period are for, or give back."""
    assert write(strict, [takes(strict, -100, PAYMENT, "in"), returns(strict, 50, 0, "back")]) == ""
    assert write(strict, [takes(strict, 5000, CHARGE)], beside) == ""
    assert holds(strict.scheme) == BROUGHT_IN + 50 - 5000 + 100 * beside


@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("returned", [1, 1200])
def test_what_a_mechanism_gives_back_the_fund_holds(
    strict: Books, returned: int, beside: int
) -> None:
    """Though it stands in one entry with fees that were charged too much, be it a single cent."""
    there = BROUGHT_IN + 100 * beside
    too_much = returns(strict, returned, there + 1 - returned)
    assert write(strict, [too_much], beside) == OVERDRAWN
    assert write(strict, [returns(strict, returned, there - returned)], beside) == ""


def test_what_was_given_back_too_much_and_is_taken_back_is_no_payment(strict: Books) -> None:
    """A correction takes back 20.00 of fees and 0.50 that were given back: 19.50 leave the fund."""
    lines = [moves(FUND, 1950), moves(fee_return(strict), 50), moves(FEE, -2000)]
    assert write(strict, [entry(strict, purpose=CHARGE, lines=lines)]) == ""
    assert holds(strict.scheme) == -450


def test_what_is_paid_in_is_never_refused(strict: Books) -> None:
    """Though the fund holds less than nothing, and still does."""
    assert write(strict, [takes(strict, 2000, CHARGE)]) == ""
    assert write(strict, [takes(strict, -100, source="in")]) == ""
    assert holds(strict.scheme) == -400


# --- out of which -------------------------------------------------------------------------------


def test_a_fund_that_may_be_overdrawn_is_not_guarded(strict: Books) -> None:
    """Though another one is, and holds less than nothing."""
    opened, fund = second(strict, "open", may_overdraw=True)
    assert write(strict, [takes(strict, 2000, CHARGE)]) == ""
    lines = [moves(fund, 300), moves(FEE, -300)]
    assert write(strict, [entry(strict, source_id="open", purpose=PAYMENT, lines=lines)]) == ""
    assert (holds(strict.scheme), holds(opened)) == (-500, -300)


def test_a_fund_holds_what_came_in_less_what_went_out_over_all_periods(strict: Books) -> None:
    other, fund = second(strict, "other", may_overdraw=False)
    assert holds(other) == 0
    first_quarter = {
        "entry_date": "2023-03-31",
        "period_id": strict.periods["2023Q1"].pk,
        "lines": [moves(FEE, 1000), moves(FUND, -1000)],
    }
    both = [entry(strict, source_id="Q1") | first_quarter, takes(strict, 400)]
    assert write(strict, both) == ""
    lines = [moves(FEE, 9), moves(fund, -9)]
    assert write(strict, [entry(strict, source_id="other", lines=lines)]) == ""
    assert (holds(strict.scheme), holds(other)) == (BROUGHT_IN + 1000 - 400, 9)
