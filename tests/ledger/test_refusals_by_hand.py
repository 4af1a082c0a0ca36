"""What a shard refuses to calculate, in full: each missing price, each account that is taken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import DataError, connection, transaction

from ledger import settlement_lines, settlement_run
from ledger.chart_of_accounts import ensure_commodities
from ledger.errors.journal import AccountCodeTaken
from ledger.errors.settlements import MoreThanBooksCount, PriceMissing
from ledger.models.accounts import Account
from ledger.models.settlements import Settlement, SettlementLine, ShardState
from pricing.models import IncentiveRate, Scheme, SchemeCoverage
from tests.ledger.books import ALWAYS, NOON, Books
from tests.ledger.settling import prepare
from tests.ledger.sharing import add_department

FEBRUARY = date(2023, 2, 10)
TOO_MANY = "SELECT (10::numeric ^ 19)::bigint"


def refused(settlement: Settlement) -> list[str]:
    """What the shards say that are put aside; nothing is settled."""
    settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    assert not SettlementLine.objects.exists()
    stuck = settlement.shards.filter(state=ShardState.QUARANTINED)
    return list(stuck.values_list("error", flat=True))


def test_missing_prices_are_named_by_department_scope_category_and_first_day(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settlement_lines, "FEWEST_SHARDS", 1)
    scheme = Scheme.objects.create(
        code="bare", name="Bare", currency="USD", starts_on=date(2023, 1, 1), keeps_atmosphere=False
    )
    for scope in (1, 3):
        SchemeCoverage.objects.create(scheme=scheme, scope=scope, in_force=ALWAYS)
    # A rule that begins on the 16th: what is before and after it is keyed apart, and named once.
    IncentiveRate.objects.create(
        scheme=scheme,
        durability_class="long",
        rate_per_tonne=100,
        in_force=(date(2023, 2, 16), None),
        proposed_by=books.people["analyst"],
        approved_by=books.people["approver"],
    )
    for department, day, scope, category in [
        ("OFFICES", 11, 1, None),
        ("CLOUD", 13, 3, 6),
        ("CLOUD", 14, 3, 1),
        ("CLOUD", 15, 1, None),
        ("CLOUD", 16, 1, None),
        ("CLOUD", 10, 2, None),  # not covered: needs no price
    ]:
        books.emit(department, date(2023, 2, day), "1000", scope=scope, category=category)
    settlement = settlement_run.prepare(
        scheme_code="bare", period_code="2023Q1", by=books.people["analyst"]
    )
    missing = [
        "CLOUD, Scope 1 from 2023-02-15",
        "CLOUD, Scope 3 category 1 from 2023-02-14",
        "CLOUD, Scope 3 category 6 from 2023-02-13",
        "OFFICES, Scope 1 from 2023-02-11",
    ]
    assert refused(settlement) == [PriceMissing(missing).args[0]]


@pytest.mark.parametrize(
    ("codes", "lines"),
    [
        (["Expenses:Emissions:CLOUD:Scope-1"], 1),
        (["Expenses:Carbon-Fee:FEE:CLOUD"], 2),
        (["Expenses:Emissions:CLOUD:Scope-1", "Expenses:Emissions:CLOUD:Scope-2"], 2),
        (["Expenses:Emissions:CLOUD:Scope-1", "Expenses:Carbon-Fee:FEE:CLOUD"], 2),
    ],
)
def test_every_line_without_an_account_is_counted(
    books: Books, codes: list[str], lines: int
) -> None:
    """Two lines, each with an account for tonnes; they share the one for money."""
    ensure_commodities("USD")
    for number, code in enumerate(codes):
        Account.objects.create(
            code=code,
            kind="fee_expense",
            commodity_id="USD",
            department=books.departments["OFFICES"],
            scope=number,
        )
    for scope in (1, 2):
        books.emit("CLOUD", FEBRUARY, "1000", scope=scope)
    settlement = settlement_run.prepare(
        scheme_code="fee", period_code="2023Q1", by=books.people["analyst"]
    )
    assert refused(settlement) == [AccountCodeTaken("fee", lines).args[0]]


def failing(query: str) -> DataError:
    """What PostgreSQL says to a query that it can't answer."""
    with pytest.raises(DataError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query)
    return refused.value


def test_who_comes_to_more_than_a_line_counts_is_named_the_largest_first(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were it 1,000 kg: either basis counts, and what is below zero as well."""
    monkeypatch.setattr(settlement_lines, "FEWEST_SHARDS", 2)
    monkeypatch.setattr(settlement_lines, "MOST_KGCO2E", Decimal(1000))
    for code in ("ATTIC", "FULL", "BARN", "YARD"):  # the first and the third share a shard
        add_department(books, code)
    for department, market, location in [
        *[("CLOUD", "1", "600")] * 2,
        *[("YARD", "1000", "1")] * 2,
        ("ATTIC", "1", "-1100"),
        ("BARN", "-1100", "1"),
        ("FULL", "1000", "1000"),
        ("OFFICES", "999.999999", "1"),
    ]:
        books.emit(department, FEBRUARY, market, scope=2, location_kgco2e=location)
    settlement = prepare(books, "2023Q1")
    too_many = [("YARD", 2000), ("CLOUD", 1200), ("ATTIC", 1100), ("BARN", 1100)]
    for shard in settlement.shards.all():
        found = settlement_lines.too_much(settlement, shard, failing(TOO_MANY))
        assert isinstance(found, MoreThanBooksCount)
        assert list(found.departments) == [
            (code, Decimal(kgco2e))
            for code, kgco2e in too_many
            if books.departments[code].pk % 2 == shard.number
        ]


@pytest.mark.parametrize("query", ["SELECT 1/0", "SELECT 'x'::int"])
def test_another_failure_stays_as_it_is(books: Books, query: str) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    settlement = prepare(books, "2023Q1")
    shard, error = settlement.shards.all()[0], failing(query)
    assert settlement_lines.too_much(settlement, shard, error) is error
    other = ValueError("no answer of PostgreSQL")
    other.__cause__ = failing(TOO_MANY).__cause__
    assert settlement_lines.too_much(settlement, shard, other) is other
