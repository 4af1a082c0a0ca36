"""What mechanisms share out of settled lines, by hand: whose lines, which days, whose books."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from departments.organisation.models import DepartmentPlacement, LegalEntity
from ledger import settlement_run, verification
from ledger.models.settlements import SettlementLine
from pricing.models import Baseline, EventRate, IncentiveRate, Mechanism, Scheme
from tests.ledger.books import ALWAYS, NOON, Books, open_books
from tests.ledger.sharing import (
    QUARTERS,
    account,
    cap,
    found_sharing,
    levy,
    measure,
    net,
    reward,
    settle,
    signed,
)

FEBRUARY, MAY = date(2023, 2, 10), date(2023, 5, 10)
STORED: dict[str, Any] = {"removal_state": "verified"}
RETURNED = "Income:Carbon-Fee-Return:SHARED"


def absorbing(books: Books) -> Scheme:
    """A fee of $40 a tonne of Scope 1 that pays $40 for an absorbed one."""
    scheme = found_sharing(books, Mechanism.FEE)
    for durability_class in ("medium", "long"):
        IncentiveRate.objects.create(
            scheme=scheme,
            durability_class=durability_class,
            rate_per_tonne=40,
            in_force=ALWAYS,
            **signed(books),
        )
    return scheme


def explained(scheme: Scheme, kind: str = "allocation") -> list[str]:
    """The arithmetic of a scheme's newest line of a kind."""
    line = SettlementLine.objects.filter(scheme=scheme, kind=kind).latest("pk")
    return (line.explanation or "").splitlines()


# --- whose lines --------------------------------------------------------------------------------


def test_what_another_scheme_settled_and_what_is_not_charged_count_for_nothing(
    books: Books,
) -> None:
    """10 t of Scope 1 below 100 t earn 50.00, beside 800.00 for absorption, under a cap of 900.00.
    The other scheme charges the same tonnes, Scope 2 as well, and pays for the same absorption."""
    scheme = absorbing(books)
    reward(books, scheme, "5")
    measure(books, scheme, "2023Q1", CLOUD="100")
    cap(books, scheme, "900")
    books.emit("CLOUD", FEBRUARY, "90000")
    books.emit("CLOUD", FEBRUARY, "5000", scope=2)
    books.emit("CLOUD", FEBRUARY, "20000", durability_class="medium", **STORED)
    books.settle("2023Q1")
    settle(books, scheme, "2023Q1")
    assert net(scheme) == {"CLOUD": 3600 - 800 - 50}
    settle(books, scheme, "2023Q2")
    assert net(scheme) == {"CLOUD": 3600 - 800 - 50}
    assert verification.verify().findings == ()


def test_a_flight_that_was_taken_back_here_stays_so_though_another_scheme_still_has_it(
    books: Books,
) -> None:
    scheme = found_sharing(books, Mechanism.PER_EVENT)
    levy(books, scheme, "reported/scope-1", "8")
    first = books.emit("CLOUD", FEBRUARY, "100")
    books.settle("2023Q1")
    settle(books, scheme, "2023Q1")
    books.emit("OFFICES", FEBRUARY, "90", supersedes=first)
    settle(books, scheme, "2023Q2")
    assert net(scheme) == {"CLOUD": 0, "OFFICES": 8}


def test_what_is_taken_back_of_two_classes_is_said_in_their_order(books: Books) -> None:
    """Nothing is paid under a cap of nothing, so nothing is taken back."""
    scheme = absorbing(books)
    cap(books, scheme, "0")
    for durability_class in ("medium", "long"):
        books.emit("CLOUD", FEBRUARY, "2000", durability_class=durability_class, **STORED)
    settle(books, scheme, "2023Q1")
    for durability_class in ("medium", "long"):
        books.emit("CLOUD", MAY, "-1000", durability_class=durability_class, **STORED)
    settle(books, scheme, "2023Q2")
    words = "40.00 USD of 40.00 USD, since that was over the cap and never paid"
    assert explained(scheme) == [
        f"Not taken back, long: {words}",
        f"Not taken back, medium: {words}",
        "Together 80.00 USD",
    ]
    assert net(scheme) == {"CLOUD": 0}


# --- which periods ------------------------------------------------------------------------------


@pytest.fixture
def shared(books: Books) -> Scheme:
    """CLOUD and OFFICES get back alike what is charged in a quarter; CLOUD has paid 360.00."""
    scheme = found_sharing(books, Mechanism.FEEBATE)
    for period in QUARTERS:
        measure(books, scheme, period, CLOUD="100", OFFICES="100")
    books.emit("CLOUD", FEBRUARY, "9000")
    settle(books, scheme, "2023Q1")
    return scheme


