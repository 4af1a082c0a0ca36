"""Calculates. One file a mechanism: which kinds of statement lines move money."""

from __future__ import annotations

from pricing.mechanisms import fee, showback

MECHANISMS = {"fee": fee.MOVES_MONEY, "showback": showback.MOVES_MONEY}


def moves_money(mechanism: str, line_kind: str) -> bool:
    """Whether a mechanism's statement lines of a kind are posted to money accounts."""
    return line_kind in MECHANISMS[mechanism]
