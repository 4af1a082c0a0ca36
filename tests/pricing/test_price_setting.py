"""Prices are proposed by one person, approved by another, never edited, never two at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from departments.organisation.constraints import constraint_of
from pricing import price_setting
from pricing.errors import (
    ApprovedBySamePerson,
    CoverageNeverEdited,
    CoverageNotFound,
    CurrencyUnknown,
    NotAllowed,
    PriceInvalid,
    PriceNeverEdited,
    PriceNotFound,
    PriceOverlaps,
    SchemeInvalid,
)
from pricing.models import CarbonPrice, Scheme
from pricing.price_lookup import price_in_force
from pricing.quotes import quote
from tests.factories import FIRST_DAY, NOON, make_cast, make_price, make_scheme

pytestmark = pytest.mark.django_db

LATER = date(2099, 1, 1)


def broken_promise(statement: str, *facts: int) -> str:
    """Run a statement that must fail, and return the name of the promise that it would break."""
    with (
        pytest.raises(IntegrityError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, facts)
    return constraint_of(error.value)


def test_two_people_make_a_price() -> None:
    cast, scheme = make_cast(), make_scheme()
    price = make_price(cast, scheme, "15", approved=False)
    with pytest.raises(NotAllowed):
        price_setting.approve_price(price_id=price.pk, by=cast.people["analyst"], at=NOON)
    with pytest.raises(NotAllowed):
        price_setting.approve_price(price_id=price.pk, by=cast.people["finance"], at=NOON)
    price_setting.approve_price(price_id=price.pk, by=cast.people["approver"], at=NOON)
    price.refresh_from_db()
    assert (price.approved_by, price.approved_at) == (cast.people["approver"], NOON)


def test_with_both_roles_one_is_still_one_person() -> None:
    cast, scheme = make_cast(), make_scheme()
    both = cast.people["analyst"]
    both.memberships.create(role="sustainability_approver")
    price = make_price(cast, scheme, "15", approved=False)
    with pytest.raises(ApprovedBySamePerson):
        price_setting.approve_price(price_id=price.pk, by=both, at=NOON)
    price.refresh_from_db()
    assert price.approved_by is None


def test_a_superuser_without_the_role_may_neither_propose_nor_approve() -> None:
    cast, scheme = make_cast(), make_scheme()
    root = cast.people["nobody"]
    root.is_superuser = root.is_staff = True
    root.save()
    cast.people["analyst"] = root
    with pytest.raises(NotAllowed):
        make_price(cast, scheme, "15")
    assert not CarbonPrice.objects.exists()


def test_the_database_refuses_the_same_person_too() -> None:
    cast, scheme = make_cast(), make_scheme()
    price = make_price(cast, scheme, "15", approved=False)
    assert (
        broken_promise(
            "UPDATE pricing_carbonprice SET approved_by_id = proposed_by_id WHERE id = %s", price.pk
        )
        == "pricing_price_approved_by_another_person"
    )


def test_two_prices_for_the_same_never_overlap() -> None:
    cast, scheme = make_cast(), make_scheme()
    make_price(cast, scheme, "15", scope=3, category=6, ends_before=date(2022, 7, 1))
    make_price(cast, scheme, "100", scope=3, category=6, starts_on=date(2022, 7, 1))
    with pytest.raises(PriceOverlaps):
        make_price(cast, scheme, "50", scope=3, category=6, starts_on=date(2022, 6, 30))
    assert CarbonPrice.objects.count() == 2
    assert (
        broken_promise(
            """INSERT INTO pricing_carbonprice
                 (scheme_id, scope, category, country, price_per_tonne, in_force, reason,
                  source_url, proposed_by_id)
               VALUES (%s, 3, 6, '', 50, '[2022-06-30,2022-07-02)', '', '', %s)""",
            scheme.pk,
            cast.people["analyst"].pk,
        )
        == "pricing_one_price_in_force"
    )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE pricing_carbonprice SET price_per_tonne = 1 WHERE id = %s",
        "UPDATE pricing_carbonprice SET in_force = '[2020-07-01,2021-07-01)' WHERE id = %s",
        "UPDATE pricing_carbonprice SET in_force = '[2019-07-01,)' WHERE id = %s",
        "UPDATE pricing_carbonprice SET approved_by_id = NULL WHERE id = %s",
        "DELETE FROM pricing_carbonprice WHERE id = %s",
    ],
)
def test_an_approved_price_is_never_edited(change: str) -> None:
    cast, scheme = make_cast(), make_scheme()
    price = make_price(cast, scheme, "15")
    assert broken_promise(change, price.pk) == "pricing_approved_price_never_edited"
    price.refresh_from_db()
    assert price.price_per_tonne == 15


def test_a_price_may_end_on_a_coming_day_and_another_follows() -> None:
    cast, scheme = make_cast(), make_scheme()
    price = make_price(cast, scheme, "15")
    with pytest.raises(PriceNeverEdited):
        price_setting.end_price(
            price_id=price.pk, ends_before=date(2021, 7, 1), by=cast.people["approver"]
        )
    price_setting.end_price(price_id=price.pk, ends_before=LATER, by=cast.people["approver"])
    make_price(cast, scheme, "100", starts_on=LATER)
    place: dict[str, Any] = {
        "scheme_id": scheme.pk,
        "department_id": cast.id_of("CLOUD"),
        "category": None,
    }
    assert price_in_force(on=date(2098, 12, 31), scope=1, **place).price_per_tonne == 15
    assert price_in_force(on=LATER, scope=1, **place).price_per_tonne == 100


def test_a_proposal_may_be_withdrawn_an_approved_price_not() -> None:
    cast, scheme = make_cast(), make_scheme()
    proposal = make_price(cast, scheme, "15", approved=False)
    price_setting.withdraw_price(price_id=proposal.pk, by=cast.people["analyst"])
    price = make_price(cast, scheme, "20")
    with pytest.raises(PriceNeverEdited):
        price_setting.withdraw_price(price_id=price.pk, by=cast.people["analyst"])
    with pytest.raises(PriceNotFound):
        price_setting.withdraw_price(price_id=proposal.pk, by=cast.people["analyst"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"price_per_tonne": Decimal(-1)},
        {"price_per_tonne": Decimal("NaN")},
        {"price_per_tonne": Decimal("0.0000001")},
        {"price_per_tonne": Decimal(10) ** 12},
        {"ends_before": FIRST_DAY},
        {"scope": 4},
        {"category": 6},
        {"scope": 3, "category": 16},
        {"country": "kr"},
    ],
)
def test_a_price_that_is_none_is_refused(wrong: dict) -> None:
    cast, scheme = make_cast(), make_scheme()
    asked: dict[str, Any] = {
        "scheme_id": scheme.pk,
        "price_per_tonne": Decimal(15),
        "starts_on": FIRST_DAY,
        "by": cast.people["analyst"],
    }
    with pytest.raises(PriceInvalid):
        price_setting.propose_price(**asked | wrong)
    assert not CarbonPrice.objects.exists()


def test_schemes_that_can_not_be() -> None:
    make_scheme()
    with pytest.raises(SchemeInvalid):
        make_scheme()
    with pytest.raises(CurrencyUnknown):
        make_scheme("other", currency="XXX")
    asked: dict[str, Any] = {"name": "A", "currency": "USD", "starts_on": FIRST_DAY, "coverage": []}
    price_setting.create_scheme(code="a", keeps_atmosphere=True, **asked)
    with pytest.raises(SchemeInvalid):
        price_setting.create_scheme(code="b", keeps_atmosphere=True, **asked)
    for twin in ("CARBON-FEE", "carbon_fee"):
        with pytest.raises(SchemeInvalid, match="would name the same accounts"):
            make_scheme(twin)
    assert Scheme.objects.count() == 2


def test_coverage_ends_on_a_coming_day_and_stays_ended() -> None:
    cast, coverage = make_cast(), make_scheme().coverage.get(scope=1)
    analyst = cast.people["analyst"]
    with pytest.raises(NotAllowed):
        price_setting.end_coverage(
            coverage_id=coverage.pk, ends_before=LATER, by=cast.people["finance"]
        )
    ended = price_setting.end_coverage(coverage_id=coverage.pk, ends_before=LATER, by=analyst)
    assert (ended.in_force.lower, ended.in_force.upper) == (FIRST_DAY, LATER)
    for day in (date(2021, 7, 1), date(2099, 1, 2)):
        with pytest.raises(CoverageNeverEdited):
            price_setting.end_coverage(coverage_id=coverage.pk, ends_before=day, by=analyst)
    with pytest.raises(CoverageNotFound):
        price_setting.end_coverage(coverage_id=0, ends_before=LATER, by=analyst)
    coverage.refresh_from_db()
    assert coverage.in_force.upper == LATER


def test_a_quote_is_the_bill_before_the_flight() -> None:
    cast, scheme = make_cast(), make_scheme()
    make_price(cast, scheme, "100", scope=3, category=6)
    asked: dict[str, Any] = {
        "scheme_code": scheme.code,
        "department_id": cast.id_of("PHONES"),
        "on": date(2023, 1, 1),
        "kgco2e": Decimal("1234.567"),
        "scope": 3,
    }
    flight = quote(**asked, category=6)
    assert (flight.amount_minor, flight.currency) == (12346, "USD")
    assert flight.explanation[-1] == (
        "1,234.567 kg ÷ 1,000 × 100 USD per tonne = 123.4567, rounded to 123.46 USD"
    )
    commute = quote(**asked, category=7)
    assert (commute.amount_minor, commute.price_per_tonne) == (0, None)
