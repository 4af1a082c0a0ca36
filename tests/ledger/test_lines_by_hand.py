"""Statement lines worked by hand: which tonnes are settled, and on what was settled before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from departments.organisation.models import Department, DepartmentPlacement, LegalEntity
from ledger import settlement_lines
from ledger.errors.settlements import ActivityOutsidePeriods
from ledger.models.settlements import SettledRecord, Settlement
from ledger.replay import replay
from ledger.scenario_settings import Settings
from pricing.models import CarbonPrice
from pricing.price_lookup import scheme_terms
from tests.ledger.books import ALWAYS, Books, found_scheme
from tests.ledger.settling import charges, prepare, settle_prepared, settle_scheme
from tests.ledger.sharing import QUARTERS

FEBRUARY, MAY, AUGUST = date(2023, 2, 10), date(2023, 5, 10), date(2023, 8, 10)
REMOVAL: dict[str, Any] = {"removal_state": "verified"}


# --- which tonnes -------------------------------------------------------------------------------


def test_a_day_belongs_to_its_quarter_and_none_to_the_days_before_the_scheme(books: Books) -> None:
    """At $15: a quarter has its first and its last day; the day before the scheme has none."""
    for day, kgco2e in [
        (date(2022, 12, 31), "64000"),
        (date(2023, 1, 1), "1000"),
        (date(2023, 3, 31), "2000"),
        (date(2023, 4, 1), "4000"),
        (date(2023, 6, 30), "8000"),
        (date(2023, 7, 1), "16000"),
    ]:
        books.emit("CLOUD", day, kgco2e)
    assert charges(books.settle("2023Q1")) == [("2023Q1", Decimal(45))]
    assert charges(books.settle("2023Q2")) == [("2023Q2", Decimal(180))]
    books.emit("CLOUD", date(2022, 12, 31), "64000")
    books.emit("CLOUD", date(2023, 1, 1), "1000")
    books.emit("CLOUD", date(2023, 6, 30), "2000")
    books.emit("CLOUD", date(2023, 7, 1), "4000")
    assert charges(books.settle("2023Q3")) == [
        ("2023Q1", Decimal(15)),
        ("2023Q2", Decimal(30)),
        ("2023Q3", Decimal(300)),
    ]


def test_what_happens_after_preparing_waits(books: Books) -> None:
    """Approved, late or corrected after a settlement was prepared: it is the next one's."""
    first = books.emit("CLOUD", FEBRUARY, "1000")
    steady = books.emit("CLOUD", FEBRUARY, "8000")
    prepared = prepare(books, "2023Q1")
    second = books.emit("CLOUD", FEBRUARY, "3000", supersedes=first)
    assert charges(settle_prepared(books, prepared)) == [("2023Q1", Decimal(135))]

    late = books.emit("CLOUD", FEBRUARY, "500")
    prepared = prepare(books, "2023Q2")
    books.emit("CLOUD", FEBRUARY, "700", supersedes=late)
    books.emit("CLOUD", FEBRUARY, "4000", supersedes=second)
    books.emit("CLOUD", FEBRUARY, "9000", supersedes=steady)
    books.emit("CLOUD", FEBRUARY, "16000")
    # −1,000 + 3,000 + 500 kg
    assert charges(settle_prepared(books, prepared)) == [("2023Q1", Decimal("37.50"))]
    # −500 + 700 − 3,000 + 4,000 − 8,000 + 9,000 + 16,000 kg
    assert charges(books.settle("2023Q3")) == [("2023Q1", Decimal(273))]


