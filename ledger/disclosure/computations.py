"""Calculates. The names by which a datapoint map asks for a figure, and the rows each is of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.disclosure import coverage_answers as coverage
from ledger.disclosure import price_answers as prices
from ledger.disclosure import removal_answers as removals
from ledger.disclosure.answers import Answer, of_text
from ledger.disclosure.facts import Facts

TEXT = "text."  # text.objectives: the approved text of a scheme on that topic


@dataclass(frozen=True, slots=True)
class Computation:
    """A figure of rows of some kinds."""

    rows: frozenset[str]
    answer: Callable[[Facts, Any], Answer]


def computation(name: str) -> Computation | None:
    """The computation of that name; None, if there is none."""
    if name.startswith(TEXT):
        topic = name.removeprefix(TEXT)
        return Computation(
            frozenset({"scheme", "scheme_price", "scheme_scope"}),
            lambda facts, row: of_text(row.scheme, topic),
        )
    return COMPUTATIONS.get(name)


def _of(kinds: str, answer: Callable[[Facts, Any], Answer]) -> Computation:
    return Computation(frozenset(kinds.split()), answer)


COMPUTATIONS: Mapping[str, Computation] = {
    "scheme.type": _of("scheme scheme_price", prices.scheme_type),
    "scheme.scopes": _of("scheme", prices.scopes_covered),
    "scheme.lowest_price": _of("scheme", prices.lowest_price),
    "scheme.highest_price": _of("scheme", prices.highest_price),
    "scheme.spatial_variance": _of("scheme", prices.spatial),
    "scheme.temporal_variance": _of("scheme", prices.temporal),
    "scheme.share_of_selected_scopes": _of("scheme", prices.share_of_selected_scopes),
    "scheme.is_monitored": _of("scheme", prices.is_monitored),
    "price.volume": _of("scheme_price", prices.volume),
    "price.volume_by_location": _of("scheme_price", prices.volume_by_location),
    "price.volume_by_market": _of("scheme_price", prices.volume_by_market),
    "price.per_tonne": _of("scheme_price", prices.price),
    "price.perimeter": _of("scheme_price", prices.perimeter),
    "scope.name": _of("scheme_scope", prices.scope_name),
    "scope.gross": _of("scheme_scope", prices.gross),
    "scope.gross_by_location": _of("scheme_scope", prices.gross_by_location),
    "scope.gross_by_market": _of("scheme_scope", prices.gross_by_market),
    "scope.covered": _of("scheme_scope", prices.covered),
    "scope.covered_share": _of("scheme_scope", prices.covered_share),
    "scope.uncharged": _of("scheme_scope", prices.uncharged),
    "scope.unsettled": _of("scheme_scope", prices.unsettled),
    "inventory.gross_by_location": _of("inventory_scope", coverage.gross_by_location),
    "inventory.gross_by_market": _of("inventory_scope", coverage.gross_by_market),
    "inventory.covered_by_location": _of("inventory_scope", coverage.covered_by_location),
    "inventory.covered_by_market": _of("inventory_scope", coverage.covered_by_market),
    "inventory.share_by_location": _of("inventory_scope", coverage.share_by_location),
    "inventory.share_by_market": _of("inventory_scope", coverage.share_by_market),
    "inventory.uncovered_by_market": _of("inventory_scope", coverage.uncovered_by_market),
    "inventory.unsettled_by_market": _of("inventory_scope", coverage.unsettled_by_market),
    "removal.activity": _of("removal credit", removals.activity),
    "removal.project": _of("removal credit", removals.project),
    "removal.durability": _of("removal credit", removals.durability),
    "removal.state": _of("removal credit", removals.state),
    "removal.removed": _of("removal", removals.removed),
    "removal.reversed": _of("removal", removals.reversed_tonnes),
    "removal.net": _of("removal", removals.net_removed),
    "credit.cancelled": _of("credit", removals.cancelled),
    "credit.not_cancelled": _of("credit", removals.not_cancelled),
}
