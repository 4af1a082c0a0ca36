"""Every other mechanism through real settlements: what departments pay, late tonnes, the books."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction

from ledger import accruals, close_checklist, statements, verification
from ledger.errors.journal import FundOverdrawn
from ledger.errors.settlements import AllocationImpossible
from ledger.models.settlements import SettlementLine
from ledger.settlement_run import calculate, prepare
from pricing.models import Baseline, CarbonPrice, Contribution, Measure, Mechanism, Scheme
from tests.ledger.books import ALWAYS, NOON, Books
from tests.ledger.sharing import (
    QUARTERS,
    account,
    contribute,
    found_sharing,
    levy,
    measure,
    net,
    settle,
    signed,
)
from tests.ledger.test_fund_guard import post as spend

FEBRUARY, MAY = date(2023, 2, 10), date(2023, 5, 10)


def holds(period: str) -> bool:
    """Whether verify and every control total of a period hold."""
    wanted = (
        "debits_equal_credits",
        "departments_make_the_company",
        "inventory_times_price_is_the_ledger",
        "mechanisms_share_out_what_is_booked",
    )
    checks = {c.name: c.holds for c in close_checklist.checklist(period_code=period, at=NOON)}
    assert verification.verify().findings == ()
    return all(checks[name] for name in wanted)


def test_a_baseline_target_charges_what_is_above_it(books: Books) -> None:
    """At $40: 110 t against 100 t are $400, 90 t against 100 t nothing. Ten tonnes come late."""
    scheme = found_sharing(books, Mechanism.BASELINE_TARGET)
    measure(books, scheme, "2023Q1", CLOUD="100", OFFICES="100")
    books.emit("CLOUD", FEBRUARY, "110000")
    books.emit("OFFICES", FEBRUARY, "90000")
    settle(books, scheme, "2023Q1")
    assert net(scheme) == {"CLOUD": 400, "OFFICES": 0}
    assert account("Income:Carbon-Fee-Return:SHARED:OFFICES") == -3600
    books.emit("OFFICES", FEBRUARY, "12000")
    settle(books, scheme, "2023Q2")
    assert net(scheme) == {"CLOUD": 400, "OFFICES": 80}
    assert holds("2023Q1")
    assert holds("2023Q2")


@pytest.mark.parametrize(
    "mechanism", [Mechanism.BASELINE_TARGET_PAID, Mechanism.BUDGET_NEUTRAL_START]
)
def test_what_is_below_the_baseline_is_paid(books: Books, mechanism: Mechanism) -> None:
    scheme = found_sharing(books, mechanism)
    measure(books, scheme, "2023Q1", CLOUD="100", OFFICES="100")
    books.emit("CLOUD", FEBRUARY, "110000")
    books.emit("OFFICES", FEBRUARY, "90000")
    settle(books, scheme, "2023Q1")
    assert net(scheme) == {"CLOUD": 400, "OFFICES": -400}
    assert account("Equity:Carbon-Fund:SHARED") == 0
    assert holds("2023Q1")


@pytest.mark.parametrize(
    "mechanism", [Mechanism.BASELINE_TARGET_PAID, Mechanism.BUDGET_NEUTRAL_START]
)
def test_what_all_are_below_their_baselines_is_not_paid_from_an_empty_fund(
    books: Books, mechanism: Mechanism
) -> None:
    """90 and 100 of 200 t: 400.00 would be paid of nothing, unless the scheme says that it may."""
    for code, may_overdraw in (("strict", False), ("open", True)):
        scheme = found_sharing(books, mechanism, code=code, fund_may_overdraw=may_overdraw)
        measure(books, scheme, "2023Q1", CLOUD="100", OFFICES="100")
    books.emit("CLOUD", FEBRUARY, "100000")
    books.emit("OFFICES", FEBRUARY, "90000")
    strict = Scheme.objects.get(code="strict")
    with transaction.atomic(), pytest.raises(FundOverdrawn) as refused:
        settle(books, strict, "2023Q1")
    assert (refused.value.held, refused.value.asked) == ("0.00 USD", "400.00 USD")
    assert net(strict) == {}
    settle(books, Scheme.objects.get(code="open"), "2023Q1")
    assert account("Equity:Carbon-Fund:OPEN") == 400
    assert net(Scheme.objects.get(code="open")) == {"CLOUD": 0, "OFFICES": -400}


def test_what_was_charged_too_much_goes_back_though_the_fund_is_spent(books: Books) -> None:
    """400.00 above the target are spent; then 10 t turn out to be 5, and 200.00 go back."""
    scheme = found_sharing(books, Mechanism.BASELINE_TARGET)
    measure(books, scheme, "2023Q1", CLOUD="100")
    first = books.emit("CLOUD", FEBRUARY, "110000")
    settle(books, scheme, "2023Q1")
    books.scheme = scheme
    spend(books, 40_000)
    assert account("Equity:Carbon-Fund:SHARED") == 0
    books.emit("CLOUD", FEBRUARY, "105000", supersedes=first)
    settle(books, scheme, "2023Q2")
    assert account("Equity:Carbon-Fund:SHARED") == 200
    assert net(scheme) == {"CLOUD": 200}


def test_a_baseline_is_priced_as_its_emissions_would_be(books: Books) -> None:
    """Scope 1 costs $50 and CLOUD's own default is $60 from March on; baselines end in March."""
    scheme = found_sharing(books, Mechanism.BUDGET_NEUTRAL_START, fund_may_overdraw=True)
    for facts in (
        {"scope": 1, "price_per_tonne": 50, "in_force": ALWAYS},
        {
            "department": books.departments["CLOUD"],
            "price_per_tonne": 60,
            "in_force": (date(2023, 3, 1), None),
        },
    ):
        CarbonPrice.objects.create(scheme=scheme, **facts, **signed(books))
    for department, scope in (("CLOUD", None), ("OFFICES", 1), ("OFFICES", None)):
        Baseline.objects.create(
            scheme=scheme,
            department=books.departments[department],
            quantity=1000,
            scope=scope,
            in_force=QUARTERS["2023Q1"],
            **signed(books),
        )
    settle(books, scheme, "2023Q1")
    assert net(scheme) == {"CLOUD": -60, "OFFICES": -90}
    assert holds("2023Q1")


