"""A period replayed: the bill to the cent where nothing is changed, and the books untouched."""

from __future__ import annotations

import io
import json
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ledger import seal
from ledger.errors import LedgerError
from ledger.errors.calendar import PeriodNotFound
from ledger.errors.proposals import ScenarioInvalid
from ledger.errors.settlements import AllocationImpossible, PriceMissing
from ledger.models.settlements import SettlementLine
from ledger.replay import Replay, replay
from ledger.scenario_settings import (
    ScenarioPrice,
    Settings,
    read_place,
    read_price,
    read_price_path,
)
from pricing.models import CarbonPrice, IncentiveRate, Measure, Mechanism
from tests.counting import rows_by_table
from tests.ledger.books import ALWAYS, Books, found_scheme
from tests.ledger.sharing import cap, contribute, found_sharing, levy, measure, reward, settle
from tests.ledger.test_factor_switch import records, two_years  # noqa: F401  # fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture
def settled(books: Books) -> Books:
    """Two quarters: amounts that round, a late record, a restatement, a removal, a free tonne."""
    books.emit("CLOUD", date(2023, 1, 15), "333.333333")
    first = books.emit("CLOUD", date(2023, 2, 1), "1000.000001", scope=2, location_kgco2e="4000.5")
    books.emit("CLOUD", date(2023, 3, 1), "777.7", scope=3, category=1)
    books.emit("OFFICES", date(2023, 3, 1), "45000.333", scope=3, category=6)
    books.settle("2023Q1")
    books.emit("CLOUD", date(2023, 3, 31), "0.333333")  # late
    books.emit(
        "CLOUD",
        date(2023, 2, 1),
        "1500.123456",
        scope=2,
        location_kgco2e="4000.5",
        supersedes=first,
    )
    books.emit("CLOUD", date(2023, 5, 1), "2000.333")
    books.emit("OFFICES", date(2023, 4, 1), "100.1", scope=3, category=6)
    books.emit(
        "OFFICES", date(2023, 6, 1), "7000", durability_class="medium", removal_state="verified"
    )
    books.settle("2023Q2")
    return books


def again(period: str = "2023Q1", *, as_billed: bool = False, **changes: Any) -> Replay:
    return replay(
        scheme_code="fee",
        period_code=period,
        settings=Settings(**changes),
        as_billed=as_billed,
    )


def by_department(found: Replay) -> dict[str, tuple[int, int]]:
    return {
        each.department: (each.billed.net_minor, each.replayed.net_minor)
        for each in found.departments
    }


@pytest.mark.parametrize("period", ["2023Q1", "2023Q2"])
def test_as_billed_it_is_the_bill_line_by_line(settled: Books, period: str):
    found = again(period, as_billed=True)
    posted = SettlementLine.objects.filter(settlement__period__code=period)
    replayed = Counter(
        (line.department, line.period, line.kind, line.scope, line.category,
         line.durability_class, line.price_per_tonne, line.settled_mgco2e, line.amount_minor,
         line.record_count)
        for line in found.lines
    )  # fmt: skip
    assert replayed == Counter(
        posted.values_list(
            "department__code", "activity_period__code", "kind", "scope", "category",
            "durability_class", "price_per_tonne", "settled_mgco2e", "amount_minor",
            "record_count",
        )
    )  # fmt: skip
    assert len(found.lines) == (4 if period == "2023Q1" else 5)
    assert all(each.difference_minor == 0 for each in found.departments)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        # Q1 with what came later: 333.666666 kg and 1,500.123456 kg at 15, each rounded once
        ("2023Q1", {"CLOUD": 500 + 2250, "OFFICES": 67500}),
        ("2023Q2", {"CLOUD": 3000, "OFFICES": 150 - 28000}),
    ],
)
def test_as_known_today_it_is_all_that_was_billed_for_its_activity(
    settled: Books, period: str, expected: dict[str, int]
):
    found = again(period)
    assert by_department(found) == {code: (net, net) for code, net in expected.items()}
    assert (found.winners, found.losers) == ((), ())


