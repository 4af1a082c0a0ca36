"""Each condition of the guards of entries, sources and periods: one fact is wrong, and its promise
is named."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from departments.organisation.constraints import constraint_of
from ledger import settlement_run
from ledger.models.journal import JournalEntry, PostedSource
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import Settlement
from tests.ledger.books import NOON, Books
from tests.promises.entries_by_hand import FEE, NOBODY, Facts, entry, line, refusal, tried, write


def test_an_entry_lies_in_its_open_period(closed: Books) -> None:
    refused = "ledger_entry_in_open_period"
    for day, quarter_code, promise in [
        ("2023-04-01", "2023Q2", ""),
        ("2023-06-30", "2023Q2", ""),
        ("2023-03-31", "2023Q2", refused),
        ("2023-07-01", "2023Q2", refused),
        ("2023-03-31", "2023Q1", refused),  # closed
    ]:
        facts: Facts = {"entry_date": day, "period_id": closed.periods[quarter_code].pk}
        assert tried(closed, source_id=f"of {day}", **facts) == [promise, promise]


def test_the_refusal_names_the_day_and_the_period(closed: Books) -> None:
    late = entry(closed, entry_date="2023-03-31", period_id=closed.periods["2023Q1"].pk)
    said = "nothing posts on 2023-03-31 into period 2023Q1, which is closed"
    assert said in str(refusal(closed, [late]))


@pytest.mark.parametrize(
    ("changes", "promise"),
    [
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


@pytest.mark.parametrize("changes", [{"recorded_xid": 1}, {"recorded_at": "2023-05-31"}])
def test_an_entry_is_recorded_by_this_transaction_in_this_statement(
    quarter: Books, changes: Facts
) -> None:
    """Where the guard of entries is asked first, it says so itself."""
    found = tried(quarter, asked_first="entry", **changes)
    assert found == ["ledger_entry_recorded_now"] * 2


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


def test_sources_are_told_apart_by_type_id_and_purpose(quarter: Books) -> None:
    for asked_first in ("line", "entry", "source"):
        others = [
            entry(quarter, source_id=asked_first) | change
            for change in (
                {},
                {"source_type": "x"},
                {"source_id": f"not {asked_first}"},
                {"purpose": "x"},
            )
        ]
        assert write(quarter, others, asked_first=asked_first) == ""


def test_a_source_in_another_period_is_not_ones_own(quarter: Books) -> None:
    elsewhere = {"period_id": quarter.periods["2023Q3"].pk}
    found = tried(quarter, asked_first="entry", claimed=elsewhere)
    assert found == ["ledger_entry_has_its_source"] * 2


def test_entries_of_two_periods_have_each_its_lines(quarter: Books) -> None:
    later = {"entry_date": "2023-08-01", "period_id": quarter.periods["2023Q3"].pk}
    both = [entry(quarter, source_id="a"), entry(quarter, source_id="b", **later)]
    assert write(quarter, [*both, entry(quarter, source_id="c", lines=[])]) == (
        "ledger_entry_has_lines"
    )
    bare = entry(quarter, source_id="c", lines=[], **later)
    assert write(quarter, [*both, bare]) == "ledger_entry_has_lines"
    assert write(quarter, both, asked_first="entry") == ""
    alone = [line(FEE, debit=100)]  # does not balance, but is a line
    assert tried(quarter, asked_first="entry", lines=alone) == ["ledger_entry_balances"] * 2
    elsewhere = [side | {"period_id": later["period_id"]} for side in entry(quarter)["lines"]]
    found = tried(quarter, asked_first="entry", lines=elsewhere)
    assert found == ["ledger_entry_has_lines"] * 2


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
        {"settlement_id": NOBODY},
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


# --- sources ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "claimed",
    [
        {"source_type": "another"},
        {"source_id": "another"},
        {"purpose": "another"},
        {"entry_id": NOBODY},
    ],
)
def test_a_source_comes_with_the_entry_that_names_it(quarter: Books, claimed: Facts) -> None:
    found = tried(quarter, asked_first="source", claimed=claimed)
    assert found == ["ledger_source_comes_with_its_entry"] * 2


def test_a_source_comes_in_the_period_of_its_entry(quarter: Books) -> None:
    third = quarter.periods["2023Q3"].pk
    found = tried(quarter, asked_first="source", claimed={"period_id": third})
    assert found == ["ledger_source_comes_with_its_entry"] * 2
    later = {"entry_date": "2023-08-01", "period_id": third}
    both = [entry(quarter, source_id="a"), entry(quarter, source_id="b", **later)]
    assert write(quarter, both, asked_first="source") == ""


def test_a_refused_source_is_named(quarter: Books) -> None:
    alone = entry(quarter, source_id="7", claimed={"source_type": "note"})
    said = str(refusal(quarter, [alone], asked_first="source"))
    assert "source note 7 comes without its entry" in said


@pytest.mark.parametrize("sources", [1, 12])
def test_no_source_is_claimed_for_an_entry_that_was_posted_before(
    quarter: Books, sources: int
) -> None:
    """Not in a later statement, though the transaction is the same."""
    claims = [
        PostedSource(
            source_type="settlement",
            source_id=posted.source_id,
            purpose=f"{posted.purpose} {number}" if number else posted.purpose,
            entry_id=posted.pk + number * NOBODY,
            period_id=posted.period_id,
        )
        for posted in JournalEntry.objects.filter(source_type="settlement")[:1]
        for number in range(sources)
    ]
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        PostedSource.objects.bulk_create(claims)
    assert constraint_of(refused.value) == "ledger_source_comes_with_its_entry"


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
