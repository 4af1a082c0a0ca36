"""What a mechanism is told, of which quarters, and in a replay: by hand, from real settlements."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from ledger import verification
from ledger.allocation_facts import facts_of_period
from ledger.models.periods import AccountingPeriod
from ledger.replay import Replay, replay
from ledger.scenario_settings import Settings
from ledger.settlement_run import calculate, prepare
from pricing.mechanisms.terms import AbatementRate, Baseline, Emitted, Facts, Frame
from pricing.models import Baseline as Baselines
from pricing.models import EventRate, IncentiveRate, Measure, Mechanism, Scheme
from pricing.price_lookup import scheme_terms
from tests.ledger.books import ALWAYS, NOON, Books
from tests.ledger.sharing import (
    QUARTERS,
    cap,
    contribute,
    found_sharing,
    levy,
    measure,
    net,
    reward,
    settle,
    signed,
)

FEBRUARY, MAY = date(2023, 2, 10), date(2023, 5, 10)


@pytest.fixture
def paying(books: Books) -> Scheme:
    """A fee of $40 a tonne of Scope 1 that pays $5 for one below the baseline, also of late."""
    scheme = found_sharing(books, Mechanism.FEE)
    reward(books, scheme, "5")
    return scheme


@pytest.fixture
def feebate(books: Books) -> Scheme:
    """CLOUD and OFFICES get back alike what is charged for the first quarter."""
    return found_feebate(books, "shared")


def found_feebate(books: Books, code: str) -> Scheme:
    scheme = found_sharing(books, Mechanism.FEEBATE, code=code)
    measure(books, scheme, "2023Q1", CLOUD="100", OFFICES="100")
    measure(books, scheme, "2023Q2", CLOUD="100", OFFICES="100")
    return scheme


def raise_offices(books: Books, scheme: Scheme) -> None:
    """200 t more for OFFICES in the first quarter, by one more row of its baseline."""
    Baselines.objects.create(
        scheme=scheme,
        department=books.departments["OFFICES"],
        quantity=200_000,
        scope=1,
        in_force=QUARTERS["2023Q1"],
        **signed(books),
    )


def as_the_owner(statement: str, *values: Any) -> None:
    """As whoever owns the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def findings() -> list[str]:
    """What verify finds of what is shared out."""
    return [f.detail for f in verification.verify().findings if f.check.startswith("allocations")]


# --- what a mechanism is told -------------------------------------------------------------------


def test_it_is_told_of_one_quarter_what_all_settlements_and_the_rules_of_the_last_say(
    books: Books,
) -> None:
    scheme = books.scheme
    reward(books, scheme, "5", scope=3)
    books.emit("CLOUD", FEBRUARY, "90000")
    books.emit("CLOUD", FEBRUARY, "2000", scope=3, category=6)
    books.settle("2023Q1")
    measure(books, scheme, "2023Q1", CLOUD="100")
    measure(books, scheme, "2023Q2", CLOUD="70")
    books.emit("CLOUD", FEBRUARY, "1000")
    books.emit("CLOUD", MAY, "500")
    last = books.settle("2023Q2")
    first = AccountingPeriod.objects.get(code="2023Q1")
    frame, facts = facts_of_period(last, scheme_terms(code="fee"), first)
    assert frame == Frame("2023Q1", "USD", 0, (AbatementRate(Decimal(5), 3, None),))
    (told,) = facts.values()
    assert replace(told, emitted=()) == Facts(
        "CLOUD", charged_minor=139_500, baselines=(Baseline(Decimal(100_000)),)
    )
    assert set(told.emitted) == {
        Emitted(Decimal(91_000), 1, None),
        Emitted(Decimal(2_000), 3, 6),
    }