def test_nothing_is_left_behind(settled: Books):
    def marks() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT last_value, is_called FROM ledger_settlementline_id_seq")
            drawn = cursor.fetchone()
            cursor.execute("SELECT count(*) FROM pg_class WHERE relname IN ('drawn', 'gathered')")
            return [rows_by_table(), seal.chain_head(), drawn, cursor.fetchone()]

    before = marks()
    again(prices=(ScenarioPrice(Decimal(100)),))
    again(as_billed=True)
    assert marks() == before


def test_a_price_for_all_and_one_for_a_part(settled: Books):
    prices = (read_price("100"), read_price("3.6=20.5"))
    found = again(prices=prices)
    # 333.666666 kg and 1,500.123456 kg at 100; 45,000.333 kg of travel at 20.5
    assert by_department(found) == {"CLOUD": (2750, 3337 + 15001), "OFFICES": (67500, 92251)}
    assert [each.department for each in found.losers] == ["OFFICES", "CLOUD"]
    # A part alone leaves the rest at its own price, even where a department has one of its own.
    CarbonPrice.objects.create(
        scheme=settled.scheme,
        department=settled.departments["OFFICES"],
        scope=3,
        category=6,
        price_per_tonne=Decimal(1),
        in_force=(date(2020, 1, 1), None),
        proposed_by=settled.people["analyst"],
        approved_by=settled.people["approver"],
    )
    found = again(prices=(read_price("3.6=20.5"),))
    assert by_department(found) == {"CLOUD": (2750, 2750), "OFFICES": (67500, 92251)}


def test_a_price_path_changes_within_the_period(settled: Books):
    path = read_price_path("from,price_per_tonne,place\n2023-01-01,10,\n2023-02-01,20,\n")
    # 333.333333 kg in January at 10; 0.333333 kg and Scope 2 from February on at 20
    assert by_department(again(prices=path))["CLOUD"] == (2750, 333 + 1 + 3000)


def test_coverage_basis_and_incentives(settled: Books):
    covered = again(coverage=(read_place("3.1"),))
    assert by_department(covered) == {"CLOUD": (2750, 1167), "OFFICES": (67500, 0)}
    assert by_department(again(scope2_basis="location"))["CLOUD"] == (2750, 500 + 6001)
    paid = again("2023Q2", incentive_rates=(("medium", Decimal(50)),))
    assert by_department(paid)["OFFICES"] == (150 - 28000, 150 - 35000)
    assert [each.department for each in paid.winners] == ["OFFICES"]


def test_the_rules_of_another_scheme_or_day(settled: Books):
    other = found_scheme(settled, "steep", keeps_atmosphere=False)
    later = (date(2024, 1, 1), None)
    signed = {"proposed_by": settled.people["analyst"], "approved_by": settled.people["approver"]}
    CarbonPrice.objects.create(
        scheme=other, price_per_tonne=Decimal(200), scope=1, in_force=later, **signed
    )
    assert by_department(again(under="steep"))["CLOUD"] == (2750, 2750)
    as_in_2024 = again(under="steep", rules_on=date(2024, 6, 1))
    assert by_department(as_in_2024)["CLOUD"] == (2750, 6673 + 2250)


@pytest.mark.usefixtures("records")
def test_another_factor_set_changes_what_the_factor_changes_alone(books: Books):
    books.settle("2023Q1")
    books.settle("2024Q1")
    before = {each.department: each.billed for each in again("2024Q1").departments}
    found = again("2024Q1", factor_sets=("desnz_2024", "desnz_2025"))
    (cloud,) = found.departments
    assert cloud.billed == before["CLOUD"]
    # 133,333.8335 passenger-km × 0.11704 and 412,500.1234567891 kWh × 0.177, each record to the mg
    travel = Decimal("11704.058520") + Decimal("3901.333294")
    assert cloud.replayed.charged_kgco2e == travel + Decimal("73012.521852")
    assert again("2024Q1", factor_sets=("desnz_2024", "desnz_2024")).replayed == cloud.billed


