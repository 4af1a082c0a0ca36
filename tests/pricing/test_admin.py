"""Prices in the administration: proposed by one person, approved by another, then read-only."""

from __future__ import annotations

import pytest
from django.test import Client

from pricing.models import (
    AbatementRate,
    Baseline,
    CarbonPrice,
    Contribution,
    EventRate,
    GrantBudget,
    IncentiveCap,
    IncentiveRate,
    Scheme,
    SchemeCoverage,
)
from tests.factories import Cast, make_cast, make_incentive_rate, make_price, make_scheme

pytestmark = pytest.mark.django_db

PRICES = "/admin/pricing/carbonprice/"


def client_of(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.people[name])
    return client


def proposal(scheme: Scheme, **changes: object) -> dict[str, object]:
    asked = {"scheme": scheme.pk, "price_per_tonne": "15", "starts_on": "2022-07-01"}
    return asked | changes


def test_lists_open_for_company_roles_only() -> None:
    cast, scheme = make_cast(), make_scheme()
    price, rate = make_price(cast, scheme, "15"), make_incentive_rate(cast, scheme, "40")
    for name in ("analyst", "approver", "finance", "auditor", "admin"):
        client = client_of(cast, name)
        for row in (scheme, price, rate):
            page = f"/admin/pricing/{row._meta.model_name}/"
            assert client.get(page).status_code == 200
            assert client.get(f"{page}{row.pk}/change/").status_code == 200
    assert client_of(cast, "cloud-approver").get(PRICES).status_code == 302


def test_the_analyst_proposes_and_the_approver_approves() -> None:
    cast, scheme = make_cast(), make_scheme()
    analyst, approver = client_of(cast, "analyst"), client_of(cast, "approver")
    assert approver.post(f"{PRICES}add/", proposal(scheme)).status_code == 403
    assert analyst.post(f"{PRICES}add/", proposal(scheme)).status_code == 302
    price = CarbonPrice.objects.get()
    assert (price.proposed_by, price.approved_by) == (cast.people["analyst"], None)

    approve = {"action": "approve_selected", "_selected_action": [price.pk]}
    analyst.post(PRICES, approve)
    price.refresh_from_db()
    assert price.approved_by is None
    approver.post(PRICES, approve)
    price.refresh_from_db()
    assert price.approved_by == cast.people["approver"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "already in force or proposed"),
        ({"price_per_tonne": "-1"}, "is no price per tonne"),
        ({"category": "6"}, "only Scope 3 has categories"),
        ({"scope": "1", "ends_before": "2022-07-01"}, "It would end before"),
    ],
)
def test_a_refusal_stands_in_the_form(changes: dict[str, object], reason: str) -> None:
    cast, scheme = make_cast(), make_scheme()
    make_price(cast, scheme, "15")
    answer = client_of(cast, "analyst").post(f"{PRICES}add/", proposal(scheme, **changes))
    assert answer.status_code == 200
    assert reason in answer.content.decode()
    assert CarbonPrice.objects.count() == 1


def test_a_refusal_is_told_in_the_readers_language() -> None:
    cast, scheme = make_cast(), make_scheme()
    price = make_price(cast, scheme, "15")
    analyst = client_of(cast, "analyst")
    korean = {"Accept-Language": "ko"}
    page = analyst.post(f"{PRICES}add/", proposal(scheme), headers=korean).content.decode()
    assert "이미 유효하거나 제안된 가격 항목이 있습니다(2022-07-01 ~ 계속)" in page
    assert "already in force" not in page
    withdraw = {"action": "withdraw_selected", "_selected_action": [price.pk]}
    page = analyst.post(PRICES, withdraw, headers=korean, follow=True).content.decode()
    assert "승인되어 고칠 수 없습니다" in page
    assert "never edited" not in page


def test_an_approved_price_can_only_be_ended_on_a_coming_day() -> None:
    cast, scheme = make_cast(), make_scheme()
    price = make_price(cast, scheme, "15")
    path, approver = f"{PRICES}{price.pk}/change/", client_of(cast, "approver")
    assert client_of(cast, "analyst").post(path, {"ends_before": "2099-01-01"}).status_code == 403
    passed = approver.post(path, {"ends_before": "2021-01-01", "price_per_tonne": "1"})
    assert "never edited" in passed.content.decode()
    ended = approver.post(path, {"ends_before": "2099-01-01", "price_per_tonne": "1"})
    assert ended.status_code == 302
    price.refresh_from_db()
    assert price.price_per_tonne == 15
    assert str(price.in_force.upper) == "2099-01-01"
    assert client_of(cast, "admin").post(f"{PRICES}{price.pk}/delete/").status_code == 403


def test_rates_take_the_same_way() -> None:
    cast, scheme = make_cast(), make_scheme()
    asked = {
        "scheme": scheme.pk,
        "durability_class": "long",
        "rate_per_tonne": "100",
        "starts_on": "2022-07-01",
    }
    page = "/admin/pricing/incentiverate/"
    assert client_of(cast, "analyst").post(f"{page}add/", asked).status_code == 302
    rate = IncentiveRate.objects.get()
    withdraw = {"action": "withdraw_selected", "_selected_action": [rate.pk]}
    client_of(cast, "analyst").post(page, withdraw)
    assert not IncentiveRate.objects.exists()


def scheme_page(scheme: Scheme, coverage: SchemeCoverage, **changes: object) -> dict[str, object]:
    """The scheme's form with one row of coverage, as a browser sends it."""
    return {
        "name": "Renamed",
        "code": "other",
        "currency": "JPY",
        "coverage-TOTAL_FORMS": "1",
        "coverage-INITIAL_FORMS": "1",
        "coverage-0-id": coverage.pk,
        "coverage-0-scheme": scheme.pk,
        "coverage-0-scope": "2",
        "coverage-0-in_force_0": "2020-07-01",
        "coverage-0-in_force_1": "",
    } | changes


