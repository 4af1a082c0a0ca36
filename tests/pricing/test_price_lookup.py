"""The most specific approved price wins, and the flat rules say the same as the single lookup."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from departments.organisation.models import DepartmentPlacement
from departments.organisation.placement import place_department
from pricing.errors import NoPriceInForce, PriceNotFound, PriceOverlaps, SchemeNotFound
from pricing.price_lookup import (
    PriceRule,
    coverage_rules,
    explain_price,
    incentive_rules,
    is_covered,
    price_in_force,
    price_rules,
    scheme_terms,
)
from tests.factories import (
    FIRST_DAY,
    TREE,
    Cast,
    make_cast,
    make_incentive_rate,
    make_price,
    make_scheme,
)

pytestmark = pytest.mark.django_db

FY23 = date(2022, 7, 1)


def price_of(
    cast: Cast,
    scheme_id: int,
    department: str,
    *,
    scope: int = 1,
    category: int | None = None,
    country: str = "",
    on: date = FY23,
) -> Decimal:
    return price_in_force(
        scheme_id=scheme_id,
        on=on,
        department_id=cast.id_of(department),
        scope=scope,
        category=category,
        country=country,
    ).price_per_tonne


def test_microsoft_raised_the_price_of_travel_on_2022_07_01() -> None:
    """Source: Microsoft: $15 from 2019, $100 for business travel from July 2022."""
    cast, scheme = make_cast(), make_scheme()
    make_price(cast, scheme, "15")
    make_price(cast, scheme, "100", scope=3, category=6, starts_on=FY23)

    before = FY23 - timedelta(days=1)
    assert price_of(cast, scheme.pk, "CLOUD", scope=3, category=6, on=before) == 15
    assert price_of(cast, scheme.pk, "CLOUD", scope=3, category=6) == 100
    assert price_of(cast, scheme.pk, "CLOUD", scope=3, category=7) == 15
    assert price_of(cast, scheme.pk, "CLOUD", scope=2) == 15


def test_precedence_is_department_then_category_then_scope_and_country_narrows_each() -> None:
    cast, scheme = make_cast(), make_scheme()
    make_price(cast, scheme, "1")
    make_price(cast, scheme, "2", country="KR")
    make_price(cast, scheme, "3", scope=3)
    make_price(cast, scheme, "4", scope=3, country="KR")
    make_price(cast, scheme, "5", scope=3, category=6)
    make_price(cast, scheme, "6", scope=3, category=6, country="KR")
    make_price(cast, scheme, "7", department="CLOUD")
    make_price(cast, scheme, "8", department="CLOUD", scope=3)
    make_price(cast, scheme, "9", department="CLOUD-EAST", country="KR")

    def at(department: str, scope: int, category: int | None = None, country: str = "") -> Decimal:
        return price_of(
            cast, scheme.pk, department, scope=scope, category=category, country=country
        )

    assert at("PHONES", 1) == 1
    assert at("PHONES", 1, country="US") == 1
    assert at("PHONES", 1, country="KR") == 2
    assert at("PHONES", 3, 7) == 3
    assert at("PHONES", 3, 7, "KR") == 4
    assert at("PHONES", 3, 6) == 5
    assert at("PHONES", 3, 6, "KR") == 6
    assert at("CLOUD", 1) == 7
    assert at("CLOUD-WEST", 2, country="KR") == 7  # any price of a department beats any country
    assert at("CLOUD-EAST", 3, 6) == 8  # of the department above
    assert at("CLOUD-EAST", 3, 6, "KR") == 9  # the nearest department, whatever it names
    assert at("COMPANY", 1) == 1  # a price reaches down, never up


def test_a_department_takes_its_divisions_price_only_while_it_stands_there() -> None:
    cast, scheme = make_cast(), make_scheme()
    make_price(cast, scheme, "15")
    make_price(cast, scheme, "50", department="DEVICES")
    place_department(
        department=cast.departments["CLOUD-EAST"],
        parent=cast.departments["DEVICES"],
        legal_entity=cast.entity,
        from_on=FY23,
        by=cast.people["admin"],
    )
    assert price_of(cast, scheme.pk, "CLOUD-EAST", on=FY23 - timedelta(days=1)) == 15
    assert price_of(cast, scheme.pk, "CLOUD-EAST") == 50


def test_only_approved_prices_count_and_no_price_is_a_refusal_never_zero() -> None:
    cast, scheme = make_cast(), make_scheme()
    make_price(cast, scheme, "15", approved=False)
    with pytest.raises(NoPriceInForce) as refusal:
        price_of(cast, scheme.pk, "PHONES", scope=3, category=6)
    assert str(refusal.value) == (
        "Scheme carbon-fee has no approved price for PHONES, Scope 3 category 6 on 2022-07-01. "
        "Propose one and let another person approve it."
    )
    assert price_rules(scheme_id=scheme.pk) == []


def test_a_price_explains_why_it_is_this_one() -> None:
    cast, scheme = make_cast(), make_scheme()
    price = make_price(cast, scheme, "15")
    found = price_in_force(
        scheme_id=scheme.pk,
        on=FY23,
        department_id=cast.id_of("PHONES"),
        scope=3,
        category=6,
        country="KR",
    )
    assert found.explanation == (
        "No price of its own for PHONES, nor for DEVICES, nor for COMPANY, fits.",
        "No price for Scope 3 category 6 is in force.",
        "No price for Scope 3 is in force.",
        "No price for KR narrows it.",
        "The scheme's price by default: 15.00 USD per tCO2e, in force from 2020-07-01.",
        "Proposed by analyst, approved by approver.",
    )
    assert explain_price(price_id=price.pk) == found.explanation[4:]
    with pytest.raises(PriceNotFound):
        explain_price(price_id=price.pk + 1)


def test_terms_coverage_and_rates_of_a_scheme() -> None:
    cast, scheme = make_cast(), make_scheme()
    rate = make_incentive_rate(cast, scheme, "100")
    terms = scheme_terms(code="carbon-fee")
    assert terms == scheme_terms(scheme_id=scheme.pk)
    assert (terms.currency, terms.currency_exponent, terms.mechanism) == ("USD", 2, "fee")
    assert [(rule.scope, rule.category) for rule in coverage_rules(scheme.pk)] == [
        (1, None),
        (2, None),
        (3, 6),
    ]
    assert [(rule.rate_id, rule.durability_class) for rule in incentive_rules(scheme.pk)] == [
        (rate.pk, "long")
    ]
    covered: dict[str, Any] = {"scheme_id": scheme.pk, "on": FY23}
    assert is_covered(**covered, scope=1, category=None)
    assert is_covered(**covered, scope=3, category=6)
    assert not is_covered(**covered, scope=3, category=7)
    assert not is_covered(
        scheme_id=scheme.pk, on=FIRST_DAY - timedelta(days=1), scope=1, category=None
    )
    with pytest.raises(SchemeNotFound):
        scheme_terms(code="nowhere")


# --- the flat rules say the same ----------------------------------------------------------------

CODES = sorted(TREE)
DAYS = st.integers(0, 60).map(lambda passed: FIRST_DAY + timedelta(days=passed))
PLACES = st.sampled_from([(None, None), (1, None), (3, None), (3, 6)])
COUNTRIES = st.sampled_from(["", "KR", "US"])
PRICES = st.lists(
    st.tuples(st.sampled_from([None, *CODES]), PLACES, COUNTRIES, DAYS, st.none() | DAYS),
    max_size=14,
)
MOVES = st.lists(
    st.tuples(
        st.sampled_from(["CLOUD-EAST", "CLOUD-WEST", "PHONES", "LAPTOPS"]),
        st.sampled_from(["COMPANY", "CLOUD", "DEVICES"]),
        DAYS.filter(lambda day: day > FIRST_DAY),
    ),
    max_size=4,
)
QUESTIONS = st.lists(
    st.tuples(
        st.sampled_from(CODES),
        DAYS,
        st.sampled_from([(1, None), (2, None), (3, 6), (3, 7)]),
        COUNTRIES,
    ),
    min_size=1,
    max_size=12,
)


def fits(
    rule: PriceRule, department_id: int, on: date, scope: int, category: int | None, country: str
) -> bool:
    return (
        rule.department_id in (None, department_id)
        and rule.scope in (None, scope)
        and rule.category in (None, category)
        and rule.country in ("", country)
        and rule.starts_on <= on
        and (rule.ends_before is None or on < rule.ends_before)
    )


@settings(max_examples=40, deadline=None)
@given(prices=PRICES, moves=MOVES, questions=QUESTIONS)
def test_the_lowest_rank_is_the_price_in_force(prices: list, moves: list, questions: list) -> None:
    with transaction.atomic():
        cast, scheme = make_cast(), make_scheme()
        for code, parent, day in moves:
            place_department(
                department=cast.departments[code],
                parent=cast.departments[parent],
                legal_entity=cast.entity,
                from_on=day,
                by=cast.people["admin"],
            )
        for amount, (department, (scope, category), country, first, last) in enumerate(prices):
            if last is not None and last <= first:
                continue
            try:
                make_price(
                    cast,
                    scheme,
                    str(amount),
                    starts_on=first,
                    ends_before=last,
                    department=department,
                    scope=scope,
                    category=category,
                    country=country,
                )
            except PriceOverlaps:
                continue
        rules = price_rules(scheme_id=scheme.pk)
        for code, on, (scope, category), country in questions:
            place = (cast.id_of(code), on, scope, category, country)
            fitting = sorted((r for r in rules if fits(r, *place)), key=lambda rule: rule.rank)
            assert len({rule.rank for rule in fitting}) == len(fitting), "ranks never tie"
            try:
                found = price_of(
                    cast, scheme.pk, code, on=on, scope=scope, category=category, country=country
                )
            except NoPriceInForce:
                assert fitting == []
            else:
                assert fitting[0].price_per_tonne == found
        transaction.set_rollback(True)
    assert not DepartmentPlacement.objects.exists()
