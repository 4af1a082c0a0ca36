"""Calculates. One file a mechanism; a new one is a module, its name here, and its test file."""

from __future__ import annotations

from pricing.mechanisms import (
    baseline_target,
    baseline_target_paid,
    budget_neutral_start,
    contribution,
    fee,
    feebate,
    per_event,
    showback,
)
from pricing.mechanisms.terms import MONEY_KINDS, Mechanism

MECHANISMS: dict[str, Mechanism] = {
    "fee": fee.MECHANISM,
    "showback": showback.MECHANISM,
    "feebate": feebate.MECHANISM,
    "baseline_target": baseline_target.MECHANISM,
    "baseline_target_paid": baseline_target_paid.MECHANISM,
    "budget_neutral_start": budget_neutral_start.MECHANISM,
    "contribution": contribution.MECHANISM,
    "per_event": per_event.MECHANISM,
}


def moves_money(mechanism: str, line_kind: str) -> bool:
    """Whether a mechanism's statement lines of a kind are posted to money accounts."""
    return MECHANISMS[mechanism].moves_money and line_kind in MONEY_KINDS
