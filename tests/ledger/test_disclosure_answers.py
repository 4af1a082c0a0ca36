"""Each figure by hand, with its arithmetic; what is missing says so."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ledger.disclosure import coverage_answers, price_answers, removal_answers
from ledger.disclosure.answers import Origin, percent, shown
from ledger.disclosure.computations import COMPUTATIONS, computation
from ledger.disclosure.facts import Approved, Covered, Facts, Removal, Text
from ledger.disclosure.rows import SchemeRow, rows_of
from tests.ledger.disclosing import facts, lines, scheme

FEE = scheme(
    lines("100"),
    lines("40", 2, location="900"),
    lines("7", 3, 6, price=(2, "100")),
    lines("993", 3, 1, price=None),
    lines("12", None, price=None, durability_class="medium"),
)


def by_key(kind: str, found: Facts) -> dict[str, Any]:
    return {row.key: row.subject for row in rows_of(kind, found)}


def test_the_volume_at_stake_is_what_was_charged_at_a_price_on_both_bases() -> None:
    found = facts(FEE)
    row = by_key("scheme_price", found)["fee/15"]
    volume = price_answers.volume(found, row)
    assert (volume.value, volume.unit, volume.origin) == (Decimal(140), "tCO2e", Origin.SETTLED)
    assert volume.arithmetic == (
        "100 t (Scope 1, FY24, at 15, 1 line) + 40 t (Scope 2, FY24, at 15, 1 line) = 140 t, "
        "on the basis that is charged (Scope 2: market-based).",
    )
    assert price_answers.volume_by_location(found, row).value == 1000
    assert price_answers.volume_by_market(found, row).value == 140
    perimeter = price_answers.perimeter(found, row)
    assert perimeter.value == "Scope 1; Scope 2 (market-based)"
    price = price_answers.price(found, row)
    assert (price.value, price.unit) == (Decimal(15), "USD/tCO2e")
    assert "2,100 USD after rounding each line" in price.arithmetic[0]


def test_the_share_of_a_scope_is_charged_of_settled() -> None:
    found = facts(FEE)
    row = by_key("scheme_scope", found)["fee/3"]
    share = price_answers.covered_share(found, row)
    assert (share.value, share.unit) == (Decimal("0.7"), "%")
    assert share.arithmetic[-1] == "7 t ÷ 1,000 t × 100 = 0.7 %, rounded half away from zero."
    assert price_answers.uncharged(found, row).value == 993


def test_of_a_scope_without_tonnes_there_is_no_share() -> None:
    found = facts(scheme(lines("100")))
    share = price_answers.covered_share(found, by_key("scheme_scope", found)["fee/2"])
    assert (share.value, share.origin, share.shown) == (None, Origin.MISSING, "–")


def test_what_is_approved_and_not_settled_is_told_apart() -> None:
    found = facts(FEE, approved=(Approved(1, None, Decimal(101_500), Decimal(101_500)),))
    left = price_answers.unsettled(found, by_key("scheme_scope", found)["fee/1"])
    assert (left.value, left.origin) == (Decimal("1.5"), Origin.APPROVED)
    assert left.arithmetic == (
        "101.5 t approved − 100 t settled by fee = 1.5 t that no posted settlement has.",
    )


def test_a_share_of_selected_scopes_leaves_scopes_out_that_are_not_charged() -> None:
    """147 of 1,140 t in Scopes 1 to 3; without travel, 140 of 140 t in Scopes 1 and 2."""
    found = facts(FEE)
    share = price_answers.share_of_selected_scopes(found, SchemeRow(FEE))
    assert share.value == percent(Decimal(147), Decimal(1140), 2) == Decimal("12.89")
    assert share.arithmetic[-1] == "993 t of these scopes were settled and not charged."
    operations = scheme(lines("100"), lines("40", 2), lines("993", 3, 1, price=None))
    whole = price_answers.share_of_selected_scopes(facts(operations), SchemeRow(operations))
    assert whole.value == Decimal("100.00")


def test_lowest_and_highest_are_prices_that_were_charged() -> None:
    row = SchemeRow(FEE)
    assert price_answers.lowest_price(facts(FEE), row).value == 15
    highest = price_answers.highest_price(facts(FEE), row)
    assert (highest.value, highest.unit) == (Decimal(100), "USD/tCO2e")
    assert [source.lines.category for source in highest.sources] == [6]
    free = scheme(lines("5", price=(1, "0")))
    assert price_answers.lowest_price(facts(free), SchemeRow(free)).value == 0


def test_a_scheme_that_charges_no_tonnes_has_no_price_and_says_so() -> None:
    levies = scheme(lines("993", 3, 1, price=None), mechanism="per_event")
    found, row = facts(levies), SchemeRow(levies)
    for answer in (
        price_answers.lowest_price(found, row),
        price_answers.spatial(found, row),
        price_answers.temporal(found, row),
        price_answers.scopes_covered(found, row),
        price_answers.volume(found, by_key("scheme_price", found)["fee"]),
    ):
        assert answer.value is None
        assert answer.arithmetic == ("fee (per_event) charged no tonnes in the year.",)


def test_words_are_an_approved_text_or_missing() -> None:
    told = replace(FEE, texts={"monitoring": Text("Once a year.", 3, "Version 3, by ann.")})
    asked = computation("text.monitoring")
    assert asked is not None
    found = asked.answer(facts(told), SchemeRow(told))
    assert (found.value, found.arithmetic) == ("Once a year.", ("Version 3, by ann.",))
    assert price_answers.is_monitored(facts(told), SchemeRow(told)).value == "yes"
    silent = price_answers.is_monitored(facts(FEE), SchemeRow(FEE))
    assert (silent.value, silent.origin) == (None, Origin.MISSING)
    assert "Propose one and let another person approve it." in silent.arithmetic[0]


def test_what_two_schemes_charge_is_explained_scheme_by_scheme() -> None:
    """40 t of power, 900 t by location, are charged by both; of 1,000 t of Scope 3 travel's 7 t."""
    other = scheme(lines("40", 2, location="900"), id=2, code="feebate", keeps_atmosphere=False)
    power = Covered(2, Decimal(900_000), Decimal(40_000))
    travel = Covered(3, Decimal(7_000), Decimal(7_000))
    found = facts(FEE, other, covered=(power, travel))
    row = by_key("inventory_scope", found)["2"]
    covered = coverage_answers.covered_by_market(found, row)
    assert (covered.value, covered.unit) == (Decimal(40), "tCO2e")
    assert covered.arithmetic == (
        "40 t are charged by fee, feebate, market-based, each result counted once.",
        "fee: 40 t (Scope 2, FY24, at 15, 1 line) = 40 t, market-based.",
        "feebate: 40 t (Scope 2, FY24, at 15, 1 line) = 40 t, market-based.",
    )
    assert coverage_answers.covered_by_location(found, row).value == 900
    assert coverage_answers.share_by_location(found, row).value == 100
    scope_3 = by_key("inventory_scope", found)["3"]
    assert coverage_answers.share_by_market(found, scope_3).value == Decimal("0.7")
    assert coverage_answers.uncovered_by_market(found, scope_3).value == 993


