"""What mechanisms are told and want, and the fee on a baseline, by hand."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal

import pytest

from pricing.mechanisms import MECHANISMS, moves_money
from pricing.mechanisms.terms import (
    AbatementRate,
    Baseline,
    Emitted,
    Facts,
    Frame,
    Mechanism,
    fee_on_baseline,
    named_place,
    pot_of,
    tonnes,
)

PLAIN = {
    "moves_money": True,
    "prices_tonnes": True,
    "line_kind": "",
    "share": None,
    "returns_the_pot": False,
    "needs_baselines": False,
    "needs_prices_of_baselines": False,
    "needs_budgets": False,
    "needs_event_rates": False,
    "may_pay_abatement": False,
}
ON_BASELINES = {
    "line_kind": "allocation",
    "needs_baselines": True,
    "needs_prices_of_baselines": True,
}


def test_a_mechanism_that_says_nothing_charges_tonnes_and_shares_nothing_out() -> None:
    assert asdict(Mechanism()) == PLAIN


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("fee", {"line_kind": "allocation", "may_pay_abatement": True}),
        ("showback", {"moves_money": False}),
        (
            "feebate",
            {"line_kind": "allocation", "returns_the_pot": True, "needs_baselines": True},
        ),
        ("baseline_target", ON_BASELINES),
        ("baseline_target_paid", ON_BASELINES),
        ("budget_neutral_start", ON_BASELINES),
        ("contribution", {"prices_tonnes": False, "line_kind": "levy", "needs_budgets": True}),
        ("per_event", {"prices_tonnes": False, "line_kind": "levy", "needs_event_rates": True}),
    ],
)
def test_what_each_mechanism_is_and_wants(name: str, says: dict[str, object]) -> None:
    found = asdict(MECHANISMS[name])
    assert (found.pop("share") is None) == (name == "showback")
    assert found == {key: value for key, value in PLAIN.items() if key != "share"} | says


def test_what_is_levied_moves_money_as_what_is_charged_does() -> None:
    for kind in ("charge", "incentive", "levy", "allocation"):
        assert moves_money("contribution", kind)
    assert not moves_money("contribution", "recorded")


def test_of_whom_nothing_is_known_nothing_is_told() -> None:
    assert Facts("A") == Facts("A", 0, (), Decimal(0), (), ())
    assert Frame("FY23", "USD") == Frame("FY23", "USD", 0, ())
    assert Baseline(Decimal(1)) == Baseline(Decimal(1), None, None, None)
    assert Emitted(Decimal(1), 3) == Emitted(Decimal(1), 3, None)
    assert AbatementRate(Decimal(1)) == AbatementRate(Decimal(1), None, None)


def test_a_baseline_is_the_sum_of_its_rows() -> None:
    rows = (Baseline(Decimal("1.5"), 1), Baseline(Decimal(-4), 2))
    assert Facts("A", baselines=rows).baseline_kgco2e == Decimal("-2.5")
    assert repr(Facts("A").baseline_kgco2e) == "Decimal('0')"


def priced(*rows: tuple[str, int | None, int | None, str | None]) -> tuple[int, list[str]]:
    """The fee in cents, and its steps, of rows of (kg, scope, category, price)."""
    baselines = tuple(
        Baseline(Decimal(kg), scope, category, None if price is None else Decimal(price))
        for kg, scope, category, price in rows
    )
    total, steps = fee_on_baseline(Facts("A", baselines=baselines), "USD")
    return total.amount_minor, steps


def test_one_row_of_a_baseline_is_one_step() -> None:
    step = "Baseline: 1,000 kg ÷ 1,000 × 40 USD per tonne = 40.00 USD"
    assert priced(("1000", None, None, "40")) == (4000, [step])
    assert priced() == (0, [])


def test_each_kind_of_a_baseline_is_a_step_in_the_order_of_scopes_and_categories() -> None:
    total, steps = priced(
        ("1000", 3, 6, "40"),
        ("2000", None, None, "40"),
        ("4000", 3, None, "50"),
        ("8000", 3, None, "40"),
    )
    assert total == 4_000 + 8_000 + 20_000 + 32_000
    assert [step.partition(" = ")[0] for step in steps] == [
        "Baseline: 2,000 kg ÷ 1,000 × 40 USD per tonne",
        "Baseline, Scope 3: 8,000 kg ÷ 1,000 × 40 USD per tonne",
        "Baseline, Scope 3: 4,000 kg ÷ 1,000 × 50 USD per tonne",
        "Baseline, Scope 3 category 6: 1,000 kg ÷ 1,000 × 40 USD per tonne",
        "Together 640.00 USD",
    ]
    assert len(priced(("1000", 1, None, "40"), ("1000", 2, None, "40"))[1]) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [((None, None), (1, None)), ((3, None), (3, 1)), ((3, 1), (3, 6)), ((1, None), (2, None))],
)
def test_rows_of_one_kind_are_rounded_together_though_others_stand_between(
    one: tuple[int | None, int | None], other: tuple[int | None, int | None]
) -> None:
    """0.2 kg at $15 are 0.3 cents: twice they are a cent, and alone they are none."""
    rows = [("0.2", *one, "15"), ("0.2", *other, "15"), ("0.2", *one, "15")]
    assert priced(*rows)[0] == 1


def test_rows_of_another_price_are_rounded_apart() -> None:
    """0.2 kg at $15 are 0.3 cents, at $14 0.28: each comes to nothing."""
    assert priced(("0.2", 1, None, "15"), ("0.2", 1, None, "14"))[0] == 0


def test_where_no_price_is_asked_for_a_baseline_costs_nothing() -> None:
    assert priced(("1000", 1, None, None))[0] == 0
    apart = [("0.2", 1, None, None), ("0.2", 1, None, "1"), ("0.2", 1, None, None)]
    assert [step.partition(" = ")[0] for step in priced(*apart)[1]] == [
        "Baseline, Scope 1: 0.4 kg ÷ 1,000 × 0 USD per tonne",
        "Baseline, Scope 1: 0.2 kg ÷ 1,000 × 1 USD per tonne",
        "Together 0.00 USD",
    ]


def test_half_a_cent_below_zero_is_rounded_away_from_it() -> None:
    assert priced(("-0.125", 1, None, "40"))[0] == -1
    assert priced(("-0.124999", 1, None, "40"))[0] == 0


def test_kilograms_are_shown_as_tonnes_with_every_digit() -> None:
    assert tonnes(Decimal(100_000)) == "100 t"
    assert tonnes(Decimal("-0.000001")) == "-0.000000001 t"
    many = Decimal("1234567890123456789012.123456789012")  # more than Decimal keeps by itself
    assert tonnes(many) == "1,234,567,890,123,456,789.012123456789012 t"


def test_the_pot_is_all_that_was_charged() -> None:
    pot = pot_of([Facts("A", 500), Facts("B", -20), Facts("C")], "USD")
    assert str(pot) == "4.80 USD"
    assert str(pot_of([], "USD")) == "0.00 USD"


def test_a_place_is_named_by_scope_and_category() -> None:
    assert named_place(None, None) == ""
    assert named_place(2, None) == ", Scope 2"
    assert named_place(3, 6) == ", Scope 3 category 6"