def test_what_is_late_and_corrected_at_once_counts_once(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q1")
    late = books.emit("CLOUD", FEBRUARY, "8000")
    books.emit("CLOUD", FEBRUARY, "2000", supersedes=late)  # the last approval there is
    assert charges(books.settle("2023Q2")) == [("2023Q1", Decimal(30))]


def test_what_was_taken_back_is_not_taken_back_again(books: Books) -> None:
    """The correction is the last approval of one settlement; the next begins after it."""
    first = books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q1")
    books.emit("CLOUD", FEBRUARY, "400", supersedes=first)
    assert charges(books.settle("2023Q2")) == [("2023Q1", Decimal(-9))]
    books.emit("CLOUD", AUGUST, "1000")
    assert charges(books.settle("2023Q3")) == [("2023Q3", Decimal(15))]


def test_each_scheme_takes_back_what_it_settled_itself(books: Books) -> None:
    found_scheme(books, "second", keeps_atmosphere=False)
    first = books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q1")
    settle_scheme(books, "second", "2023Q1")
    books.emit("CLOUD", FEBRUARY, "400", supersedes=first)
    assert charges(books.settle("2023Q2")) == [("2023Q1", Decimal(-9))]
    settlement = settle_scheme(books, "second", "2023Q2")
    assert charges(settlement) == [("2023Q1", Decimal(-9))]


def test_late_and_corrected_tonnes_keep_both_bases_of_scope_2(books: Books) -> None:
    def scope_2(market: str, location: str, **more: Any) -> Any:
        return books.emit("CLOUD", FEBRUARY, market, scope=2, location_kgco2e=location, **more)

    first = scope_2("2000", "9000")
    books.settle("2023Q1")
    scope_2("100", "700")
    scope_2("1700", "5000", supersedes=first)
    line = books.settle("2023Q2").lines.get()
    # location: 700 − 9,000 + 5,000; market, which is charged: 100 − 2,000 + 1,700
    assert line.location_mgco2e == -3_300_000_000
    assert line.market_mgco2e == line.settled_mgco2e == -200_000_000
    assert (line.settled_before_mgco2e, line.amount_before_minor) == (2_000_000_000, 3000)
    assert (line.amount_minor, line.record_count) == (-300, 3)


def test_days_outside_every_period_are_counted_from_the_first_to_the_last(books: Books) -> None:
    books.periods["2023Q1"].delete()
    for day in (11, 12, 10, 12):
        books.emit("CLOUD", date(2023, 2, day), "1000")
    with pytest.raises(ActivityOutsidePeriods, match=r"4 .* 2023-02-10 and 2023-02-12"):
        prepare(books, "2023Q2")


def test_shards_are_few_for_few_records_and_bounded_for_many(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        books.emit("CLOUD", FEBRUARY, "1000")
    settlement = prepare(books, "2023Q1")
    assert (settlement.shard_count, settlement.record_count) == (4, 5)
    assert sorted(shard.input_count for shard in settlement.shards.all()) == [0, 0, 0, 5]
    terms = scheme_terms(code="fee")
    inputs = settlement_lines.read_inputs(settlement, terms)
    assert (inputs.outside_count, inputs.outside_from, inputs.outside_to) == (0, None, None)
    monkeypatch.setattr(settlement_lines, "FEWEST_SHARDS", 1)
    monkeypatch.setattr(settlement_lines, "MOST_SHARDS", 3)
    for records_per_shard, shards in [(25_000, 1), (2, 2), (1, 3)]:
        monkeypatch.setattr(settlement_lines, "RECORDS_PER_SHARD", records_per_shard)
        assert len(settlement_lines.read_inputs(settlement, terms).shards) == shards


# --- on what was settled before -----------------------------------------------------------------


def emit_every_kind(books: Books, day: date, times: int) -> dict[int, str]:
    """One record of every kind of line; `times` its quantity. Which is which, by id."""
    made = {}

    def emit(name: str, kgco2e: int, department: str = "CLOUD", **facts: Any) -> None:
        made[books.emit(department, day, str(kgco2e * times), **facts).pk] = name

    emit("Scope 1", 100)
    emit("Scope 1 in Korea", 1000, country="KR")
    emit("Scope 2", 200, scope=2, location_kgco2e=str(900 * times))
    emit("travel", 300, scope=3, category=6)
    emit("purchases", 500, scope=3, category=1)
    emit("commuting", 400, scope=3, category=7)
    emit("short", 550, durability_class="short", **REMOVAL)
    emit("medium", 600, durability_class="medium", **REMOVAL)
    emit("long", 700, durability_class="long", **REMOVAL)
    emit("offices", 800, department="OFFICES")
    return made


# kind, scope, category, durability, price, kg, cents
EVERY_KIND = {
    "Scope 1": ("charge", 1, None, "", 15, 100, 150),
    "Scope 1 in Korea": ("charge", 1, None, "", 20, 1000, 2000),
    "Scope 2": ("charge", 2, None, "", 15, 200, 300),
    "travel": ("charge", 3, 6, "", 15, 300, 450),
    "purchases": ("recorded", 3, 1, "", None, 500, 0),
    "commuting": ("recorded", 3, 7, "", None, 400, 0),
    "short": ("recorded", None, None, "short", None, 550, 0),
    "medium": ("incentive", None, None, "medium", 40, 600, 2400),
    "long": ("recorded", None, None, "long", None, 700, 0),
    "offices": ("charge", 1, None, "", 15, 800, 1200),
}


MONEY = {"charge": "fee_expense", "incentive": "incentive_income", "recorded": None}


def lines_by_record(settlement: Settlement, names: dict[int, str]) -> dict[str, Any]:
    """The line that settles each record."""
    found = SettledRecord.objects.filter(line__settlement=settlement).select_related("line")
    return {names[row.emission_record_id]: row.line for row in found}


def assert_lines(settlement: Settlement, names: dict[int, str], times: int, before: int) -> None:
    lines = lines_by_record(settlement, names)
    assert lines.keys() == EVERY_KIND.keys()
    assert settlement.lines.count() == len(EVERY_KIND)
    for name, (kind, scope, category, durability, price, kgco2e, cents) in EVERY_KIND.items():
        line = lines[name]
        assert (line.kind, line.scope, line.category) == (kind, scope, category)
        assert (line.durability_class, line.price_per_tonne) == (durability, price)
        assert (line.department.code == "OFFICES") == (name == "offices")
        assert line.market_mgco2e == line.settled_mgco2e == kgco2e * times * 10**6
        assert line.location_mgco2e == (900 if name == "Scope 2" else kgco2e) * times * 10**6
        assert (line.amount_minor, line.amount_before_minor) == (cents * times, cents * before)
        assert line.settled_before_mgco2e == kgco2e * before * 10**6
        assert line.record_count == 1
        assert MONEY[kind] == (line.money_account and line.money_account.kind)
        assert line.quantity_account is not None
        assert line.quantity_account.kind == ("removals" if durability else "emissions")


def test_every_kind_of_line_goes_on_from_all_that_was_settled_on_it(books: Books) -> None:
    """February's tonnes come in four settlements: 1, 2, 4 and 8 times the quantities; each line
    knows the 1, 3 and 7 times before it, and no line takes another's."""
    CarbonPrice.objects.create(
        scheme=books.scheme,
        country="KR",
        price_per_tonne=Decimal(20),
        in_force=(date(2023, 1, 1), None),
        proposed_by=books.people["analyst"],
        approved_by=books.people["approver"],
    )
    for period, times, before in [("2023Q1", 1, 0), ("2023Q1", 2, 1), ("2023Q2", 4, 3)]:
        names = emit_every_kind(books, FEBRUARY, times)
        assert_lines(books.settle(period), names, times, before)
    found_scheme(books, "second", keeps_atmosphere=False)
    settle_scheme(books, "second", "2023Q2")  # what another scheme settled is nothing of ours
    names = emit_every_kind(books, FEBRUARY, 8)
    last = books.settle("2023Q3")
    assert_lines(last, names, 8, 7)
    assert {line.is_true_up for line in last.lines.all()} == {True}
    # The next quarter's own tonnes begin at nothing.
    names = emit_every_kind(books, AUGUST, 1)
    assert_lines(books.settle("2023Q3"), names, 1, 0)


def test_departments_of_one_shard_and_quarters_of_one_settlement_stay_apart(books: Books) -> None:
    """CLOUD and the fifth department share a shard of four. In the third quarter both are late for
    the first and the second: each line goes on from its own department and quarter."""
    entity = LegalEntity.objects.get()
    for code in ("C", "D", "E"):
        new = books.departments[code] = Department.objects.create(code=code, name=code)
        DepartmentPlacement.objects.create(department=new, legal_entity=entity, in_force=ALWAYS)
    fifth = next(
        code
        for code, other in books.departments.items()
        if code != "CLOUD" and other.pk % 4 == books.departments["CLOUD"].pk % 4
    )
    quantities = [("CLOUD", FEBRUARY, 100), ("CLOUD", MAY, 300), (fifth, FEBRUARY, 700)]
    for department, day, kgco2e in [*quantities, (fifth, MAY, 1100)]:
        books.emit(department, day, str(kgco2e))
    books.settle("2023Q1")
    books.settle("2023Q2")
    for department, day, kgco2e in [*quantities, (fifth, MAY, 1100)]:
        books.emit(department, day, str(2 * kgco2e))
    lines = books.settle("2023Q3").lines.select_related("department", "activity_period")
    assert {
        (line.department.code, line.activity_period.code): (
            line.settled_before_mgco2e // 10**6,
            line.settled_mgco2e // 10**6,
            line.amount_before_minor,
            line.amount_minor,
            line.record_count,
        )
        for line in lines
    } == {
        ("CLOUD", "2023Q1"): (100, 200, 150, 300, 1),
        ("CLOUD", "2023Q2"): (300, 600, 450, 900, 1),
        (fifth, "2023Q1"): (700, 1400, 1050, 2100, 1),
        (fifth, "2023Q2"): (1100, 2200, 1650, 3300, 1),
    }


@pytest.mark.parametrize(
    ("kgco2e", "cents"),
    [
        ("0.125", 1),
        ("0.124999", 0),
        ("0.375", 2),
        ("0.374999", 1),
        ("-0.125", -1),
        ("-0.124999", 0),
    ],
)
def test_half_a_cent_rounds_away_from_zero_and_a_milligram_less_does_not(
    books: Books, kgco2e: str, cents: int
) -> None:
    """A removal earns $40 a tonne: 0.125 kg are half a cent; one undone is negative."""
    books.emit("CLOUD", FEBRUARY, kgco2e, durability_class="medium", **REMOVAL)
    assert books.settle("2023Q1").lines.get().amount_minor == cents


def test_cents_round_on_all_tonnes_of_the_key_within_a_quarter_and_over_quarters(
    books: Books,
) -> None:
    """0.3 kg at $15 are $0.0045: 0.00, then 0.009 − 0.00, then 0.0135 − 0.01, then 0.018 − 0.01."""
    cents = []
    for period in ("2023Q1", "2023Q1", "2023Q2", "2023Q3"):
        books.emit("CLOUD", FEBRUARY, "0.3")
        cents.append(books.settle(period).lines.get().amount_minor)
    assert cents == [0, 1, 0, 1]


def test_a_replay_of_an_old_settlement_knows_neither_itself_nor_a_later_one(books: Books) -> None:
    """The same cents, worked out again once all four settlements are posted."""
    for period in ("2023Q1", "2023Q1", "2023Q2", "2023Q3"):
        books.emit("CLOUD", FEBRUARY, "0.3")
        books.settle(period)
    replayed = {
        period: [
            line.amount_minor
            for line in replay(
                scheme_code="fee", period_code=period, settings=Settings(), as_billed=True
            ).lines
        ]
        for period in QUARTERS
    }
    assert replayed == {"2023Q1": [0, 1], "2023Q2": [0], "2023Q3": [1]}