def test_a_scheme_keeps_its_terms_and_its_coverage_is_only_ended() -> None:
    cast, scheme = make_cast(), make_scheme()
    coverage = scheme.coverage.get(scope=1)
    path, analyst = f"/admin/pricing/scheme/{scheme.pk}/change/", client_of(cast, "analyst")
    for refused, reason in [
        ({"coverage-0-in_force_1": "2021-01-01"}, "never edited, only ended"),
        ({"coverage-0-in_force_0": "2021-01-01"}, "The first day stays as it is"),
    ]:
        answer = analyst.post(path, scheme_page(scheme, coverage, **refused))
        assert answer.status_code == 200
        assert reason in answer.content.decode()
    for end in ("", "2099-01-01"):
        asked = scheme_page(scheme, coverage, **{"coverage-0-in_force_1": end})
        assert analyst.post(path, asked).status_code == 302
    coverage.refresh_from_db()
    assert (coverage.scope, str(coverage.in_force.upper)) == (1, "2099-01-01")
    answer = analyst.post(path, scheme_page(scheme, coverage))
    assert "An end stays" in answer.content.decode()
    scheme.refresh_from_db()
    assert (scheme.code, scheme.currency, scheme.name) == ("carbon-fee", "USD", "Renamed")


def test_a_new_scheme_with_the_accounts_of_another_is_refused_in_the_form() -> None:
    cast, _ = make_cast(), make_scheme()
    asked = {
        "code": "Carbon_Fee",
        "name": "Again",
        "mechanism": "fee",
        "currency": "USD",
        "scope2_basis": "market",
        "starts_on": "2022-07-01",
        "coverage-TOTAL_FORMS": "0",
        "coverage-INITIAL_FORMS": "0",
    }
    answer = client_of(cast, "analyst").post("/admin/pricing/scheme/add/", asked)
    assert answer.status_code == 200
    assert "name the same accounts" in answer.content.decode()
    assert Scheme.objects.count() == 1


DAYS = {"starts_on": "2022-07-01", "ends_before": "2023-07-01"}


@pytest.mark.parametrize(
    ("table", "facts"),
    [
        (Baseline, DAYS | {"measure": "kgco2e", "quantity": "1000"}),
        (EventRate, {"starts_on": "2022-07-01", "activity": "travel/flight", "rate": "8"}),
        (Contribution, DAYS | {"amount": "1000"}),
        (AbatementRate, {"starts_on": "2022-07-01", "rate_per_tonne": "5", "scope": "1"}),
        (IncentiveCap, DAYS | {"amount": "1000", "durability_class": "long"}),
    ],
)
def test_what_mechanisms_share_out_by_takes_two_people(
    table: type[Baseline | EventRate | Contribution | AbatementRate | IncentiveCap],
    facts: dict[str, object],
) -> None:
    cast, scheme = make_cast(), make_scheme()
    analyst, approver = client_of(cast, "analyst"), client_of(cast, "approver")
    page = f"/admin/pricing/{table._meta.model_name}/"
    asked = {"scheme": scheme.pk, **facts}
    if table is Baseline:
        asked["department"] = cast.departments["CLOUD"].pk
    assert approver.post(f"{page}add/", asked).status_code == 403
    assert analyst.post(f"{page}add/", asked).status_code == 302
    row = table.objects.get()
    if table is IncentiveCap:
        asked["ends_before"] = "2023-06-30"  # of the very same days they would add up
    assert "already in force or proposed" in analyst.post(f"{page}add/", asked).content.decode()
    approve = {"action": "approve_selected", "_selected_action": [row.pk]}
    analyst.post(page, approve)
    approver.post(page, approve)
    row.refresh_from_db()
    assert (row.proposed_by, row.approved_by) == (cast.people["analyst"], cast.people["approver"])
    assert analyst.get(f"{page}{row.pk}/change/").status_code == 200
    assert client_of(cast, "auditor").get(page).status_code == 200
    analyst.post(page, {"action": "withdraw_selected", "_selected_action": [row.pk]})
    assert table.objects.count() == 1


def test_a_budget_for_grants_by_two_people() -> None:
    cast, scheme = make_cast(), make_scheme()
    analyst, approver = client_of(cast, "analyst"), client_of(cast, "approver")
    page = "/admin/pricing/grantbudget/"
    asked = {
        "scheme": scheme.pk,
        "amount": "250000.50",
        "starts_on": "2023-07-01",
        "ends_before": "2024-07-01",
        "reason": "FY24",
    }
    assert approver.post(f"{page}add/", asked).status_code == 403
    refused = analyst.post(f"{page}add/", asked | {"ends_before": "2023-07-01"})
    assert "A day after 2023-07-01" in refused.content.decode()
    assert not GrantBudget.objects.exists()
    assert analyst.post(f"{page}add/", asked).status_code == 302
    budget = GrantBudget.objects.get()
    assert (budget.amount_minor, budget.proposed_by) == (25_000_050, cast.people["analyst"])

    approve = {"action": "approve_selected", "_selected_action": [budget.pk]}
    analyst.post(page, approve)
    budget.refresh_from_db()
    assert budget.approved_by is None
    approver.post(page, approve)
    budget.refresh_from_db()
    assert budget.approved_by == cast.people["approver"]
    shown = approver.get(f"{page}{budget.pk}/change/").content.decode()
    assert "2023-07-01 – 2024-06-30" in shown
    assert "250,000.50" in shown
    assert 'name="_save"' not in shown