@pytest.mark.parametrize(
    ("changes", "refusal", "words"),
    [
        ({"period": "2023Q3"}, ScenarioInvalid, "posted nothing for 2023Q3"),
        ({"period": "1999"}, PeriodNotFound, "1999"),
        ({"as_billed": True, "scope2_basis": "market"}, ScenarioInvalid, "keeps its rules"),
        ({"rules_on": date(2019, 1, 1), "coverage": ((1, None),)}, PriceMissing, "CLOUD, Scope 1"),
    ],
)
def test_what_can_not_be_replayed_is_told(
    settled: Books, changes: dict[str, Any], refusal: type[LedgerError], words: str
):
    with pytest.raises(refusal, match=words):
        again(**changes)


def shared_again(period: str = "2023Q1", *, as_billed: bool = False, **changes: Any) -> Replay:
    return replay(
        scheme_code="shared",
        period_code=period,
        settings=Settings(**changes),
        as_billed=as_billed,
    )


@pytest.fixture
def feebate(books: Books) -> Books:
    """Thirds that leave cents, in two quarters; the second brings a late tonne of the first."""
    scheme = found_sharing(books, Mechanism.FEEBATE)
    for period in ("2023Q1", "2023Q2"):
        measure(books, scheme, period, CLOUD="100", OFFICES="200.000001")
    books.emit("CLOUD", date(2023, 2, 1), "90333.333333")
    books.emit("OFFICES", date(2023, 2, 1), "210000")
    settle(books, scheme, "2023Q1")
    books.emit("CLOUD", date(2023, 2, 2), "1000.777")
    books.emit("OFFICES", date(2023, 5, 1), "5000.1")
    settle(books, scheme, "2023Q2")
    return books


def replayed_line_by_line(period: str) -> set[str]:
    """Assert that a period as billed is its posted lines; the kinds of lines that there are."""
    found = shared_again(period, as_billed=True)
    posted = SettlementLine.objects.filter(
        settlement__period__code=period, settlement__scheme__code="shared"
    )
    assert Counter(
        (line.department, line.period, line.kind, line.scope, line.amount_minor)
        for line in found.lines
    ) == Counter(
        posted.values_list(
            "department__code", "activity_period__code", "kind", "scope", "amount_minor"
        )
    )
    assert all(each.difference_minor == 0 for each in found.departments)
    assert found.billed == found.replayed
    return {line.kind for line in found.lines}


@pytest.mark.parametrize("period", ["2023Q1", "2023Q2"])
def test_a_feebate_is_replayed_whole_line_by_line_and_to_the_cent(feebate: Books, period: str):
    assert replayed_line_by_line(period) == {"charge", "allocation"}


@pytest.fixture
def capped(books: Books) -> Books:
    """A fee that pays $40 for an absorbed tonne and $5 for one below the baseline, 1,000.00 a year.

    850.00 of the first quarter become 830.00 by 4 t that come late; they leave 170.00 of 425.00 for
    the second.
    """
    scheme = found_sharing(books, Mechanism.FEE)
    IncentiveRate.objects.create(
        scheme=scheme, durability_class="medium", rate_per_tonne=40, in_force=ALWAYS,
        proposed_by=books.people["analyst"], approved_by=books.people["approver"],
    )  # fmt: skip
    reward(books, scheme, "5")
    cap(books, scheme, "1000")
    stored: dict[str, Any] = {"durability_class": "medium", "removal_state": "verified"}
    for period in ("2023Q1", "2023Q2"):
        measure(books, scheme, period, CLOUD="100", OFFICES="100")
    books.emit("CLOUD", date(2023, 2, 10), "90000")
    books.emit("OFFICES", date(2023, 2, 10), "110000")
    books.emit("CLOUD", date(2023, 2, 10), "20000", **stored)
    settle(books, scheme, "2023Q1")
    books.emit("CLOUD", date(2023, 3, 10), "4000")
    books.emit("OFFICES", date(2023, 5, 10), "95000")
    books.emit("OFFICES", date(2023, 5, 10), "10000", **stored)
    settle(books, scheme, "2023Q2")
    return books