def test_a_baseline_without_a_price_is_named_before_anything_is_settled(books: Books) -> None:
    scheme = found_sharing(books, Mechanism.BASELINE_TARGET, price_scope=1)
    measure(books, scheme, "2023Q1", CLOUD="100")
    with pytest.raises(AllocationImpossible) as refused:
        settle(books, scheme, "2023Q1")
    assert refused.value.problems == ["CLOUD's baseline has no price in force on 2023-03-31"]


def test_a_contribution_is_paid_by_share_of_budget(books: Books) -> None:
    """$1,000.00 by budgets of 1 and 2: emissions are shown and cost nothing."""
    scheme = found_sharing(books, Mechanism.CONTRIBUTION)
    measure(books, scheme, "2023Q1", Measure.BUDGET, CLOUD="1000000", OFFICES="2000000")
    contribute(books, scheme, "2023Q1", "1000")
    books.emit("CLOUD", FEBRUARY, "90000")
    settle(books, scheme, "2023Q1")
    assert net(scheme) == {"CLOUD": Decimal("333.33"), "OFFICES": Decimal("666.67")}
    assert account("Expenses:Carbon-Levy:SHARED:CLOUD") == Decimal("333.33")
    assert account("Equity:Carbon-Fund:SHARED") == -1000
    statement = statements.statement_of(
        department_code="CLOUD", scheme_code="shared", period_code="2023Q1"
    )
    assert statement.charged == statement.net == Decimal("333.33")
    assert [(line.kind, line.settled_kgco2e) for line in statement.lines] == [
        ("levy", Decimal(0)),
        ("recorded", Decimal(90_000)),
    ]
    books.emit("CLOUD", FEBRUARY, "5000")
    settle(books, scheme, "2023Q2")
    assert net(scheme) == {"CLOUD": Decimal("333.33"), "OFFICES": Decimal("666.67")}
    assert holds("2023Q1")


def test_what_a_contribution_lacks_is_said_at_once(books: Books) -> None:
    scheme = found_sharing(books, Mechanism.CONTRIBUTION)
    with pytest.raises(AllocationImpossible, match="there is no approved contribution"):
        settle(books, scheme, "2023Q1")
    contribute(books, scheme, "2023Q1", "10")
    with pytest.raises(AllocationImpossible, match="has an approved budget in 2023Q1"):
        settle(books, scheme, "2023Q1")


