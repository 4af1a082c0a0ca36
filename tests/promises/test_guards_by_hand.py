"""Each condition of the journal's guards by itself: one fact is wrong, and its promise is named.

Every statement is tried twice, alone and beside eleven good entries: guards plan a few rows in
another way than many.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from departments.organisation.constraints import constraint_of
from ledger import period_close, settlement_run
from ledger.models.accounts import Account
from ledger.models.journal import JournalEntry, JournalLine
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import Settlement
from tests.ledger.books import NOON, Books

WRITE = """
    WITH given AS MATERIALIZED (
        SELECT nextval('ledger_journalentry_id_seq') AS id, g.*
          FROM json_to_recordset(%s) AS g(
               n int, entry_date date, period_id bigint, settlement_id bigint, department_id bigint,
               activity_period_id bigint, reverses_id bigint, posted_by_id bigint,
               recorded_xid bigint, recorded_at timestamptz, source_type text, source_id text,
               purpose text, claims boolean, lines json)
    ), entry AS (
        INSERT INTO ledger_journalentry (
            id, entry_date, period_id, settlement_id, department_id, activity_period_id,
            reverses_id, posted_by_id, recorded_xid, recorded_at, description, source_type,
            source_id, purpose)
        SELECT id, entry_date, period_id, settlement_id, department_id, activity_period_id,
               reverses_id, posted_by_id,
               coalesce(recorded_xid, pg_current_xact_id()::text::bigint),
               coalesce(recorded_at, statement_timestamp()), 'by hand', source_type, source_id,
               purpose FROM given
    ), source AS (
        INSERT INTO ledger_postedsource (source_type, source_id, purpose, entry_id, period_id)
        SELECT source_type, source_id, purpose, id, period_id FROM given WHERE claims
    )
    INSERT INTO ledger_journalline (entry_id, period_id, account_id, commodity_id, debit, credit)
    SELECT g.id, g.period_id, l.account_id, l.commodity, l.debit, l.credit
      FROM given g, json_to_recordset(g.lines) AS l(
           account_id bigint, commodity text, debit bigint, credit bigint)
"""
FUND, FEE = "Equity:Carbon-Fund:FEE", "Expenses:Carbon-Fee:FEE:CLOUD"
ATMOSPHERE = "Equity:Atmosphere"
NOBODY = 999_999
BESIDE = (0, 11)

Facts = dict[str, Any]


@pytest.fixture
def quarter(books: Books) -> Books:
    """A tonne of Q2 is settled."""
    books.emit("CLOUD", date(2023, 5, 1), "1000")
    books.settle("2023Q2")
    return books


@pytest.fixture
def closed(books: Books) -> Books:
    """A tonne of Q1 is settled, and Q1 is closed."""
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.settle("2023Q1")
    period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
    return books


def line(code: str, debit: int = 0, credit: int = 0, commodity: str = "USD") -> Facts:
    account = Account.objects.get(code=code).pk if code else NOBODY
    return {"account_id": account, "commodity": commodity, "debit": debit, "credit": credit}


def entry(books: Books, **changes: Any) -> Facts:
    """A dollar from the fund to the fee, of its own source, in the open second quarter."""
    return {
        "entry_date": "2023-05-31",
        "period_id": books.periods["2023Q2"].pk,
        "posted_by_id": books.people["finance"].pk,
        "source_type": "test",
        "source_id": "one",
        "purpose": "charge",
        "claims": True,
        "lines": [line(FEE, debit=100), line(FUND, credit=100)],
    } | changes


def write(books: Books, entries: Sequence[Facts], beside: int = 0) -> str:
    """The promise that a statement would break, or "" and it is written."""
    good = [entry(books, source_id=f"good {number}") for number in range(beside)]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(WRITE, [json.dumps([*good, *entries], default=str)])
    except IntegrityError as error:
        return str(constraint_of(error))
    return ""


def tried(books: Books, **changes: Any) -> list[str]:
    """What an entry would break alone and beside others, the other entries' sources apart."""
    return [_undone(books, entry(books, **changes), beside) for beside in BESIDE]


def _undone(books: Books, wrong: Facts, beside: int) -> str:
    with transaction.atomic():
        promise = write(books, [wrong], beside)
        transaction.set_rollback(True)
    return promise


# --- entries ------------------------------------------------------------------------------------