@pytest.mark.parametrize("period", ["2023Q1", "2023Q2"])
def test_caps_and_abatement_are_replayed_line_by_line_and_to_the_cent(capped: Books, period: str):
    assert replayed_line_by_line(period) == {"charge", "incentive", "allocation"}


def test_caps_and_abatement_as_known_today_are_all_that_was_billed(capped: Books):
    # 94 t at 40 less 800.00 and 30.00; 110 t at 40
    assert by_department(shared_again("2023Q1")) == {
        "CLOUD": (293000, 293000),
        "OFFICES": (440000, 440000),
    }
    second = shared_again("2023Q2")
    # 95 t at 40 less the 170.00 that are left; 255.00 of 425.00 earned are over the cap
    assert by_department(second) == {"OFFICES": (363000, 363000)}
    assert (second.replayed.earned_minor, second.replayed.returned_minor) == (40000, -23000)


def test_another_rate_is_replayed_under_the_cap_that_earlier_periods_left(capped: Books):
    dear = shared_again("2023Q1", incentive_rates=(("medium", Decimal(100)),))
    # 20 t at 100 and 30.00 are 2,030.00 earned, of which 1,000.00 are paid
    assert by_department(dear)["CLOUD"] == (293000, 376000 - 100000)
    more = shared_again("2023Q2", incentive_rates=(("medium", Decimal(50)),))
    assert by_department(more) == {"OFFICES": (363000, 363000)}
    assert more.replayed.earned_minor == 50000
    assert more.replayed.returned_minor == 17000 - 50000
    cheap = shared_again("2023Q2", incentive_rates=(("medium", Decimal(1)),))
    # 10.00 and 25.00 are within 170.00
    assert by_department(cheap) == {"OFFICES": (363000, 380000 - 3500)}


def test_the_bill_of_a_fee_under_one_with_caps(capped: Books):
    capped.settle("2023Q1")
    found = again("2023Q1", under="shared")
    # 94 t at 15 less 800.00 for 20 t that are stored
    assert by_department(found) == {"CLOUD": (61000, 293000), "OFFICES": (165000, 440000)}


def test_what_moved_to_another_department_abates_nothing_in_a_replay(books: Books):
    scheme = found_sharing(books, Mechanism.FEE)
    reward(books, scheme, "5")
    for period in ("2023Q1", "2023Q2"):
        measure(books, scheme, period, CLOUD="100")
    first = books.emit("CLOUD", date(2023, 2, 10), "90000")
    settle(books, scheme, "2023Q1")
    assert by_department(shared_again("2023Q1")) == {"CLOUD": (355000, 355000)}
    books.emit("OFFICES", date(2023, 2, 10), "90000", supersedes=first)
    settle(books, scheme, "2023Q2")
    assert replayed_line_by_line("2023Q2") == {"charge", "allocation"}
    assert by_department(shared_again("2023Q1")) == {"CLOUD": (0, 0), "OFFICES": (360000, 360000)}


def test_a_feebate_as_known_today_is_all_that_was_billed_and_sums_to_nothing(feebate: Books):
    first = shared_again("2023Q1")
    # (90,333.333333 + 1,000.777 kg) × 40; pot 12,053.36, of which CLOUD has 100 of 300.000001 t
    assert first.billed.charged_minor == 365336 + 840000
    assert by_department(first) == {"CLOUD": (-36443, -36443), "OFFICES": (36443, 36443)}
    assert first.replayed.returned_minor == 365336 + 840000
    assert shared_again("2023Q2").replayed.net_minor == 0
    for changes in (
        {"prices": (ScenarioPrice(Decimal("77.77")),)},
        {"coverage": ((2, None),)},
        {"rules_on": date(2023, 6, 1)},
    ):
        assert shared_again("2023Q1", **changes).replayed.net_minor == 0