def correct(books: Books, scheme: Scheme, tonnes: str, scope: int = 1) -> None:
    """CLOUD's baseline of the first quarter, by one more row of it."""
    Baseline.objects.create(
        scheme=scheme,
        department=books.departments["CLOUD"],
        quantity=Decimal(tonnes) * 1000,
        scope=scope,
        in_force=QUARTERS["2023Q1"],
        **signed(books),
    )


def test_who_loses_a_baseline_gives_back_what_came_of_it(books: Books, shared: Scheme) -> None:
    correct(books, shared, "-100")
    settle(books, shared, "2023Q2")
    assert net(shared) == {"CLOUD": 360, "OFFICES": -360}


def test_rules_that_change_and_change_back_are_followed_both_times(
    books: Books, shared: Scheme
) -> None:
    assert net(shared) == {"CLOUD": 180, "OFFICES": -180}
    correct(books, shared, "100")
    settle(books, shared, "2023Q2")
    assert net(shared) == {"CLOUD": 120, "OFFICES": -120}
    correct(books, shared, "-100", scope=2)
    settle(books, shared, "2023Q3")
    assert net(shared) == {"CLOUD": 180, "OFFICES": -180}
    assert verification.verify().findings == ()


def test_rules_are_compared_with_those_of_the_schemes_last_posting(
    books: Books, shared: Scheme
) -> None:
    """Not with a settlement that was cancelled, nor with another scheme's."""
    correct(books, shared, "100")
    cancelled = settlement_run.prepare(
        scheme_code="shared", period_code="2023Q2", by=books.people["analyst"]
    )
    settlement_run.cancel(settlement_id=cancelled.pk, by=books.people["analyst"], at=NOON)
    books.settle("2023Q1")
    settle(books, shared, "2023Q2")
    assert net(shared) == {"CLOUD": 120, "OFFICES": -120}


def test_a_cap_that_begins_on_a_last_day_counts_that_period_also_later(books: Books) -> None:
    """800.00 of February leave 200.00 of 400.00 for May."""
    scheme = absorbing(books)
    cap(books, scheme, "1000", in_force=(date(2023, 3, 31), date(2024, 1, 1)))
    books.emit("CLOUD", FEBRUARY, "100000")
    for period, day, kgco2e in (("2023Q1", FEBRUARY, "20000"), ("2023Q2", MAY, "10000")):
        books.emit("CLOUD", day, kgco2e, durability_class="medium", **STORED)
        settle(books, scheme, period)
    assert net(scheme) == {"CLOUD": 4000 - 1000}


def test_what_an_earlier_cap_left_unpaid_is_not_taken_back_under_a_later_one(books: Books) -> None:
    scheme = absorbing(books)
    cap(books, scheme, "0", in_force=QUARTERS["2023Q1"])
    cap(books, scheme, "100", in_force=QUARTERS["2023Q2"])
    books.emit("CLOUD", FEBRUARY, "100000")
    for period, day, kgco2e in (("2023Q1", FEBRUARY, "20000"), ("2023Q2", MAY, "-10000")):
        books.emit("CLOUD", day, kgco2e, durability_class="medium", **STORED)
        settle(books, scheme, period)
    assert net(scheme) == {"CLOUD": 4000}
    assert verification.verify().findings == ()


# --- which events -------------------------------------------------------------------------------


def test_an_event_has_the_rate_of_its_day(books: Books) -> None:
    """8.00 until the 9th, 8.00 again on the 10th and 11th, and 20.00 from the 12th on."""
    scheme = found_sharing(books, Mechanism.PER_EVENT)
    tenth, twelfth = date(2023, 2, 10), date(2023, 2, 12)
    for rate, days in (
        (8, (date(2023, 1, 1), tenth)),
        (8, (tenth, twelfth)),
        (20, (twelfth, None)),
    ):
        EventRate.objects.create(
            scheme=scheme, activity="travel/flight", rate=rate, in_force=days, **signed(books)
        )
    for day in (9, 10, 11, 11, 12):
        did = ("travel/flight", "900", "km")
        books.emit("CLOUD", date(2023, 2, day), "100", scope=3, category=6, did=did)
    settle(books, scheme, "2023Q1")
    assert explained(scheme, "levy") == [
        "travel/flight: 1 × 8 USD = 8.00 USD",
        "travel/flight: 3 × 8 USD = 24.00 USD",
        "travel/flight: 1 × 20 USD = 20.00 USD",
        "Together 52.00 USD",
    ]


