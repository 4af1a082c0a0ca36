"""What a settlement's own rules tell its mechanism, by hand: days, sums, prices and refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from ledger.allocation_rules import PeriodRules, Told, refuse_unready, shares_out, told_by
from ledger.errors.settlements import AllocationImpossible
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import Settlement
from pricing.incentive_caps import Cap
from pricing.mechanisms.terms import AbatementRate, Baseline
from pricing.price_lookup import SchemeTerms
from tests.ledger.books import Books

CLOUD, OFFICES = 7, 5


def period(pk: int, code: str, first_day: date, ends_before: date) -> AccountingPeriod:
    return AccountingPeriod(pk=pk, code=code, days=DateRange(first_day, ends_before))


Q1 = period(31, "Q1", date(2023, 1, 1), date(2023, 4, 1))
Q2 = period(32, "Q2", date(2023, 4, 1), date(2023, 7, 1))
Q4 = period(34, "Q4", date(2023, 10, 1), date(2024, 1, 1))
PERIODS = (Q1, Q2, Q4)  # nobody has opened the third quarter


def terms(mechanism: str, exponent: int = 2) -> SchemeTerms:
    return SchemeTerms(
        id=1,
        code="shared",
        name="Shared",
        mechanism=mechanism,
        currency="USD",
        currency_exponent=exponent,
        scope2_basis="market",
        starts_on=date(2023, 1, 1),
        keeps_atmosphere=False,
        is_illustrative=False,
        coverage=(),
    )


def told(mechanism: str, exponent: int = 2, **rules: list[dict[str, Any]]) -> Told:
    return told_by(rules, terms(mechanism, exponent), PERIODS)


def baseline(quantity: str, ends_before: str = "2023-04-01", **facts: Any) -> dict[str, Any]:
    return {
        "department_id": CLOUD,
        "department": "CLOUD",
        "scope": None,
        "category": None,
        "quantity": quantity,
        "ends_before": ends_before,
    } | facts


def of_offices(quantity: str, ends_before: str = "2023-04-01") -> dict[str, Any]:
    return baseline(quantity, ends_before, department_id=OFFICES, department="OFFICES")


def contribution(amount: str, ends_before: str = "2023-04-01") -> dict[str, Any]:
    return {"amount": amount, "ends_before": ends_before}


def days(starts_on: str, ends_before: str | None) -> dict[str, Any]:
    return {"starts_on": starts_on, "ends_before": ends_before}


def price(rank: int, amount: str, **facts: Any) -> dict[str, Any]:
    return {
        "rank": rank,
        "price_per_tonne": amount,
        "department_id": None,
        "scope": None,
        "category": None,
        "country": "",
        **days("2020-01-01", None),
    } | facts


def rate(amount: str, starts_on: str, ends_before: str | None, **facts: Any) -> dict[str, Any]:
    place = {"rate_per_tonne": amount, "scope": None, "category": None}
    return place | days(starts_on, ends_before) | facts


def cap(amount: str, **facts: Any) -> dict[str, Any]:
    year = days("2023-01-01", "2024-01-01")
    return {"amount": amount, "department": "", "durability_class": ""} | year | facts


# --- whether there is anything to share out -----------------------------------------------------


def test_a_fee_shares_out_where_it_has_a_rate_or_a_cap() -> None:
    fee = terms("fee")
    assert shares_out({}, fee) is False
    assert shares_out({"abatement_rates": [], "incentive_caps": []}, fee) is False
    assert shares_out({"abatement_rates": [1]}, fee) is True
    assert shares_out({"incentive_caps": [1]}, fee) is True
    assert shares_out({}, terms("feebate")) is True
    assert shares_out({"abatement_rates": [1]}, terms("showback")) is False


# --- which period -------------------------------------------------------------------------------


def test_a_contribution_belongs_to_the_period_of_its_last_day() -> None:
    """Powers of two, so that a sum says which of them are in it."""
    lasts_until = [
        "2023-01-01",  # the day before the first quarter
        "2023-01-02",
        "2023-04-01",
        "2023-04-02",
        "2023-07-01",
        "2023-07-02",  # a quarter that nobody has opened
        "2023-10-01",
        "2023-10-02",
        "2024-01-01",
        "2024-01-02",
    ]
    rules = [contribution(str(2**n), day) for n, day in enumerate(lasts_until)]
    found = told("contribution", contributions=rules)
    pots = {pk: rules.pot for pk, rules in found.periods.items()}
    assert pots == {31: 2 + 4, 32: 8 + 16, 34: 128 + 256}
    assert found.of(31).pot == 6
    assert found.of(33) == PeriodRules() == PeriodRules({}, {}, Decimal(0), [], [])


def test_a_pot_is_rounded_once_half_away_from_zero() -> None:
    """Twice 0.0025 are half a cent; more digits than Decimal keeps by itself are kept."""
    twice = told("contribution", contributions=[contribution("0.0025"), contribution("0.0025")])
    assert (twice.of(31).pot, twice.of(31).pot_minor(2)) == (Decimal("0.0050"), 1)
    assert PeriodRules(pot=Decimal("-0.005")).pot_minor(2) == -1
    assert PeriodRules(pot=Decimal("0.0049")).pot_minor(2) == 0
    assert PeriodRules(pot=Decimal("0.5")).pot_minor(0) == 1
    long = [contribution("1234567890123.45"), contribution("0.00000000000000000001")]
    found = told("contribution", contributions=long).of(31).pot
    assert found == Decimal("1234567890123.45000000000000000001")


def test_budgets_of_a_department_are_added_up_period_by_period() -> None:
    rules = [baseline("10"), of_offices("3"), baseline("-4"), baseline("7", "2023-07-01")]
    found = told("contribution", baselines=rules)
    assert found.of(31).budgets == {CLOUD: 6, OFFICES: 3}
    assert found.of(32).budgets == {CLOUD: 7}
    assert found.of(31).baselines == {}
    assert found.codes == {CLOUD: "CLOUD", OFFICES: "OFFICES"}


def test_baselines_stay_apart_by_department_and_kind() -> None:
    rules = [baseline("10"), of_offices("3"), baseline("4.5", scope=3, category=6)]
    found = told("feebate", baselines=[*rules, baseline("1", "2023-10-01")])
    assert found.periods == {
        31: PeriodRules(
            baselines={
                CLOUD: [Baseline(Decimal(10)), Baseline(Decimal("4.5"), 3, 6)],
                OFFICES: [Baseline(Decimal(3))],
            }
        )
    }
    assert found.codes == {CLOUD: "CLOUD", OFFICES: "OFFICES"}
    assert (found.problems, found.caps) == ((), ())


def test_without_rules_nothing_is_told() -> None:
    assert told("feebate") == Told({}, {}, (), ())


def test_an_event_rate_counts_for_every_period_that_it_touches() -> None:
    rules = {
        "from the second quarter on": days("2023-04-01", None),
        "until its first day": days("2022-01-01", "2023-04-01"),
        "two days": days("2023-03-31", "2023-04-02"),
        "before": days("2022-01-01", "2023-01-01"),
        "in the gap": days("2023-07-01", "2023-10-01"),
        "after": days("2024-01-01", None),
    }
    found = told("per_event", event_rates=[{"name": name} | of for name, of in rules.items()])
    names = {pk: [rate["name"] for rate in told.event_rates] for pk, told in found.periods.items()}
    assert names == {
        31: ["until its first day", "two days"],
        32: ["from the second quarter on", "two days"],
        34: ["from the second quarter on"],
    }


def test_an_abatement_rate_counts_for_periods_whose_last_day_it_is_in_force_on() -> None:
    rules = [
        rate("1", "2023-03-31", "2023-04-01"),
        rate("2", "2023-04-01", "2023-06-30"),  # ends the day before the last
        rate("3", "2023-06-30", None, scope=3, category=6),
        rate("4", "2024-01-01", None),
    ]
    found = told("fee", abatement_rates=rules)
    travel = AbatementRate(Decimal(3), 3, 6)
    assert {pk: rules.abatement_rates for pk, rules in found.periods.items()} == {
        31: [AbatementRate(Decimal(1))],
        32: [travel],
        34: [travel],
    }


# --- what a baseline costs ----------------------------------------------------------------------


def priced(rules: list[dict[str, Any]], **facts: Any) -> Decimal | None:
    """The price of a baseline of Q1, whose last day is 31 March."""
    one = baseline("10", **facts)
    found = told("budget_neutral_start", baselines=[one], price_rules=rules)
    (row,) = found.of(31).baselines[CLOUD]
    return row.price_per_tonne


def test_of_the_prices_that_fit_the_lowest_rank_wins() -> None:
    rules = [price(30, "30"), price(10, "10", department_id=CLOUD), price(20, "20")]
    for order in (rules, rules[::-1]):
        assert priced(order) == 10
        assert priced(order[:2] if order is rules else order[1:]) == 10
        assert priced(order, department_id=CLOUD) == 10
    assert priced([price(1, "1", department_id=OFFICES), rules[0]]) == 30
    assert priced([price(40, "40", department_id=CLOUD), rules[0]]) == 30


def test_a_price_fits_its_scope_and_category_and_a_country_has_no_baseline() -> None:
    scope_3, travel = price(20, "20", scope=3), price(10, "10", scope=3, category=6)
    korea, rest = price(5, "5", country="KR"), price(30, "30")
    rules = [scope_3, travel, korea, rest]
    assert priced(rules, scope=3, category=6) == 10
    assert priced(rules, scope=3, category=7) == 20
    assert priced(rules, scope=3) == 20
    assert priced(rules, scope=1) == 30
    assert priced(rules) == 30


def test_a_price_counts_on_its_days() -> None:
    """A baseline is priced on its last day, 31 March."""
    other = price(30, "30")
    assert priced([price(10, "10", starts_on="2023-03-31"), other]) == 10
    assert priced([price(10, "10", starts_on="2023-04-01"), other]) == 30
    assert priced([price(10, "10", ends_before="2023-04-01"), other]) == 10
    assert priced([price(10, "10", ends_before="2023-03-31"), other]) == 30


def test_every_baseline_without_a_price_is_named_with_its_day() -> None:
    rules = [
        baseline("1"),
        baseline("1", scope=1),
        baseline("1", "2023-07-01", scope=3, category=6),
        baseline("1", scope=2),
    ]
    found = told(
        "baseline_target",
        baselines=rules,
        price_rules=[price(1, "40", scope=2)],
        incentive_caps=[cap("-0.005")],
    )
    assert found.problems == (
        "CLOUD's baseline has no price in force on 2023-03-31",
        "CLOUD's baseline of Scope 1 has no price in force on 2023-03-31",
        "CLOUD's baseline of Scope 3 category 6 has no price in force on 2023-06-30",
        "caps of 2023-01-01 to 2023-12-31 come to less than nothing",
    )


# --- caps ---------------------------------------------------------------------------------------


def test_caps_on_the_same_are_added_up_and_rounded_once() -> None:
    """Twice 0.004 are 0.008, a cent; half a cent is one, too."""
    rules = [
        cap("0.004"),
        cap("0.005", department="CLOUD"),
        cap("0.0049", durability_class="long"),
        cap("7", starts_on="2023-04-01"),
        cap("8", ends_before="2023-04-01"),
        cap("0.004"),
    ]
    assert told("fee", incentive_caps=rules).caps == (
        Cap(1, date(2023, 1, 1), date(2024, 1, 1)),
        Cap(1, date(2023, 1, 1), date(2024, 1, 1), "CLOUD"),
        Cap(0, date(2023, 1, 1), date(2024, 1, 1), "", "long"),
        Cap(700, date(2023, 4, 1), date(2024, 1, 1)),
        Cap(800, date(2023, 1, 1), date(2023, 4, 1)),
    )
    assert told("fee", 0, incentive_caps=[cap("0.5")]).caps[0].amount_minor == 1


def test_a_cap_of_nothing_is_one_and_below_nothing_is_none() -> None:
    assert told("fee", incentive_caps=[cap("0"), cap("0.004")]).problems == ()
    assert told("fee", incentive_caps=[cap("-0.0049")]).problems == ()
    below = told("fee", incentive_caps=[cap("1"), cap("-1.01"), cap("1", department="CLOUD")])
    assert below.problems == ("caps of 2023-01-01 to 2023-12-31 come to less than nothing",)


# --- refusals -----------------------------------------------------------------------------------


def problems_of(mechanism: str, **rules: list[dict[str, Any]]) -> list[str]:
    """What is wrong with rules for the first two quarters."""
    settlement = Settlement(rules={"price_rules": [price(1, "40")], **rules})
    try:
        refuse_unready(settlement, terms(mechanism), (Q1, Q2))
    except AllocationImpossible as refused:
        return refused.problems
    return []


def test_a_feebate_wants_baselines_in_every_period() -> None:
    both = [baseline("10"), of_offices("0.5", "2023-07-01")]
    assert problems_of("feebate", baselines=both) == []
    assert problems_of("feebate", baselines=[*both, of_offices("0")]) == []
    assert problems_of("feebate", baselines=both[:1]) == [
        "no department has an approved baseline in Q2"
    ]
    nothing_left = [*both, baseline("-4"), baseline("-6")]
    assert problems_of("feebate", baselines=nothing_left) == [
        "no department has an approved baseline in Q1"
    ]
    assert problems_of("feebate") == ["no department has an approved baseline in Q1, Q2"]


@pytest.mark.parametrize("mechanism", ["baseline_target", "budget_neutral_start"])
def test_targets_want_any_baseline(mechanism: str) -> None:
    assert problems_of(mechanism) == ["no department has an approved baseline"]
    assert problems_of(mechanism, baselines=[baseline("10")]) == []


def test_a_contribution_wants_a_pot_and_budgets_where_there_is_one() -> None:
    pots = [contribution("0.5"), contribution("2", "2023-07-01")]
    budgets = [baseline("0.5"), of_offices("0"), baseline("3", "2023-07-01")]
    assert problems_of("contribution", contributions=pots, baselines=budgets) == []
    assert problems_of("contribution") == ["there is no approved contribution to share out"]
    assert problems_of("contribution", contributions=pots, baselines=budgets[1:]) == [
        "no department has an approved budget in Q1"
    ]
    assert problems_of("contribution", contributions=pots[:1], baselines=budgets[:1]) == []


def test_a_levy_wants_an_event_rate() -> None:
    assert problems_of("per_event") == ["there is no approved event rate"]
    assert problems_of("per_event", event_rates=[days("2023-06-30", None)]) == []
    later = days("2023-07-01", None)
    assert problems_of("per_event", event_rates=[later]) == ["there is no approved event rate"]


def test_what_is_below_zero_is_named_by_department_and_period() -> None:
    """By the departments' ids; a baseline is the sum of its rows."""
    rules = [
        baseline("10"),
        baseline("-10.5", scope=1),
        of_offices("-1E+1"),
        of_offices("3", "2023-07-01"),
    ]
    assert problems_of("feebate", baselines=rules) == [
        "OFFICES has a baseline below zero in Q1: -10",
        "CLOUD has a baseline below zero in Q1: -0.5",
    ]
    pots = [contribution("-0.01"), contribution("1", "2023-07-01")]
    budgets = [baseline("-2"), baseline("3", "2023-07-01"), of_offices("1")]
    assert problems_of("contribution", contributions=pots, baselines=budgets) == [
        "CLOUD has a baseline below zero in Q1: -2",
        "the contribution of Q1 is below zero: -0.01",
    ]


