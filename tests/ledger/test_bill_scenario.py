"""What if, on a bill: with nothing changed it is the bill; changed, it is worked by hand, and is
what a replay of the period says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from departments.inventory.errors.entering import TrialRefused
from ledger.bill_facts import BillFacts, BillSettings, ScenarioLine, facts_of_bill
from ledger.bill_scenario import what_if
from ledger.bill_shares import keeps_shares
from ledger.bill_swaps import swappables
from ledger.errors.proposals import ScenarioInvalid
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import SettlementLine
from ledger.replay import replay
from ledger.scenario_settings import ScenarioPrice, Settings
from ledger.statements import statement_of
from pricing.models import CarbonPrice, Mechanism
from tests.inventory.conftest import FLIGHT, excerpts, factors  # noqa: F401  # fixtures
from tests.ledger.books import Books, open_books
from tests.ledger.sharing import found_sharing, measure, reward, settle, signed

FLOWN = (FLIGHT, "100000", "passenger.km")


@pytest.fixture
def books(db: None) -> Books:
    """Two prices within a quarter, two settlements of it, and odd kilograms."""
    books = open_books()
    CarbonPrice.objects.create(
        scheme=books.scheme,
        price_per_tonne=Decimal("17.35"),
        scope=1,
        in_force=(date(2023, 2, 1), None),
        **signed(books),
    )
    books.emit("CLOUD", date(2023, 1, 15), "333.333", scope=1)
    books.emit("CLOUD", date(2023, 2, 15), "777.777", scope=1)
    books.emit("CLOUD", date(2023, 2, 1), "1001.017", scope=2, location_kgco2e="4102.5")
    books.emit("OFFICES", date(2023, 2, 1), "45000", scope=1)
    books.settle("2023Q1")
    books.emit("CLOUD", date(2023, 3, 1), "55.055", scope=1)
    books.settle("2023Q1")
    return books


def facts(code: str = "CLOUD", scheme: str = "fee", period: str = "2023Q1") -> BillFacts:
    statement = statement_of(department_code=code, scheme_code=scheme, period_code=period)
    department = SettlementLine.objects.filter(department__code=code)[0].department
    return facts_of_bill(statement=statement, department=department)


def line_of(lines: tuple[ScenarioLine, ...], kind: str) -> ScenarioLine:
    (found,) = [each for each in lines if each.line.kind == kind]
    return found


def test_with_nothing_changed_it_is_the_bill(books: Books):
    for code in ("CLOUD", "OFFICES"):
        of = facts(code)
        found = what_if(of, BillSettings())
        assert [each.amount for each in found.lines] == [line.amount for line in of.statement.lines]
        assert (found.before, found.after) == (of.statement.net, of.statement.net)
        assert not any(amount for _, amount in found.steps)
        assert not any(each.is_changed for each in found.lines)
    assert len({each.before for each in what_if(facts(), BillSettings()).lines}) > 1  # with history


@pytest.mark.parametrize("price", ["0", "15", "99.99", "123.456789"])
def test_another_price_is_what_a_replay_says(books: Books, price: str):
    paid = what_if(facts(), BillSettings(price_per_tonne=Decimal(price)))
    everything = replay(
        scheme_code="fee",
        period_code="2023Q1",
        settings=Settings(prices=(ScenarioPrice(Decimal(price)),)),
    )
    (same,) = [each for each in everything.departments if each.department == "CLOUD"]
    assert paid.after == Decimal(same.replayed.net_minor).scaleb(-2)


def test_fewer_tonnes_are_charged_as_such(books: Books):
    of = facts()
    found = what_if(of, BillSettings(reductions=(((2, None), Decimal("12.5")),)))
    (two,) = [each for each in found.lines if each.line.scope == 2]
    # 1,001.017 kg × 12.5 % = 125.127125 kg; 875.889875 kg × 15 ÷ 1,000 = 13.138…
    assert (two.steps[0].kgco2e, two.kgco2e) == (Decimal("-125.127125"), Decimal("875.889875"))
    assert (two.line.amount, two.amount) == (Decimal("15.02"), Decimal("13.14"))
    assert found.difference == Decimal("-1.88")
    assert [each.line.scope for each in found.lines if each.is_changed] == [2]
    nothing = what_if(of, BillSettings(reductions=(((1, None), Decimal(100)),)))
    assert nothing.after == Decimal("15.02")


def test_steps_foot_and_keep_their_order(books: Books):
    settings = BillSettings(
        price_per_tonne=Decimal(40), reductions=(((1, None), Decimal(33)), ((2, None), Decimal(7)))
    )
    found = what_if(facts(), settings)
    assert found.before + sum(amount for _, amount in found.steps) == found.after
    assert [name for name, amount in found.steps if amount] == ["reduction", "price"]
    assert sum(each.amount for each in found.lines) == found.after


def test_certificates_take_market_based_tonnes_and_nothing_else(books: Books):
    of = facts()
    assert of.swaps.bought == ()  # reported, but as Scope 1 activity
    books.emit(
        "OFFICES",
        date(2023, 4, 3),
        "2000",
        scope=2,
        location_kgco2e="5000",
        did=("electricity/grid", "10000", "kWh"),
    )
    books.settle("2023Q2")
    of = facts("OFFICES", period="2023Q2")
    found = what_if(of, BillSettings(certificate_percent=Decimal(25)))
    assert found.after == Decimal("22.50")  # 1.5 t × 15
    assert [(s.name, s.kgco2e) for s in found.lines[0].steps] == [("certificates", Decimal(-500))]
    by_grid = swappables([each.line for each in of.lines], scope2_basis="location")
    assert by_grid.bought == ()  # there a certificate would change nothing


def fly(books: Books) -> BillFacts:
    """100,000 passenger-km of CLOUD in 2024 by air, of which the books know 20,011 kg."""
    AccountingPeriod.objects.create(code="2024Q1", days=(date(2024, 1, 1), date(2024, 4, 1)))
    day = date(2024, 2, 1)
    books.emit("CLOUD", day, "20011", scope=3, category=6, did=FLOWN)
    books.emit("CLOUD", day, "9000", scope=3, category=6, did=("hotel-stay/x", "10", "night"))
    books.settle("2024Q1")
    return facts(period="2024Q1")


@pytest.mark.usefixtures("factors")
def test_flights_by_rail_worked_by_hand(books: Books):
    of = fly(books)
    assert (of.swaps.flown, of.swaps.flown_kgco2e) == (Decimal(100000), Decimal(20011))
    found = what_if(of, BillSettings(rail_percent=Decimal(40)))
    one = line_of(found.lines, "charge")
    # 40,000 km: 8,004.4 kg less by air, 40,000 × 0.03546 = 1,418.4 kg more by national rail
    assert [step.kgco2e for step in one.steps] == [Decimal("-8004.4"), Decimal("1418.4")]
    assert one.kgco2e == Decimal("22425")  # of 29,011 kg, the hotel among them
    assert (found.before, found.after) == (Decimal("435.17"), Decimal("336.38"))
    trial = one.steps[1].trial
    assert trial is not None
    assert "UK2024" in str(trial.result.trace)
    both = what_if(of, BillSettings(rail_percent=Decimal(40), reductions=(((3, 6), Decimal(10)),)))
    assert both.lines[0].kgco2e == Decimal("20182.5")


def test_without_a_factor_for_the_train_it_is_refused(books: Books):
    with pytest.raises(TrialRefused):
        what_if(fly(books), BillSettings(rail_percent=Decimal(40)))


def test_what_is_paid_below_a_baseline_follows(books: Books):
    scheme = found_sharing(books, Mechanism.FEE)
    reward(books, scheme, "10")
    measure(books, scheme, "2023Q1", CLOUD="2")
    settle(books, scheme, "2023Q1")
    of = facts(scheme="shared")
    # 1,166.165 kg of Scope 1 are 833.835 kg below 2 t: 8.34 earned, 46.65 charged
    assert of.statement.net == Decimal("46.65") - Decimal("8.34")
    found = what_if(of, BillSettings(reductions=(((1, None), Decimal(50)),)))
    share = line_of(found.lines, "allocation")
    assert share.amount == Decimal("-14.17")  # 1,416.9175 kg below
    assert found.after == Decimal("23.32") - Decimal("14.17")
    assert "1,416.9175 kg below" in " ".join(share.explanation)
    assert what_if(of, BillSettings()).after == of.statement.net
    assert not keeps_shares(of)


def test_who_was_above_the_baseline_may_come_below_it(books: Books):
    scheme = found_sharing(books, Mechanism.FEE)
    reward(books, scheme, "10")
    measure(books, scheme, "2023Q1", CLOUD="1")
    settle(books, scheme, "2023Q1")
    of = facts(scheme="shared")
    assert "allocation" not in {line.kind for line in of.statement.lines}
    found = what_if(of, BillSettings(reductions=(((1, None), Decimal(50)),)))
    # 583.0825 kg at 40, and 416.9175 kg below 1 t at 10
    assert line_of(found.lines, "allocation").amount == Decimal("-4.17")
    assert found.after == Decimal("23.32") - Decimal("4.17")


def test_a_target_costs_what_it_would_at_the_new_price(books: Books):
    scheme = found_sharing(books, Mechanism.BASELINE_TARGET_PAID)
    measure(books, scheme, "2023Q1", CLOUD="1")
    settle(books, scheme, "2023Q1")
    found = what_if(facts(scheme="shared"), BillSettings(price_per_tonne=Decimal(100)))
    assert found.after == Decimal("116.62") - Decimal("100.00")


def test_what_others_share_stays_and_says_so(books: Books):
    scheme = found_sharing(books, Mechanism.FEEBATE)
    measure(books, scheme, "2023Q1", CLOUD="1", OFFICES="3")
    settle(books, scheme, "2023Q1")
    of = facts(scheme="shared")
    assert keeps_shares(of)
    less = what_if(of, BillSettings(reductions=(((1, None), Decimal(50)),)))
    assert not line_of(less.lines, "allocation").is_changed
    with pytest.raises(ScenarioInvalid, match="everybody's return"):
        what_if(of, BillSettings(price_per_tonne=Decimal(1)))


def test_nonsense_is_refused_all_at_once(books: Books):
    nonsense = BillSettings(
        price_per_tonne=Decimal(-1),
        reductions=(((3, 1), Decimal(5)),),
        rail_percent=Decimal(101),
    )
    with pytest.raises(ScenarioInvalid) as refused:
        what_if(facts(), nonsense)
    for words in ("price of -1", "101 %", "charges nothing of (3, 1)"):
        assert words in str(refused.value)