def test_the_bill_of_a_fee_under_a_feebate(feebate: Books):
    feebate.settle("2023Q1")
    found = again("2023Q1", under="shared")
    # 92,334.110333 → 91,334.110333 kg and 210 t at 15 were billed, in one settlement
    assert by_department(found) == {"CLOUD": (137001, -36443), "OFFICES": (315000, 36443)}
    assert found.replayed.net_minor == 0


def test_a_pot_and_a_levy_are_replayed_too(books: Books):
    pot = found_sharing(books, Mechanism.CONTRIBUTION)
    measure(books, pot, "2023Q1", Measure.BUDGET, CLOUD="1000", OFFICES="3000")
    contribute(books, pot, "2023Q1", "100.01")
    flights = found_sharing(books, Mechanism.PER_EVENT, code="flights")
    levy(books, flights, "travel/air", "50")
    books.emit("OFFICES", date(2023, 2, 1), "10", did=("travel/air/long-haul", "2", "flights"))
    books.emit("OFFICES", date(2023, 3, 1), "10", did=("travel/air/long-haul", "2", "flights"))
    settle(books, pot, "2023Q1")
    settle(books, flights, "2023Q1")
    # a quarter and three quarters of 100.01; 2 flights at 50
    assert by_department(shared_again()) == {"CLOUD": (2500, 2500), "OFFICES": (7501, 7501)}
    for as_billed in (False, True):
        found = replay(
            scheme_code="flights",
            period_code="2023Q1",
            settings=Settings(),
            as_billed=as_billed,
        )
        assert by_department(found) == {"OFFICES": (10000, 10000)}
        assert found.replayed.levied_minor == 10000


def test_a_feebate_without_baselines_of_the_period_is_not_shown_by_half(settled: Books):
    scheme = found_sharing(settled, Mechanism.FEEBATE)
    measure(settled, scheme, "2023Q2", CLOUD="100")
    with pytest.raises(
        AllocationImpossible, match="no department has an approved baseline in 2023Q1"
    ):
        again("2023Q1", under="shared")
    with pytest.raises(PriceMissing):
        again("2023Q1", under="shared", rules_on=date(2019, 1, 1), coverage=((1, None),))


@pytest.mark.parametrize("text", ["4", "3.16", "2.1", "", "3.x"])
def test_a_place_that_there_is_not_is_refused(text: str):
    with pytest.raises(ScenarioInvalid, match="no scope"):
        read_place(text)


@pytest.mark.parametrize("text", ["-1", "abc", "nan", "1.1234567", "3.6=", "9=5"])
def test_a_price_that_is_none_is_refused(text: str):
    with pytest.raises(ScenarioInvalid):
        read_price(text)


def test_the_command_shows_winners_losers_and_totals(settled: Books):
    out = io.StringIO()
    call_command("replay", scheme="fee", period="2023Q1", price=["100"], stdout=out)
    assert out.getvalue().splitlines() == [
        "fee 2023Q1, USD: 100 per tonne for everything.",
        "                                  billed            replayed          difference",
        "OFFICES                           675.00            4,500.03            3,825.03",
        "CLOUD                              27.50              183.38              155.88",
        "total                             702.50            4,683.41            3,980.91",
        "2 would pay more, 0 less.",
    ]
    out = io.StringIO()
    call_command("replay", scheme="fee", period="2023Q1", as_billed=True, json=True, stdout=out)
    told = json.loads(out.getvalue())
    assert told["total"]["difference"] == "0.00"
    assert told["in_words"] == ["Nothing is changed."]
    with pytest.raises(CommandError, match="no scope"):
        call_command("replay", scheme="fee", period="2023Q1", coverage=["5"], stdout=out)