def test_a_contribution_that_was_too_high_is_corrected_in_the_next_settlement(
    books: Books,
) -> None:
    """$1,000.00 by budgets of 1 and 2; then $99.99 less, so 300.00 and 600.01 of 900.01."""
    scheme = found_sharing(books, Mechanism.CONTRIBUTION)
    measure(books, scheme, "2023Q1", Measure.BUDGET, CLOUD="1000000", OFFICES="2000000")
    days = {"amount": "1000", "in_force": (date(2023, 1, 1), date(2023, 3, 31))}
    Contribution.objects.create(scheme=scheme, **days, **signed(books))
    settle(books, scheme, "2023Q1")
    last_day = {"in_force": (date(2023, 3, 31), date(2023, 4, 1))}
    correction = Contribution(scheme=scheme, amount="-1000.01", **last_day, **signed(books))
    correction.save()
    with transaction.atomic(), pytest.raises(AllocationImpossible, match=r"below zero: -0\.01"):
        settle(books, scheme, "2023Q2")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE pricing_contribution SET amount = -99.99 WHERE amount < 0")
        cursor.execute("SET LOCAL session_replication_role = origin")
    settle(books, scheme, "2023Q2")
    assert net(scheme) == {"CLOUD": Decimal("300.00"), "OFFICES": Decimal("600.01")}
    assert holds("2023Q2")


def test_eight_dollars_a_flight_and_ten_cents_a_night(books: Books) -> None:
    """Flights count by record; hotels by nights; the longer path wins, and nothing else counts."""
    scheme = found_sharing(books, Mechanism.PER_EVENT)
    levy(books, scheme, "travel/flight", "8")
    levy(books, scheme, "travel/flight/long-haul", "20")
    levy(books, scheme, "travel/hotel", "0.1", unit="night")
    for activity, quantity, unit in (
        ("travel/flight/short-haul", "900", "km"),
        ("travel/flight", "900", "km"),
        ("travel/flight/long-haul/economy", "9000", "km"),
        ("travel/flights-of-stairs", "3", "floor"),
        ("travel/hotel", "25", "night"),
        ("travel/hotel", "25", "room"),
    ):
        did = (activity, quantity, unit)
        books.emit("CLOUD", FEBRUARY, "100", scope=3, category=6, did=did)
    settle(books, scheme, "2023Q1")
    assert net(scheme) == {"CLOUD": Decimal("38.50")}
    (line,) = SettlementLine.objects.filter(scheme=scheme, kind="levy")
    assert (line.explanation or "").splitlines() == [
        "travel/flight: 2 × 8 USD = 16.00 USD",
        "travel/flight/long-haul: 1 × 20 USD = 20.00 USD",
        "travel/hotel, night: 25 × 0.1 USD = 2.50 USD",
        "Together 38.50 USD",
    ]
    late = ("travel/flight", "900", "km")
    books.emit("CLOUD", FEBRUARY, "100", scope=3, category=6, did=late)
    settle(books, scheme, "2023Q2")
    assert net(scheme) == {"CLOUD": Decimal("46.50")}
    assert holds("2023Q1")
    assert holds("2023Q2")


def test_a_flight_that_is_corrected_counts_once(books: Books) -> None:
    scheme = found_sharing(books, Mechanism.PER_EVENT)
    levy(books, scheme, "reported/scope-1", "8")
    first = books.emit("CLOUD", FEBRUARY, "100")
    settle(books, scheme, "2023Q1")
    books.emit("OFFICES", FEBRUARY, "90", supersedes=first)
    settle(books, scheme, "2023Q2")
    assert net(scheme) == {"CLOUD": 0, "OFFICES": 8}
    assert holds("2023Q2")


def test_without_an_event_rate_nothing_is_prepared(books: Books) -> None:
    scheme = found_sharing(books, Mechanism.PER_EVENT)
    with pytest.raises(AllocationImpossible, match="there is no approved event rate"):
        settle(books, scheme, "2023Q1")


def test_an_allocation_is_accrued_with_its_charges(books: Books) -> None:
    scheme = found_sharing(books, Mechanism.FEEBATE)
    measure(books, scheme, "2023Q1", CLOUD="1", OFFICES="1")
    books.emit("CLOUD", FEBRUARY, "1000")
    settlement = prepare(scheme_code="shared", period_code="2023Q1", by=books.people["analyst"])
    settlement = calculate(settlement_id=settlement.pk, at=NOON)
    accruals.accrue(settlement_id=settlement.pk, by=books.people["finance"])
    assert verification.verify().findings == ()


def test_a_levy_in_a_scheme_that_has_none_is_found(books: Books) -> None:
    """Whoever owns the database turns a charge into a levy."""
    books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q1")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE ledger_settlementline SET kind = 'levy'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    found = {finding.check for finding in verification.verify().findings}
    assert "allocations are what mechanisms share out" in found
