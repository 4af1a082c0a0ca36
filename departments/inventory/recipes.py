"""Calculates. What all records share that differ in their quantity alone: worked out once.

A recipe is a calculation with a symbol in the place of the quantity. It has the result for one
unit, and the printed arithmetic with its figures left open; filled with a quantity it is what
`calculation_run.calculate` prints, to the last digit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from json import dumps
from typing import Any

from departments.inventory.calculation_run import Calculated, Draft, calculate_unrounded
from departments.inventory.entry import plain
from departments.inventory.errors import InventoryError
from departments.inventory.factor_choice import FactorLibrary
from departments.inventory.models.emissions import LARGEST_KGCO2E
from departments.inventory.quantity_symbol import (
    CLOSES,
    OPENS,
    DependsOnQuantity,
    Symbol,
    figure_of,
    is_exact,
    value_of,
)

FIGURES = "figures"
_FIGURE = re.compile(f"{OPENS}([0-9]+){CLOSES}")
_MOST_DIGITS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A result for any quantity above zero, in kgCO2e per unit; unrounded, at most 50 digits.

    `is_exact` says that no step rounds, so that quantity × per unit, rounded once, is the result.
    Elsewhere it is the result unless it lies next to the half of a milligram. `outcome` holds what
    does not depend on the quantity; its trace is the template.
    """

    outcome: Calculated
    location_per_unit: Decimal
    market_per_unit: Decimal
    is_exact: bool

    @property
    def whole_digits(self) -> int:
        """A quantity of so many digits before its point is never too large a result."""
        largest = max(abs(self.location_per_unit), abs(self.market_per_unit))
        digits = range(_MOST_DIGITS, 0, -1)
        return next((n for n in digits if largest * 10**n <= LARGEST_KGCO2E), 0)

    def content(self) -> dict[str, Any]:
        """The recipe as it is stored: everything, decimals as strings."""
        outcome = self.outcome
        return {
            "kind": str(outcome.kind),
            "scope": outcome.scope,
            "category": outcome.category,
            "country": outcome.country,
            "durability_class": outcome.durability_class,
            "removal_state": outcome.removal_state,
            "factor_id": outcome.factor_id,
            "gwp_set": outcome.gwp_set,
            "quality_tier": outcome.quality_tier,
            "location_per_unit": f"{self.location_per_unit:f}",
            "market_per_unit": f"{self.market_per_unit:f}",
            "is_exact": self.is_exact,
            "template": outcome.trace,
        }

    def digest(self) -> str:
        """Hex SHA-256 of the content: the same recipe is kept once."""
        text = dumps(self.content(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return sha256(text.encode()).hexdigest()


def recipe_of(
    *,
    activity: str,
    ended_on: date,
    unit: str,
    place: str,
    inputs: dict[str, Any],
    is_estimated: bool,
    library: FactorLibrary,
) -> Recipe | None:
    """The recipe of all records with these facts; None where the quantity decides more.

    None too where no quantity can be calculated: `calculate` says why, record by record.
    """
    quantity = Symbol()
    draft = Draft(
        activity=activity,
        ended_on=ended_on,
        quantity=quantity,
        unit=unit,
        place=place,
        inputs=inputs,
        is_estimated=is_estimated,
    )
    try:
        found = calculate_unrounded(draft, library=library)
    except (DependsOnQuantity, InventoryError):
        return None
    location, market = found.location_kgco2e, found.market_kgco2e
    if not isinstance(location, Symbol) or not isinstance(market, Symbol):
        return None
    if any(OPENS in text for text in _own_texts(draft, found.trace)):
        return None  # it would be read as an open figure
    figures = [[[list(each) for each in done], spec] for done, spec in quantity.printed]
    return Recipe(
        outcome=replace(found, trace=found.trace | {FIGURES: figures}),
        location_per_unit=plain(value_of(location.operations, Decimal(1))),
        market_per_unit=plain(value_of(market.operations, Decimal(1))),
        is_exact=is_exact(location.operations) and is_exact(market.operations),
    )


def filled(template: Mapping[str, Any], quantity: Decimal) -> dict[str, Any]:
    """The printed arithmetic of one record: the recipe's template with the record's figures."""
    figures = [
        figure_of(tuple((sign, number) for sign, number in done), spec, quantity)
        for done, spec in template[FIGURES]
    ]
    rest = {name: part for name, part in template.items() if name != FIGURES}
    found = _each_text(rest, lambda text: _FIGURE.sub(lambda m: figures[int(m[1])], text))
    assert isinstance(found, dict)
    return found


def _each_text(part: Any, change: Callable[[str], str]) -> Any:
    """The same JSON with every text changed; names stay."""
    if isinstance(part, str):
        return change(part)
    if isinstance(part, Mapping):
        return {name: _each_text(value, change) for name, value in part.items()}
    return [_each_text(value, change) for value in part] if isinstance(part, list) else part


def _own_texts(draft: Draft, trace: Mapping[str, Any]) -> Iterable[str]:
    """Texts of people and publishers that the arithmetic may quote."""
    yield from (draft.activity, draft.unit, draft.place, trace["boundary"])
    yield from map(str, draft.inputs.values())
    yield from trace["citation"].values()
    yield from trace["fallbacks"]
