"""Writes. The demo's feebate, beside its fee: one year, Scope 2 by location, baselines of FY22."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from config.demo.company import Company, person
from config.demo.figures import RESTATED, figures
from pricing import allocation_setting, price_lookup, price_setting
from pricing.errors import SchemeNotFound

BASELINE_YEAR = "FY22"


def found_feebate(company: Company, *, at: datetime) -> None:
    """Create the feebate with its price and its baselines; safe to call again."""
    facts = company.facts["feebate"]
    try:
        price_lookup.scheme_terms(code=facts["code"])
    except SchemeNotFound:
        _create(facts, at=at)
    year = next(p for p in company.facts["periods"] if p["code"] == facts["period"])
    rows = [
        {
            "department": company.department_of_region(figure.region),
            "quantity": str(figure.location_tonnes),
            "unit": "tCO2e",
            "scope": "2",
            "first_day": year["first_day"].isoformat(),
            "last_day": year["last_day"].isoformat(),
            "reason": f"Illustrative: location-based Scope 2 of {BASELINE_YEAR}.",
        }
        for figure in figures(BASELINE_YEAR, RESTATED)
        if figure.location_tonnes is not None
    ]
    allocation_setting.load_baselines(rows, scheme_code=facts["code"], by=person("analyst"))
    allocation_setting.approve_baselines(scheme_code=facts["code"], by=person("approver"), at=at)


def _create(facts: dict[str, Any], *, at: datetime) -> None:
    scheme = price_setting.create_scheme(
        code=facts["code"],
        name=facts["name"],
        currency=facts["currency"],
        starts_on=facts["starts_on"],
        purpose=facts["purpose"],
        mechanism="feebate",
        scope2_basis="location",
        is_illustrative=True,
        coverage=[(2, None)],
    )
    price = price_setting.propose_price(
        scheme_id=scheme.pk,
        price_per_tonne=Decimal(facts["price_per_tonne"]),
        starts_on=facts["starts_on"],
        reason="Illustrative: the price of the carbon fee.",
        by=person("analyst"),
    )
    price_setting.approve_price(price_id=price.pk, by=person("approver"), at=at)
