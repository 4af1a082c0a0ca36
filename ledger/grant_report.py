"""Calculates. A grant as programs read it, with what is paid of it; decimals as strings."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ledger.fund import Payment
from pricing.abatement_curve import CurveStep
from pricing.grant_facts import Grant, MilestoneFacts
from pricing.grant_scoring import CostPerTonne


def grant_json(grant: Grant, payments: Mapping[int, Payment]) -> dict[str, Any]:
    """The whole grant. Money in whole units of its currency, tonnes of CO2e."""
    delivery = grant.delivery
    return {
        "id": grant.id,
        "scheme": grant.scheme,
        "department": grant.department,
        "title": grant.title,
        "description": grant.description,
        "effect": grant.effect,
        "state": grant.state,
        "is_illustrative": grant.is_illustrative,
        "currency": grant.currency,
        "cost": f"{grant.cost.decimal:f}",
        "asked": f"{grant.asked.decimal:f}",
        "saved_per_year": f"{grant.saved_per_year.decimal:f}",
        "tonnes_per_year": plain(grant.promise.tonnes_per_year),
        "lifetime_years": grant.promise.lifetime_years,
        "uncertainty_percent": plain(grant.promise.uncertainty_percent),
        "starts_on": grant.starts_on.isoformat(),
        "promised": {
            "tonnes": plain(grant.score.tonnes),
            "cost_per_tonne": _cost(grant.score.whole),
            "fund_per_tonne": _cost(grant.score.fund),
            "discount_percent": None
            if grant.discount_percent is None
            else plain(grant.discount_percent),
            "discounted_per_tonne": _cost(grant.score.discounted),
        },
        "delivered": None
        if delivery is None
        else {
            "days": delivery.days,
            "promised_tonnes": plain(delivery.promised_tonnes),
            "tonnes": plain(delivery.tonnes),
            "percent": f"{delivery.percent:f}",
            "cost_per_tonne": _cost(delivery.at_this_rate),
        },
        "milestones": [_milestone(one, payments.get(one.id)) for one in grant.milestones],
        "measurements": [
            {
                "id": one.id,
                "starts_on": one.starts_on.isoformat(),
                "ends_before": one.ends_before.isoformat(),
                "tonnes": plain(one.tonnes),
                "uncertainty_percent": plain(one.uncertainty_percent),
                "evidence": one.evidence,
                "is_approved": bool(one.approved_by),
            }
            for one in grant.measurements
        ],
        "history": [
            {"step": step.name, "by": step.by, "at": step.at.isoformat(), "words": step.words}
            for step in grant.history
        ],
    }


def curve_json(steps: tuple[CurveStep, ...]) -> list[dict[str, Any]]:
    """A curve as programs read it."""
    return [
        {
            "grant": step.measure.key,
            "title": step.measure.name,
            "cost_per_tonne": f"{step.measure.cost_per_tonne:f}",
            "tonnes": plain(step.measure.tonnes),
            "from_tonnes": plain(step.from_tonnes),
            "to_tonnes": plain(step.to_tonnes),
        }
        for step in steps
    ]


def milestone_state(milestone: MilestoneFacts, payment: Payment | None) -> str:
    """planned, evidenced, accepted, paid or taken_back."""
    if payment is None:
        return milestone.state
    return "paid" if payment.reversal_id is None else "taken_back"


def plain(number: Decimal) -> str:
    """Without idle zeros: `1000.000000000` → `1000`."""
    shown = f"{number:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _milestone(one: MilestoneFacts, payment: Payment | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "number": one.number,
        "title": one.title,
        "due_on": one.due_on.isoformat(),
        "amount": f"{one.amount.decimal:f}",
        "state": milestone_state(one, payment),
        "evidence": one.evidence,
        "paid_on": None if payment is None else payment.paid_on.isoformat(),
        "journal_entry": None if payment is None else payment.entry_id,
        "reversal": None if payment is None else payment.reversal_id,
    }


def _cost(cost: CostPerTonne | None) -> dict[str, str | None] | None:
    if cost is None:
        return None
    ends = {"middle": cost.middle, "low": cost.low, "high": cost.high}
    return {name: None if end is None else f"{end:f}" for name, end in ends.items()}