def removal(kgco2e: str, sign: int = 1, state: str = "verified", project: str = "DELTA") -> Removal:
    return Removal(sign, "removal/mangrove", project, "medium", state, Decimal(kgco2e))


def test_removals_reversals_and_credits_stay_apart() -> None:
    """9 t and 5 t verified, 2 t of it burned, the 9 t restated as 8 t; 3 t retired, 4 t bought."""
    found = facts(
        FEE,
        removals=(
            removal("9000"),
            removal("9000", -1),
            removal("8000"),
            removal("5000"),
            removal("-2000"),
            removal("3000", state="retired"),
            removal("4000", 0, state="contracted"),
        ),
    )
    (row,) = by_key("removal", found).values()
    assert removal_answers.removed(found, row).value == 13
    assert removal_answers.reversed_tonnes(found, row).value == 2
    assert removal_answers.net_removed(found, row).value == 11
    retired = by_key("credit", found)["removal/mangrove/DELTA/medium/retired"]
    assert removal_answers.cancelled(found, retired).value == 3
    assert removal_answers.not_cancelled(found, retired).value is None
    bought = by_key("credit", found)["removal/mangrove/DELTA/medium/contracted"]
    held = removal_answers.not_cancelled(found, bought)
    assert (held.value, held.origin) == (Decimal(4), Origin.APPROVED)
    assert removal_answers.cancelled(found, bought).value is None


def test_a_removal_without_a_project_says_who_vouched_for_it() -> None:
    found = facts(FEE, removals=(removal("9000", project=""),))
    (row,) = by_key("removal", found).values()
    assert removal_answers.project(found, row).value is None


@pytest.mark.parametrize(
    ("value", "text"),
    [("144960.000000", "144,960"), ("0", "0"), ("0.50", "0.5"), ("100", "100"), ("-3", "-3")],
)
def test_figures_are_shown_with_every_digit_and_no_idle_zero(value: str, text: str) -> None:
    assert shown(Decimal(value)) == text


@pytest.mark.parametrize(
    ("part", "whole", "places", "share"),
    [("1", "8", 1, "12.5"), ("1", "16", 1, "6.3"), ("-1", "16", 1, "-6.3"), ("1", "3", 2, "33.33")],
)
def test_shares_are_rounded_half_away_from_zero(
    part: str, whole: str, places: int, share: str
) -> None:
    assert percent(Decimal(part), Decimal(whole), places) == Decimal(share)


def test_every_computation_answers_for_every_kind_of_row_it_is_of() -> None:
    found = facts(FEE, removals=(removal("9000"), removal("4000", 0, state="delivered")))
    for name, asked in COMPUTATIONS.items():
        for kind in asked.rows:
            rows = rows_of(kind, found)
            assert rows, name
            for row in rows:
                answer = asked.answer(found, row.subject)
                assert answer.arithmetic, name
                assert (answer.value is None) == (answer.origin is Origin.MISSING), name
