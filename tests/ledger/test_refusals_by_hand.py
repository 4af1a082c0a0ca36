"""What a shard refuses to calculate, in full: each missing price, each account that is taken."""

from __future__ import annotations

from datetime import date

import pytest

from ledger import settlement_lines, settlement_run
from ledger.chart_of_accounts import ensure_commodities
from ledger.errors import AccountCodeTaken, PriceMissing
from ledger.models.accounts import Account
from ledger.models.settlements import Settlement, SettlementLine, ShardState
from pricing.models import IncentiveRate, Scheme, SchemeCoverage
from tests.ledger.books import ALWAYS, NOON, Books

FEBRUARY = date(2023, 2, 10)


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