def test_who_has_no_budget_is_told_to_have_none_and_pays_nothing(books: Books) -> None:
    scheme = found_sharing(books, Mechanism.CONTRIBUTION)
    measure(books, scheme, "2023Q1", Measure.BUDGET, CLOUD="3")
    contribute(books, scheme, "2023Q1", "100")
    books.emit("OFFICES", FEBRUARY, "1000")
    settlement = settle(books, scheme, "2023Q1")
    assert net(scheme) == {"CLOUD": 100, "OFFICES": 0}
    frame, facts = facts_of_period(settlement, scheme_terms(code="shared"), settlement.period)
    assert frame == Frame("2023Q1", "USD", 10_000, ())
    assert facts == {
        "CLOUD": Facts("CLOUD", budget=Decimal(3)),
        "OFFICES": Facts("OFFICES", budget=Decimal(0)),
    }


def test_a_levy_without_any_rate_is_found(books: Books) -> None:
    scheme = found_sharing(books, Mechanism.PER_EVENT)
    levy(books, scheme, "reported/scope-1", "8")
    books.emit("CLOUD", FEBRUARY, "100")
    settlement = settle(books, scheme, "2023Q1")
    as_the_owner(
        "UPDATE ledger_settlement SET rules = rules - 'event_rates' WHERE id = %s", settlement.pk
    )
    assert findings() == ["shares out what no mechanism does"]


def test_of_two_records_one_is_taken_back_and_the_other_is_known(
    books: Books, paying: Scheme
) -> None:
    """90 t of 100 t earn 50.00; 50 t turn out to be OFFICES', and 40 t of 100 t earn 300.00."""
    measure(books, paying, "2023Q1", CLOUD="100")
    first = books.emit("CLOUD", FEBRUARY, "50000")
    books.emit("CLOUD", FEBRUARY, "40000")
    settle(books, paying, "2023Q1")
    assert net(paying) == {"CLOUD": 3600 - 50}
    books.emit("OFFICES", FEBRUARY, "50000", supersedes=first)
    settle(books, paying, "2023Q2")
    assert net(paying) == {"CLOUD": 1600 - 300, "OFFICES": 2000}


def test_one_who_has_nothing_to_get_keeps_nothing_from_those_after_it(
    books: Books, paying: Scheme
) -> None:
    """CLOUD comes before OFFICES and has no baseline."""
    measure(books, paying, "2023Q1", OFFICES="100")
    books.emit("CLOUD", FEBRUARY, "1000")
    books.emit("OFFICES", FEBRUARY, "90000")
    settle(books, paying, "2023Q1")
    assert net(paying) == {"CLOUD": 40, "OFFICES": 3600 - 50}


# --- of which quarters --------------------------------------------------------------------------


def test_what_is_approved_for_a_quarter_that_had_no_rules_is_paid_late(books: Books) -> None:
    scheme = found_sharing(books, Mechanism.FEE)
    books.emit("CLOUD", FEBRUARY, "90000")
    settle(books, scheme, "2023Q1")
    reward(books, scheme, "5")
    measure(books, scheme, "2023Q1", CLOUD="100")
    settle(books, scheme, "2023Q2")
    assert net(scheme) == {"CLOUD": 3600 - 50}


def test_what_was_levied_by_a_rate_that_the_quarter_has_no_more_goes_back(books: Books) -> None:
    """The only rate of the first quarter should have begun in the second."""
    scheme = found_sharing(books, Mechanism.PER_EVENT)
    levy(books, scheme, "reported/scope-1", "8")
    books.emit("CLOUD", FEBRUARY, "100")
    settle(books, scheme, "2023Q1")
    assert net(scheme) == {"CLOUD": 8}
    begins, _ = QUARTERS["2023Q2"]
    as_the_owner("UPDATE pricing_eventrate SET in_force = daterange(%s, NULL)", begins)
    assert EventRate.objects.get().in_force.lower == begins
    settle(books, scheme, "2023Q2")
    assert net(scheme) == {"CLOUD": 0}


def test_a_scheme_with_the_same_rules_that_settles_in_between_changes_nothing(
    books: Books, feebate: Scheme
) -> None:
    """OFFICES' 100 t of the first quarter become 300 t in both; `twin` settles them first."""
    twin = found_feebate(books, "twin")
    books.emit("CLOUD", FEBRUARY, "9000")
    settle(books, feebate, "2023Q1")
    assert net(feebate) == {"CLOUD": 180, "OFFICES": -180}
    for scheme in (feebate, twin):
        raise_offices(books, scheme)
    settle(books, twin, "2023Q1")
    settle(books, feebate, "2023Q2")
    assert net(feebate) == net(twin) == {"CLOUD": 270, "OFFICES": -270}