def test_until_the_rate_of_a_longer_path_begins_that_of_the_shorter_one_counts(
    books: Books,
) -> None:
    """5.00 for any travel; 20.00 for flights on the 12th alone."""
    scheme = found_sharing(books, Mechanism.PER_EVENT)
    levy(books, scheme, "travel", "5")
    EventRate.objects.create(
        scheme=scheme,
        activity="travel/flight",
        rate=20,
        in_force=(date(2023, 2, 12), date(2023, 2, 13)),
        **signed(books),
    )
    for day in (11, 12, 13, 13):
        did = ("travel/flight", "900", "km")
        books.emit("CLOUD", date(2023, 2, day), "100", scope=3, category=6, did=did)
    settle(books, scheme, "2023Q1")
    assert net(scheme) == {"CLOUD": Decimal("35.00")}


def test_a_rate_in_the_unit_of_a_record_comes_before_one_for_the_record(books: Books) -> None:
    """25 nights at 0.10; the rooms have no rate of their own, so 5.00 a record."""
    scheme = found_sharing(books, Mechanism.PER_EVENT)
    levy(books, scheme, "travel/hotel", "5")
    levy(books, scheme, "travel/hotel", "0.1", unit="night")
    for unit in ("night", "room", "room"):
        did = ("travel/hotel", "25", unit)
        books.emit("CLOUD", FEBRUARY, "100", scope=3, category=6, did=did)
    settle(books, scheme, "2023Q1")
    assert net(scheme) == {"CLOUD": Decimal("12.50")}


# --- whose books --------------------------------------------------------------------------------


@pytest.fixture
def group(db: None) -> Books:
    """The fund in the books of ONE, OFFICES in those of TWO."""
    return open_books(fund_in="ONE", offices_in="TWO")


@pytest.fixture
def feebate(group: Books) -> Scheme:
    """CLOUD and OFFICES share alike what they are charged in the first quarter."""
    fund = LegalEntity.objects.get(code="ONE")
    scheme = found_sharing(group, Mechanism.FEEBATE, fund_entity=fund)
    measure(group, scheme, "2023Q1", CLOUD="100", OFFICES="100")
    measure(group, scheme, "2023Q2", CLOUD="100", OFFICES="100")
    return scheme


def test_what_comes_back_is_in_the_books_of_the_last_day(group: Books, feebate: Scheme) -> None:
    """OFFICES moves to ONE in mid-February: it pays in TWO, and what it gets back is in ONE, also
    that of late tonnes."""
    moved = date(2023, 2, 15)
    placements = group.departments["OFFICES"].placements
    placements.update(in_force=(date(2020, 1, 1), moved))
    DepartmentPlacement.objects.create(
        department=group.departments["OFFICES"],
        legal_entity=LegalEntity.objects.get(code="ONE"),
        in_force=(moved, None),
    )
    for period, returned in (("2023Q1", -200), ("2023Q2", -400)):
        group.emit("OFFICES", FEBRUARY, "10000")
        settle(group, feebate, period)
        assert account(f"{RETURNED}:OFFICES") == account(f"{RETURNED}:CLOUD") == returned
        assert account(f"{RETURNED}:OFFICES:TWO") == 0
    assert account("Expenses:Carbon-Fee:SHARED:OFFICES:TWO") == 800
    assert verification.verify().findings == ()


def test_what_came_back_in_some_books_goes_on_there(group: Books, feebate: Scheme) -> None:
    """That OFFICES was in ONE all the time is known after the first settlement."""
    group.emit("OFFICES", FEBRUARY, "10000")
    settle(group, feebate, "2023Q1")
    one = LegalEntity.objects.get(code="ONE")
    group.departments["OFFICES"].placements.update(legal_entity=one)
    measure(group, feebate, "2023Q3", CLOUD="100")
    for period, returned in (("2023Q2", -400), ("2023Q3", -600)):
        group.emit("OFFICES", FEBRUARY, "10000")
        settle(group, feebate, period)
        assert account(f"{RETURNED}:OFFICES:TWO") == account(f"{RETURNED}:CLOUD") == returned
        assert account(f"{RETURNED}:OFFICES") == 0
    assert verification.verify().findings == ()


def test_a_line_in_other_books_than_those_before_it_is_found(group: Books, feebate: Scheme) -> None:
    group.emit("OFFICES", FEBRUARY, "10000")
    settle(group, feebate, "2023Q1")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE ledger_settlementline SET legal_entity_id = %s WHERE kind = 'allocation'",
            [LegalEntity.objects.get(code="TWO").pk],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    found = [f.detail for f in verification.verify().findings if f.check.startswith("allocations")]
    assert [each.partition(" is ")[2] for each in found] == [
        "in the books of another legal entity"  # CLOUD's, which has always been in ONE
    ]
