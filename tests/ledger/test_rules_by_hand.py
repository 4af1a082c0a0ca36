"""Prices, coverage, rates and accounts of statement lines, worked by hand day by day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ledger import settlement_run
from ledger.models.accounts import Account
from ledger.models.settlements import SettledRecord, SettlementLine, ShardState
from pricing.models import CarbonPrice, IncentiveRate, Scheme, SchemeCoverage
from tests.ledger.books import NOON, Books, found_scheme
from tests.ledger.settling import amounts, charges, settle_scheme

FEBRUARY, MID_FEBRUARY = date(2023, 2, 10), date(2023, 2, 15)
REMOVAL: dict[str, Any] = {"removal_state": "verified"}
FROM_JANUARY, UNTIL_MID_FEBRUARY = (date(2023, 1, 1), None), (date(2023, 1, 1), MID_FEBRUARY)
FROM_MID_FEBRUARY = (MID_FEBRUARY, None)


def scheme_with(books: Books, **rules: list[tuple[Any, ...]]) -> None:
    """A scheme `own`: coverage (scope, category, days), prices (price, days), rates
    (durability, rate, days)."""
    scheme = Scheme.objects.create(
        code="own",
        name="Own",
        currency="USD",
        starts_on=date(2023, 1, 1),
        keeps_atmosphere=False,
        fund_may_overdraw=True,  # what is earned has no fees beside it
    )
    signed: dict[str, Any] = {
        "scheme": scheme,
        "proposed_by": books.people["analyst"],
        "approved_by": books.people["approver"],
    }
    for scope, category, days in rules.get("coverage", []):
        SchemeCoverage.objects.create(scheme=scheme, scope=scope, category=category, in_force=days)
    for price, days in rules.get("prices", []):
        CarbonPrice.objects.create(price_per_tonne=Decimal(price), in_force=days, **signed)
    for durability, rate, days in rules.get("rates", []):
        IncentiveRate.objects.create(
            durability_class=durability, rate_per_tonne=Decimal(rate), in_force=days, **signed
        )


def test_coverage_ends_before_a_day(books: Books) -> None:
    """Travel is covered until 14 February; what else Scope 3 has is not covered."""
    scheme_with(books, coverage=[(3, 6, UNTIL_MID_FEBRUARY)], prices=[(15, FROM_JANUARY)])
    for day in (date(2023, 1, 1), date(2023, 2, 14), MID_FEBRUARY):
        books.emit("CLOUD", day, "1000", scope=3, category=6)
    books.emit("CLOUD", FEBRUARY, "1000", scope=3, category=7)
    assert amounts(settle_scheme(books, "own", "2023Q1")) == [
        ("2023Q1", "charge", Decimal(30)),
        ("2023Q1", "recorded", Decimal(0)),
        ("2023Q1", "recorded", Decimal(0)),
    ]


def test_coverage_of_a_whole_scope_covers_every_category_from_its_first_day(books: Books) -> None:
    scheme_with(books, coverage=[(3, None, FROM_MID_FEBRUARY)], prices=[(15, FROM_JANUARY)])
    for category in (1, 6):
        books.emit("CLOUD", MID_FEBRUARY, "1000", scope=3, category=category)
        books.emit("CLOUD", date(2023, 2, 14), "2000", scope=3, category=category)
    books.emit("CLOUD", MID_FEBRUARY, "1000", scope=1)
    assert charges(settle_scheme(books, "own", "2023Q1")) == [("2023Q1", Decimal(15))] * 2


def test_a_price_holds_from_its_first_day_until_the_next_one_begins(books: Books) -> None:
    prices = [(15, UNTIL_MID_FEBRUARY), (20, FROM_MID_FEBRUARY)]
    scheme_with(books, coverage=[(1, None, FROM_JANUARY)], prices=prices)
    for day, kgco2e in [
        (date(2023, 1, 1), "1000"),
        (date(2023, 2, 14), "2000"),
        (MID_FEBRUARY, "4000"),
        (date(2023, 3, 31), "8000"),
    ]:
        books.emit("CLOUD", day, kgco2e)
    lines = settle_scheme(books, "own", "2023Q1").lines.all()
    assert sorted((line.price_per_tonne, line.amount_minor) for line in lines) == [
        (Decimal(15), 4500),
        (Decimal(20), 24000),
    ]


def test_a_removal_earns_the_rate_of_its_durability_on_its_day(books: Books) -> None:
    """Medium earns $40 until 14 February, then $50; long earns $100 from then on, short nothing."""
    scheme_with(
        books,
        rates=[
            ("medium", 40, UNTIL_MID_FEBRUARY),
            ("medium", 50, FROM_MID_FEBRUARY),
            ("long", 100, FROM_MID_FEBRUARY),
        ],
    )
    for day, kgco2e in [
        (date(2023, 1, 1), "1000"),
        (date(2023, 2, 14), "1000"),
        (MID_FEBRUARY, "2000"),
        (date(2023, 3, 31), "4000"),
    ]:
        for durability in ("short", "medium", "long"):
            books.emit("CLOUD", day, kgco2e, durability_class=durability, **REMOVAL)
    lines = settle_scheme(books, "own", "2023Q1").lines
    assert sorted(
        (line.durability_class, line.price_per_tonne, line.amount_minor)
        for line in lines.filter(kind="incentive")
    ) == [
        ("long", Decimal(100), 60000),
        ("medium", Decimal(40), 8000),
        ("medium", Decimal(50), 30000),
    ]
    assert sorted(
        (line.durability_class, line.settled_mgco2e) for line in lines.filter(kind="recorded")
    ) == [("long", 2_000_000_000), ("short", 8_000_000_000)]


def test_late_tonnes_go_on_from_what_their_own_price_or_rate_has_settled(books: Books) -> None:
    """Before and from 15 February: $15 and $20 a tonne, $40 and $50 a medium removal. Each key has
    a tonne before and two more now."""
    scheme_with(
        books,
        coverage=[(1, None, FROM_JANUARY)],
        prices=[(15, UNTIL_MID_FEBRUARY), (20, FROM_MID_FEBRUARY)],
        rates=[("medium", 40, UNTIL_MID_FEBRUARY), ("medium", 50, FROM_MID_FEBRUARY)],
    )
    for period, kgco2e in [("2023Q1", "1000"), ("2023Q2", "2000")]:
        for day in (date(2023, 2, 14), MID_FEBRUARY):
            books.emit("CLOUD", day, kgco2e)
            books.emit("CLOUD", day, kgco2e, durability_class="medium", **REMOVAL)
        settlement = settle_scheme(books, "own", period)
    assert sorted(
        (
            line.price_per_tonne,
            line.settled_before_mgco2e,
            line.amount_before_minor,
            line.amount_minor,
        )
        for line in settlement.lines.all()
    ) == [(Decimal(price), 10**9, 100 * price, 200 * price) for price in (15, 20, 40, 50)]
    assert settlement.lines.filter(record_count=1).count() == 4


def test_a_missing_price_names_its_first_day(books: Books) -> None:
    scheme_with(books, coverage=[(1, None, FROM_JANUARY)], prices=[(15, UNTIL_MID_FEBRUARY)])
    for day in (20, 18, 19, 14):
        books.emit("CLOUD", date(2023, 2, day), "1000")
    settlement = settlement_run.prepare(
        scheme_code="own", period_code="2023Q1", by=books.people["analyst"]
    )
    settlement = settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    stuck = settlement.shards.get(state=ShardState.QUARANTINED)
    assert "CLOUD, Scope 1 from 2023-02-18" in stuck.error


# --- on which account ---------------------------------------------------------------------------


def accounts() -> list[str]:
    return sorted(Account.objects.values_list("code", flat=True))


def test_the_accounts_that_are_booked_are_opened_and_no_others(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000", scope=3, category=6)
    books.emit("CLOUD", FEBRUARY, "1000", scope=3, category=7)
    books.emit("OFFICES", FEBRUARY, "1000", durability_class="medium", **REMOVAL)
    books.settle("2023Q1")
    expected = [
        "Equity:Atmosphere",
        "Equity:Carbon-Fund:FEE",
        "Expenses:Carbon-Fee:FEE:CLOUD",
        "Expenses:Emissions:CLOUD:Scope-3:Category-6",
        "Expenses:Emissions:CLOUD:Scope-3:Category-7",
        "Income:Carbon-Incentive:FEE:OFFICES",
        "Income:Removals:OFFICES:Medium",
    ]
    assert accounts() == expected
    emissions = Account.objects.get(code="Expenses:Emissions:CLOUD:Scope-3:Category-6")
    assert (emissions.kind, emissions.commodity_id, emissions.scheme_id) == (
        "emissions",
        "KGCO2E",
        None,
    )
    assert (emissions.scope, emissions.category, emissions.durability_class) == (3, 6, "")
    removals = Account.objects.get(code="Income:Removals:OFFICES:Medium")
    assert (removals.kind, removals.scope, removals.durability_class) == (
        "removals",
        None,
        "medium",
    )
    income = Account.objects.get(code="Income:Carbon-Incentive:FEE:OFFICES")
    assert (income.kind, income.commodity_id, income.scheme_id) == (
        "incentive_income",
        "USD",
        books.scheme.pk,
    )
    found_scheme(books, "second_fee", keeps_atmosphere=False)
    books.emit("CLOUD", FEBRUARY, "1000", scope=2)
    books.emit("CLOUD", FEBRUARY, "1000", durability_class="medium", **REMOVAL)
    settle_scheme(books, "second_fee", "2023Q1")
    # The second scheme keeps no atmosphere: money alone.
    assert accounts() == sorted(
        [
            *expected,
            "Equity:Carbon-Fund:SECOND-FEE",
            "Expenses:Carbon-Fee:SECOND-FEE:CLOUD",
            "Income:Carbon-Incentive:SECOND-FEE:CLOUD",
            "Income:Carbon-Incentive:SECOND-FEE:OFFICES",
        ]
    )
    lines = SettlementLine.objects.filter(scheme__code="second_fee")
    assert {line.quantity_account_id for line in lines} == {None}


def test_an_account_is_opened_by_the_first_line_that_needs_it(books: Books) -> None:
    """Whatever else its department, and whatever others have already."""
    known: set[str] = {"Equity:Atmosphere", "Equity:Carbon-Fund:FEE"}

    def opened(period: str) -> set[str]:
        books.settle(period)
        new = set(accounts()) - known
        known.update(new)
        return new

    books.emit("CLOUD", FEBRUARY, "1000")
    assert opened("2023Q1") == {
        "Expenses:Carbon-Fee:FEE:CLOUD",
        "Expenses:Emissions:CLOUD:Scope-1",
    }
    books.emit("CLOUD", FEBRUARY, "1000", scope=2)
    books.emit("CLOUD", FEBRUARY, "1000", scope=3, category=7)
    books.emit("CLOUD", FEBRUARY, "1000", durability_class="medium", **REMOVAL)
    assert opened("2023Q2") == {
        "Expenses:Emissions:CLOUD:Scope-2",
        "Expenses:Emissions:CLOUD:Scope-3:Category-7",
        "Income:Carbon-Incentive:FEE:CLOUD",
        "Income:Removals:CLOUD:Medium",
    }
    books.emit("CLOUD", FEBRUARY, "1000", scope=3, category=6)
    books.emit("CLOUD", FEBRUARY, "1000", durability_class="long", **REMOVAL)
    books.emit("OFFICES", FEBRUARY, "1000")
    assert opened("2023Q3") == {
        "Expenses:Carbon-Fee:FEE:OFFICES",
        "Expenses:Emissions:CLOUD:Scope-3:Category-6",
        "Expenses:Emissions:OFFICES:Scope-1",
        "Income:Removals:CLOUD:Long",
    }


def test_a_showback_shows_amounts_and_books_tonnes_alone(books: Books) -> None:
    found_scheme(books, "shadow", keeps_atmosphere=False, mechanism="showback")
    books.emit("CLOUD", FEBRUARY, "1000")
    books.emit("CLOUD", FEBRUARY, "1000", durability_class="medium", **REMOVAL)
    settlement = settle_scheme(books, "shadow", "2023Q1")
    assert amounts(settlement) == [
        ("2023Q1", "charge", Decimal(15)),
        ("2023Q1", "incentive", Decimal(40)),
    ]
    assert {line.money_account_id for line in settlement.lines.all()} == {None}
    assert accounts() == ["Equity:Carbon-Fund:SHADOW"]
    assert SettledRecord.objects.filter(scheme__code="shadow").count() == 2