def test_all_problems_are_said_at_once() -> None:
    assert problems_of("fee", incentive_caps=[cap("-1")], baselines=[baseline("-1")]) == [
        "caps of 2023-01-01 to 2023-12-31 come to less than nothing",
        "CLOUD has a baseline below zero in Q1: -1",
    ]


def test_who_shares_nothing_out_is_refused_nothing() -> None:
    assert problems_of("fee", baselines=[baseline("-1")]) == []
    assert problems_of("fee", abatement_rates=[rate("5", "2023-01-01", None)]) == []


@pytest.mark.django_db
def test_the_scheme_s_periods_up_to_the_settlements_own_are_asked_about(books: Books) -> None:
    """Periods in the order of their days, though another order opened them."""
    for year in (2022, 2021):
        AccountingPeriod.objects.create(
            code=str(year), days=(date(year, 1, 1), date(year + 1, 1, 1))
        )
    settlement = Settlement(rules={}, period=AccountingPeriod.objects.get(code="2023Q2"))
    with pytest.raises(AllocationImpossible) as refused:
        refuse_unready(settlement, terms("feebate"))
    assert refused.value.problems == ["no department has an approved baseline in 2023Q1, 2023Q2"]
    early = replace(terms("feebate"), starts_on=date(2021, 12, 31))
    with pytest.raises(
        AllocationImpossible, match=r"^Scheme shared can't .* in 2021, 2022, 2023Q1, 2023Q2\."
    ):
        refuse_unready(settlement, early)