def test_lines_that_new_rules_asked_for_are_missed_whoever_settled_since(
    books: Books, feebate: Scheme
) -> None:
    """The second settlement follows new rules of the first quarter; the third has the same rules
    and no lines. Half of 360.00 each become a quarter and three quarters."""
    books.emit("CLOUD", FEBRUARY, "9000")
    settle(books, feebate, "2023Q1")
    raise_offices(books, feebate)
    second = settle(books, feebate, "2023Q2")
    measure(books, feebate, "2023Q3", CLOUD="100")
    assert settle(books, feebate, "2023Q3").lines.count() == 0
    assert findings() == []
    as_the_owner("DELETE FROM ledger_settlementline WHERE settlement_id = %s", second.pk)
    assert findings() == [
        f"billed 0 minor units, its mechanism shares out {minor}" for minor in (-9_000, 9_000)
    ]


def test_before_the_first_day_of_any_cap_all_is_paid_as_it_was(
    books: Books, paying: Scheme
) -> None:
    measure(books, paying, "2023Q1", CLOUD="100")
    cap(books, paying, "0", in_force=QUARTERS["2023Q2"])
    books.emit("CLOUD", FEBRUARY, "90000")
    settle(books, paying, "2023Q1")
    assert net(paying) == {"CLOUD": 3600 - 50}


# --- in a replay --------------------------------------------------------------------------------


def billed_and_replayed(scheme: str, period: str, **changes: Any) -> dict[str, tuple[int, int]]:
    found: Replay = replay(
        scheme_code=scheme, period_code=period, settings=Settings(**changes), as_billed=False
    )
    return {
        each.department: (each.billed.net_minor, each.replayed.net_minor)
        for each in found.departments
    }


def test_what_is_calculated_and_not_posted_takes_nothing_of_the_cap_in_a_replay(
    books: Books,
) -> None:
    """1,000.00 a year: 800.00 of February leave 200.00 of 400.00 for May. 200.00 of February come
    late, in a settlement that nobody has approved."""
    scheme = found_sharing(books, Mechanism.FEE)
    IncentiveRate.objects.create(
        scheme=scheme,
        durability_class="medium",
        rate_per_tonne=40,
        in_force=ALWAYS,
        **signed(books),
    )
    cap(books, scheme, "1000")
    stored: dict[str, Any] = {"durability_class": "medium", "removal_state": "verified"}
    books.emit("CLOUD", FEBRUARY, "100000")
    books.emit("CLOUD", FEBRUARY, "20000", **stored)
    settle(books, scheme, "2023Q1")
    books.emit("OFFICES", MAY, "10000", **stored)
    settle(books, scheme, "2023Q2")
    books.emit("CLOUD", FEBRUARY, "5000", **stored)
    late = prepare(scheme_code="shared", period_code="2023Q3", by=books.people["analyst"])
    assert calculate(settlement_id=late.pk, at=NOON).state == "calculated"
    assert late.lines.filter(activity_period__code="2023Q1").exists()
    assert billed_and_replayed("shared", "2023Q2") == {"OFFICES": (-20_000, -20_000)}


def test_a_scheme_is_tried_on_a_quarter_before_its_first_day(books: Books) -> None:
    """10 t at $15 were charged; a quarter and three quarters of 100.00 would have been levied."""
    scheme = found_sharing(books, Mechanism.CONTRIBUTION, starts_on=date(2023, 4, 1))
    measure(books, scheme, "2023Q1", Measure.BUDGET, CLOUD="1", OFFICES="3")
    contribute(books, scheme, "2023Q1", "100")
    books.emit("CLOUD", FEBRUARY, "10000")
    books.settle("2023Q1")
    assert billed_and_replayed("fee", "2023Q1", under="shared") == {
        "CLOUD": (15_000, 2_500),
        "OFFICES": (0, 7_500),
    }
