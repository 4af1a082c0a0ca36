"""A fee: what tonnes cost is paid; with a rate for it, tonnes below the baseline earn something."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given

from pricing.mechanisms import fee, moves_money
from pricing.mechanisms.terms import AbatementRate, Baseline, Emitted, Facts, Frame, Share
from tests.pricing.mechanisms import properties
from tests.pricing.mechanisms.years import CODES, Year, facts_of, posted, sums, years

ZERO = Decimal(0)

MECHANISM = fee.MECHANISM

test_late_data_never_drifts = properties.late_data_never_drifts(MECHANISM)
test_order_is_irrelevant = properties.order_is_irrelevant(MECHANISM)
test_splitting_a_record_changes_nothing = properties.splitting_changes_nothing(MECHANISM)


FRAME = Frame("FY23", "USD", abatement_rates=(AbatementRate(Decimal(5)),))


def tonnes_of(scope: int | None, tonnes: str, category: int | None = None) -> Baseline:
    return Baseline(Decimal(tonnes) * 1000, scope, category)


def emitted(scope: int, tonnes: str, category: int | None = None) -> Emitted:
    return Emitted(Decimal(tonnes) * 1000, scope, category)


def earned(frame: Frame, baselines: list[Baseline], found: list[Emitted]) -> Share | None:
    facts = Facts("CLOUD", baselines=tuple(baselines), emitted=tuple(found))
    return next(iter(fee.share(frame, [facts])), None)


def cents(frame: Frame, baselines: list[Baseline], found: list[Emitted]) -> int | None:
    one = earned(frame, baselines, found)
    return one.amount_minor if one else None


def test_without_a_rate_nothing_is_shared_out() -> None:
    assert cents(Frame("FY23", "USD"), [tonnes_of(None, "100")], [emitted(1, "90")]) is None
    assert moves_money("fee", "charge")
    assert moves_money("fee", "incentive")
    assert moves_money("fee", "allocation")
    assert not moves_money("fee", "recorded")


def test_each_tonne_below_the_baseline_earns_the_rate() -> None:
    """100 t − (60 t + 30 t) = 10 t × $5."""
    one = earned(FRAME, [tonnes_of(None, "100")], [emitted(1, "60"), emitted(2, "30")])
    assert one == Share(
        "CLOUD",
        5000,
        (
            "Incentive for less than the baseline: baseline 100,000 kg, emitted 90,000 kg: "
            "10,000 kg below",
            "Incentive for less than the baseline: 10,000 kg ÷ 1,000 × 5 USD per tonne = 50.00 USD",
        ),
    )


def test_the_baseline_itself_and_whatever_is_above_it_earn_nothing_and_say_so() -> None:
    for tonnes in ("100", "100.000001", "250"):
        one = earned(FRAME, [tonnes_of(None, "100")], [emitted(1, tonnes)])
        assert one is not None
        assert one.amount_minor == 0
        assert one.explanation[0].endswith(" kg: nothing is below it")
        assert len(one.explanation) == 1


def test_half_a_cent_is_rounded_away_from_zero_once() -> None:
    """1 kg at $5 is half a cent; two scopes under one rate are a whole one, and not two."""
    assert cents(FRAME, [tonnes_of(None, "0.1")], [emitted(1, "0.099")]) == 1
    both = [tonnes_of(1, "0.1"), tonnes_of(2, "0.1")]
    assert cents(FRAME, both, [emitted(1, "0.099"), emitted(2, "0.099")]) == 1


def test_missing_data_abates_nothing_and_a_record_of_zero_does() -> None:
    assert cents(FRAME, [tonnes_of(None, "100")], []) is None
    assert cents(FRAME, [tonnes_of(None, "100")], [emitted(1, "0")]) == 50_000
    assert cents(FRAME, [], [emitted(1, "5")]) is None
    assert cents(FRAME, [tonnes_of(1, "100")], [emitted(2, "5")]) is None


def test_what_moves_to_another_scope_under_the_same_rate_earns_nothing() -> None:
    both = [tonnes_of(1, "100"), tonnes_of(2, "100")]
    assert cents(FRAME, both, [emitted(1, "100"), emitted(2, "100")]) == 0
    assert cents(FRAME, both, [emitted(1, "20"), emitted(2, "180")]) == 0


def test_a_baseline_has_the_nearest_rate_and_an_emission_the_nearest_baseline() -> None:
    """Travel 40 t at $100, Scope 3 beside it 20 t at $10, the rest 10 t at $5."""
    rates = (
        AbatementRate(Decimal(5)),
        AbatementRate(Decimal(10), 3),
        AbatementRate(Decimal(100), 3, 6),
    )
    one = earned(
        Frame("FY23", "USD", abatement_rates=rates),
        [tonnes_of(3, "50", 6), tonnes_of(3, "30"), tonnes_of(None, "20")],
        [emitted(3, "10", 6), emitted(3, "10", 7), emitted(1, "4"), emitted(2, "6")],
    )
    assert one is not None
    assert one.amount_minor == 400_000 + 20_000 + 5_000
    assert [step.partition(":")[0] for step in one.explanation] == [
        *["Incentive for less than the baseline"] * 2,
        *["Incentive for less than the baseline, Scope 3"] * 2,
        *["Incentive for less than the baseline, Scope 3 category 6"] * 2,
        "Together 4,250.00 USD",
    ]


def test_what_each_rate_earns_is_said_in_the_order_of_scopes_and_categories() -> None:
    """A tonne below each, whatever was known first."""
    places = [(3, 1), (3, None), (2, None), (1, None), (None, None)]
    rates = tuple(AbatementRate(Decimal(5), *place) for place in places)
    baselines = [tonnes_of(scope, "10", category) for scope, category in places]
    found = [emitted(3, "9", 1), emitted(3, "9", 2), emitted(2, "9"), emitted(1, "9")]
    one = earned(Frame("FY23", "USD", abatement_rates=rates), baselines, [*found, emitted(4, "9")])
    assert one is not None
    assert [step.partition(":")[0] for step in one.explanation[::2]] == [
        "Incentive for less than the baseline",
        "Incentive for less than the baseline, Scope 1",
        "Incentive for less than the baseline, Scope 2",
        "Incentive for less than the baseline, Scope 3",
        "Incentive for less than the baseline, Scope 3 category 1",
        "Together 25.00 USD",
    ]
    two = earned(
        Frame("FY23", "USD", abatement_rates=rates[2:4]), baselines[2:4], [emitted(1, "9"), *found]
    )
    assert two is not None
    assert two.explanation[-1] == "Together 5.00 USD"


def test_a_baseline_without_a_rate_earns_nothing_even_beside_one_that_does() -> None:
    only_scope_1 = Frame("FY23", "USD", abatement_rates=(AbatementRate(Decimal(5), 1),))
    baselines = [tonnes_of(1, "100"), tonnes_of(2, "100"), tonnes_of(None, "100")]
    found = [emitted(1, "90"), emitted(2, "1"), emitted(3, "1", 6)]
    assert cents(only_scope_1, baselines, found) == 5000


def test_a_correction_below_zero_lowers_the_baseline() -> None:
    corrected = [tonnes_of(None, "100"), tonnes_of(None, "-8")]
    assert cents(FRAME, corrected, [emitted(1, "90")]) == 1000
    assert cents(FRAME, [*corrected, tonnes_of(None, "-8")], [emitted(1, "90")]) == 0


def test_departments_are_answered_by_code() -> None:
    facts = [
        Facts(code, baselines=(tonnes_of(None, "1"),), emitted=(emitted(1, "0"),))
        for code in ("YARD", "CLOUD")
    ]
    assert [one.department for one in fee.share(FRAME, facts)] == ["CLOUD", "YARD"]


@given(years())
def test_nobody_earns_more_than_the_baseline_at_the_highest_rate(year: Year) -> None:
    highest = max((rate.rate_per_tonne for rate in year.abatement_rates), default=ZERO)
    for code, minor in sums(MECHANISM, facts_of(MECHANISM, year, year.records), year).items():
        above = sum((max(row.kgco2e, ZERO) for row in year.baselines[code]), ZERO)
        assert 0 <= minor <= above * highest / 10 + len(year.abatement_rates)


@given(years())
def test_everybody_pays_tonnes_times_price(year: Year) -> None:
    """Each scope by itself, rounded once, half away from zero."""
    year = replace(year, abatement_rates=())
    paid = posted(MECHANISM, year, [year.records])
    for code in CODES:
        exact = [
            sum((r.kgco2e for r in year.records if (r.department, r.scope) == (code, scope)), ZERO)
            * year.price
            / 10
            for scope in (1, 2)
        ]
        assert paid[code] == sum(int(cents + Decimal("0.5")) for cents in exact)