def test_an_entry_lies_in_its_open_period(closed: Books) -> None:
    refused = "ledger_entry_in_open_period"
    for day, quarter_code, promise in [
        ("2023-04-01", "2023Q2", ""),
        ("2023-06-30", "2023Q2", ""),
        ("2023-03-31", "2023Q2", refused),
        ("2023-07-01", "2023Q2", refused),
        ("2023-03-31", "2023Q1", refused),  # closed
    ]:
        facts = {"entry_date": day, "period_id": closed.periods[quarter_code].pk}
        assert tried(closed, source_id=f"of {day}", **facts) == [promise, promise]


def test_the_refusal_names_the_day_and_the_period(closed: Books) -> None:
    said = r"nothing posts on 2023-03-31 into period 2023Q1, which is closed"
    late = entry(closed, entry_date="2023-03-31", period_id=closed.periods["2023Q1"].pk)
    with (
        pytest.raises(IntegrityError, match=said),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(WRITE, [json.dumps([late])])


@pytest.mark.parametrize(
    ("changes", "promise"),
    [
        # The guard of the lines is asked first.
        ({"recorded_xid": 1}, "ledger_line_comes_with_its_entry"),
        ({"recorded_at": "2023-05-31"}, "ledger_line_comes_with_its_entry"),
        ({"posted_by_id": NOBODY}, "ledger_entry_names_what_there_is"),
        ({"department_id": NOBODY}, "ledger_entry_names_what_there_is"),
        ({"activity_period_id": NOBODY}, "ledger_entry_names_what_there_is"),
        ({"lines": []}, "ledger_entry_has_lines"),
        ({"claims": False}, "ledger_entry_has_its_source"),
        ({"source_type": "settlement"}, "ledger_entry_has_its_source"),
    ],
)
def test_one_wrong_fact_of_an_entry_is_refused(
    quarter: Books, changes: Facts, promise: str
) -> None:
    assert tried(quarter, **changes) == [promise, promise]


def test_a_department_and_a_quarter_may_be_named_one_without_the_other(quarter: Books) -> None:
    cloud, first = quarter.departments["CLOUD"].pk, quarter.periods["2023Q1"].pk
    both = [
        entry(quarter, source_id="a", department_id=cloud),
        entry(quarter, source_id="b", activity_period_id=first),
    ]
    assert write(quarter, both) == ""


def test_a_source_of_another_entry_is_not_ones_own(quarter: Books) -> None:
    """The source posted before differs in one thing, or in none: it is the other entry's."""
    assert write(quarter, [entry(quarter)]) == ""
    for change in ({}, {"source_type": "x"}, {"source_id": "x"}, {"purpose": "x"}):
        found = tried(quarter, claims=False, **change)
        assert found == ["ledger_entry_has_its_source"] * 2


@pytest.fixture
def approved(quarter: Books) -> Facts:
    """An entry of a settlement that is approved and not posted, as posting would write it."""
    quarter.emit("OFFICES", date(2023, 8, 1), "1000")
    settlement = quarter.calculate("2023Q3")
    settlement_run.approve(settlement_id=settlement.pk, by=quarter.people["approver"], at=NOON)
    return entry(
        quarter,
        entry_date="2023-09-30",
        period_id=quarter.periods["2023Q3"].pk,
        settlement_id=settlement.pk,
        department_id=quarter.departments["OFFICES"].pk,
        activity_period_id=quarter.periods["2023Q3"].pk,
        source_type="settlement",
        claims=False,
    )


def test_an_approved_settlement_may_post(quarter: Books, approved: Facts) -> None:
    assert write(quarter, [approved]) == ""


def test_one_wrong_fact_of_a_settlements_entry_is_refused(quarter: Books, approved: Facts) -> None:
    second = quarter.periods["2023Q2"]
    posted = Settlement.objects.get(period=second).pk
    in_second = {"period_id": second.pk, "entry_date": "2023-06-30"}
    for change in (
        in_second | {"settlement_id": posted, "purpose": "incentive"},
        in_second,
        {"source_type": "test"},
        {"department_id": None},
        {"activity_period_id": None},
        {"reverses_id": JournalEntry.objects.earliest("pk").pk},
    ):
        found = tried(quarter, **approved | change)
        assert found == ["ledger_entry_has_its_source"] * 2, change


def test_a_reversal_names_the_entry_that_it_reverses(quarter: Books) -> None:
    assert write(quarter, [entry(quarter)]) == ""
    first = JournalEntry.objects.get(source_id="one").pk
    mirror: Facts = {"reverses_id": first, "source_id": first, "purpose": "reversal"}
    mirror["source_type"] = "entry"
    for change in (
        {"source_type": "test"},
        {"source_id": "another"},
        {"purpose": "charge"},
        {"reverses_id": NOBODY, "source_id": str(NOBODY)},
    ):
        found = tried(quarter, **mirror | change)
        assert found == ["ledger_reversal_names_its_entry"] * 2, change
    assert write(quarter, [entry(quarter, **mirror)], 11) == ""


def test_a_settlements_entry_is_never_reversed(quarter: Books) -> None:
    settled = JournalEntry.objects.earliest("pk").pk
    mirror: Facts = {"reverses_id": settled, "source_id": settled, "purpose": "reversal"}
    wrong = entry(quarter, source_type="entry", **mirror)
    assert write(quarter, [wrong]) == "ledger_reversal_names_its_entry"


def locks_held() -> set[tuple[int, str]]:
    """The periods that this transaction has locked, and how."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint, mode FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND pid = pg_backend_pid() AND classid::bigint = "
            "hashtext('ledger_period')::bigint & 4294967295"
        )
        return set(cursor.fetchall())


def test_posting_shares_the_lock_of_its_period_and_closing_has_it_alone(books: Books) -> None:
    first, third = books.periods["2023Q1"].pk, books.periods["2023Q3"].pk
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.settle("2023Q1")
    assert write(books, [entry(books, entry_date="2023-08-01", period_id=third)]) == ""
    AccountingPeriod.objects.filter(pk=first).update(closed_at=NOON)
    assert locks_held() == {(first, "ShareLock"), (third, "ShareLock")}
    by = books.people["finance"]
    AccountingPeriod.objects.filter(pk=first).update(state="closed", closed_by=by, closed_at=NOON)
    assert (first, "ExclusiveLock") in locks_held()  # the guard takes it, whoever closes


# --- lines --------------------------------------------------------------------------------------


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


def test_the_refusal_names_the_commodity_and_both_sums(quarter: Books) -> None:
    lines = [line(FEE, debit=60), line(FEE, debit=41), line(FUND, credit=30), line(FUND, credit=70)]
    said = r"does not balance in USD: debit 101, credit 100 \(minor units\)"
    with (
        pytest.raises(IntegrityError, match=said),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(WRITE, [json.dumps([entry(quarter, lines=lines)])])


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


# --- periods ------------------------------------------------------------------------------------


def change(period: AccountingPeriod, **facts: Any) -> str:
    """The promise that a change of a period would break, or "" and it is changed."""
    try:
        with transaction.atomic():
            AccountingPeriod.objects.filter(pk=period.pk).update(**facts)
    except IntegrityError as error:
        return str(constraint_of(error))
    return ""


LONGER = (date(2023, 7, 1), date(2023, 10, 2))


@pytest.mark.parametrize("facts", [{"code": "2023-III"}, {"days": LONGER}])
def test_a_period_that_nothing_names_may_change(quarter: Books, facts: Facts) -> None:
    """Though there are settlements, lines and entries of another."""
    assert change(quarter.periods["2023Q3"], **facts) == ""


@pytest.mark.parametrize("by", ["a settlement", "a line of a later one", "an entry"])
def test_a_period_that_something_names_keeps_its_code_and_days(quarter: Books, by: str) -> None:
    third = quarter.periods["2023Q3"]
    quarter.emit("CLOUD", date(2023, 8, 1), "1000")
    if by == "an entry":
        posted = entry(quarter, entry_date="2023-08-01", period_id=third.pk)
        assert write(quarter, [posted]) == ""
    elif by == "a settlement":  # that is prepared, and has no line yet
        analyst = quarter.people["analyst"]
        settlement_run.prepare(scheme_code="fee", period_code="2023Q3", by=analyst)
    else:
        fourth = (date(2023, 10, 1), date(2024, 1, 1))
        AccountingPeriod.objects.create(code="2023Q4", days=fourth)
        quarter.calculate("2023Q4")
    for facts in ({"code": "2023-III"}, {"days": LONGER}, {"id": NOBODY}):
        assert change(third, **facts) == "ledger_settled_period_keeps_its_days"
    assert change(third, closed_at=NOON) == ""


def test_a_closed_period_never_changes(closed: Books) -> None:
    first = closed.periods["2023Q1"]
    for facts in ({"closed_at": NOON}, {"code": "X"}, {"state": "open"}):
        assert change(first, **facts) == "ledger_closed_period_never_changes"
