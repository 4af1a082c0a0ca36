"""Each condition of the guard of lines by itself: one fact is wrong, and its promise is named; and
the sums that it keeps."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from departments.organisation.constraints import constraint_of
from ledger.models.accounts import Account
from ledger.models.journal import JournalEntry, JournalLine
from ledger.models.periods import AccountingPeriod
from tests.ledger.books import Books
from tests.promises.entries_by_hand import (
    ATMOSPHERE,
    BESIDE,
    FEE,
    FUND,
    NOBODY,
    Facts,
    entry,
    line,
    refusal,
    tried,
    write,
)


def test_each_entry_balances_by_itself_in_each_commodity(quarter: Books) -> None:
    more = [line(FEE, debit=101), line(FUND, credit=100)]
    less = [line(FEE, debit=100), line(FUND, credit=101)]
    across = [line(FEE, debit=100), line(ATMOSPHERE, credit=100, commodity="KGCO2E")]
    for wrong in (more, less, across):
        assert tried(quarter, lines=wrong) == ["ledger_entry_balances"] * 2
    together = [
        entry(quarter, source_id="more", lines=more),
        entry(quarter, source_id="less", lines=less),
    ]
    assert write(quarter, together) == "ledger_entry_balances"


def test_an_entry_may_have_several_lines_on_either_side(quarter: Books) -> None:
    lines = [line(FEE, debit=60), line(FEE, debit=40), line(FUND, credit=70), line(FUND, credit=30)]
    assert tried(quarter, lines=lines) == ["", ""]


@pytest.mark.parametrize("changes", [{"recorded_xid": 1}, {"recorded_at": "2023-05-31"}])
def test_lines_come_in_the_transaction_of_their_entry(quarter: Books, changes: Facts) -> None:
    assert tried(quarter, **changes) == ["ledger_line_comes_with_its_entry"] * 2


def test_the_refusal_names_the_commodity_and_both_sums(quarter: Books) -> None:
    lines = [line(FEE, debit=60), line(FEE, debit=41), line(FUND, credit=30), line(FUND, credit=70)]
    said = "does not balance in USD: debit 101, credit 100 (minor units)"
    assert said in str(refusal(quarter, [entry(quarter, lines=lines)]))


def test_a_line_names_an_account_that_counts_its_commodity(quarter: Books) -> None:
    nowhere = [line("", debit=100), line(FUND, credit=100)]
    in_grams = [
        line(FEE, debit=100, commodity="KGCO2E"),
        line(FUND, credit=100, commodity="KGCO2E"),
    ]
    for wrong in (nowhere, in_grams):
        found = tried(quarter, lines=wrong)
        assert found == ["ledger_line_account_counts_its_commodity"] * 2


@pytest.mark.parametrize("lines", [2, 22])
def test_lines_come_in_the_statement_of_their_entry(quarter: Books, lines: int) -> None:
    """Not in a later one, though the transaction is the same."""
    assert write(quarter, [entry(quarter)]) == ""
    written = JournalEntry.objects.get(source_id="one")
    more = [
        JournalLine(
            entry_id=written.pk,
            period_id=written.period_id,
            account=Account.objects.get(code=FUND),
            commodity_id="USD",
            debit=number % 2,
            credit=1 - number % 2,
        )
        for number in range(lines)
    ]
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        JournalLine.objects.bulk_create(more)
    assert constraint_of(refused.value) == "ledger_line_comes_with_its_entry"


@pytest.mark.parametrize("sides", [("2023Q3", "2023Q3"), ("2023Q2", "2023Q3")])
def test_a_line_lies_in_the_partition_of_its_entry(quarter: Books, sides: tuple[str, str]) -> None:
    debit, credit = (quarter.periods[code].pk for code in sides)
    lines = [line(FEE, debit=100, period_id=debit), line(FUND, credit=100, period_id=credit)]
    assert tried(quarter, lines=lines) == ["ledger_line_comes_with_its_entry"] * 2


def test_a_line_names_an_entry_that_there_is(quarter: Books) -> None:
    fund, second = Account.objects.get(code=FUND), quarter.periods["2023Q2"]
    sides = [
        JournalLine(
            entry_id=NOBODY,
            period_id=second.pk,
            account=fund,
            commodity_id="USD",
            debit=debit,
            credit=1 - debit,
        )
        for debit in (0, 1)
    ]
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        JournalLine.objects.bulk_create(sides)
    assert constraint_of(refused.value) == "ledger_line_comes_with_its_entry"


def kept(code: str, period: AccountingPeriod) -> list[tuple[int, int, int]]:
    """What the guard keeps of an account's lines in a period: slot, debit, credit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.slot, b.debit, b.credit FROM ledger_periodbalance b "
            "JOIN ledger_account a ON a.id = b.account_id WHERE a.code = %s AND b.period_id = %s",
            [code, period.pk],
        )
        return list(cursor.fetchall())


@pytest.mark.parametrize("beside", BESIDE)
def test_the_sums_of_both_sides_are_kept_by_account_and_period(quarter: Books, beside: int) -> None:
    """A department's account has one slot, everybody's that of the connection."""
    third, others = quarter.periods["2023Q3"], beside * 100
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid() % 64")
        slot = cursor.fetchone()[0]
    second = quarter.periods["2023Q2"]
    assert kept(FEE, second) == [(0, 1500, 0)]  # 1 t × $15
    assert kept(FUND, second) == [(slot, 0, 1500)]
    both = [
        entry(quarter, source_id="a"),
        entry(quarter, source_id="b", entry_date="2023-08-01", period_id=third.pk)
        | {"lines": [line(FEE, debit=40), line(FEE, debit=2), line(FUND, credit=42)]},
    ]
    assert write(quarter, both, beside) == ""
    assert kept(FEE, second) == [(0, 1600 + others, 0)]
    assert kept(FUND, second) == [(slot, 0, 1600 + others)]
    assert kept(FEE, third) == [(0, 42, 0)]
    assert kept(FUND, third) == [(slot, 0, 42)]
    back = [line(FUND, debit=7), line(FEE, credit=7)]
    again = entry(quarter, source_id="c", entry_date="2023-08-01", period_id=third.pk, lines=back)
    assert write(quarter, [again]) == ""
    assert kept(FEE, third) == [(0, 42, 7)]
    assert kept(FUND, third) == [(slot, 7, 42)]
