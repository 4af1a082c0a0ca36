"""Reads. Two releases of factors side by side: what came, what went, what changed by how much."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from departments.inventory.calculation.arithmetic import per, plus
from departments.inventory.entry import plain
from departments.inventory.errors.factors import FactorSetNotFound
from departments.inventory.models.factors import EmissionFactor, FactorSet

# What is the same factor in another release; the year is what differs.
Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class FactorChange:
    """A factor in both releases, or in one: kgCO2e per unit before and after."""

    activity: str
    place: str
    unit: str
    boundary: str
    before: Decimal | None
    after: Decimal | None

    @property
    def kind(self) -> str:
        """added, removed, changed or same."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "same" if self.before == self.after else "changed"

    @property
    def change_percent(self) -> Decimal | None:
        """By how much it changed, unrounded; nothing from zero or to nothing."""
        if not self.before or self.after is None:
            return None
        return per(100 * plus((self.after, -self.before)), self.before)


def compare_sets(before: str, after: str) -> list[FactorChange]:
    """Every factor of two releases, by activity, place, unit and boundary.

    Of several years in one release the latest counts.
    Raises: FactorSetNotFound.
    """
    old, new = figures_of(before), figures_of(after)
    return [
        FactorChange(*key, old.get(key), new.get(key)) for key in sorted(old.keys() | new.keys())
    ]


def figures_of(code: str) -> dict[Key, Decimal]:
    """kgCO2e per unit of a release, by what is the same in another.

    Raises: FactorSetNotFound.
    """
    if not FactorSet.objects.filter(code=code).exists():
        known = list(FactorSet.objects.order_by("code").values_list("code", flat=True))
        raise FactorSetNotFound(code=code, known=known)
    rows = EmissionFactor.objects.filter(factor_set__code=code).order_by("year", "pk")
    names = ("activity", "place", "unit", "boundary", "kgco2e_per_unit")
    return {
        (activity, place, unit, boundary): plain(figure)
        for activity, place, unit, boundary, figure in rows.values_list(*names)
    }
