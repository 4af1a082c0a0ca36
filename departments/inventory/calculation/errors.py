"""Calculates. The refusals of a calculation: what is wrong, with numbers, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import reduce

from departments.organisation.said import either, said, together, word


class CalculationRefused(Exception):
    """A calculation cannot be made as asked; there is no result, and never a zero in its place."""

    code = "calculation_refused"


class NegativeActivity(CalculationRefused):
    """An activity was reported below zero."""

    code = "negative_activity"

    def __init__(self, *, name: str, value: Decimal) -> None:
        self.name, self.value = name, value
        super().__init__(
            together(
                said(
                    "%(name)s is %(value)s, which is below zero.",
                    name=word(name),
                    value=f"{value:,f}",
                ),
                said("Enter what was used; to take back an earlier figure, restate that record."),
            )
        )


class MissingInput(CalculationRefused):
    """One of several inputs is needed and none was given."""

    code = "missing_input"

    def __init__(self, *, method: str, names: Sequence[str], hint: str = "") -> None:
        self.method, self.names = method, tuple(names)
        needed = reduce(
            lambda one, other: said("%(one)s, or %(other)s", one=one, other=other), names
        )
        super().__init__(
            together(
                said("%(method)s needs %(names)s.", method=word(method), names=needed),
                hint or said("Enter it, or ask who meters it."),
            )
        )


class NotFinite(CalculationRefused):
    """NaN and infinity are not figures."""

    code = "not_finite"

    def __init__(self, *, name: str, value: Decimal) -> None:
        self.name, self.value = name, value
        super().__init__(
            together(
                said(
                    "%(name)s is “%(value)s”, which is not a number.", name=word(name), value=value
                ),
                said("Enter a decimal number."),
            )
        )


class OutOfRange(CalculationRefused):
    """A figure lies outside what is possible, such as a PUE below 1."""

    code = "out_of_range"

    def __init__(self, *, name: str, value: Decimal, allowed: str, hint: str = "") -> None:
        self.name, self.value, self.allowed = name, value, allowed
        super().__init__(
            together(
                said(
                    "%(name)s is %(value)s, but must be %(allowed)s.",
                    name=word(name),
                    value=f"{value:,f}",
                    allowed=allowed,
                ),
                hint or said("Check the figure."),
            )
        )


class SharesDoNotAddUp(CalculationRefused):
    """The mass shares of a blend are not a whole."""

    code = "shares_do_not_add_up"

    def __init__(self, *, blend: str, total: Decimal) -> None:
        self.blend, self.total = blend, total
        super().__init__(
            together(
                said(
                    "The mass shares of %(blend)s add up to %(total)s, not 1.",
                    blend=blend,
                    total=f"{total:f}",
                ),
                said("Copy the composition from the cylinder's label or safety sheet."),
            )
        )


class GwpMissing(CalculationRefused):
    """A constituent of a blend has no GWP in the set chosen."""

    code = "gwp_missing"

    def __init__(self, *, gases: Sequence[str], gwp_set: str) -> None:
        self.gases, self.gwp_set = tuple(gases), gwp_set
        super().__init__(
            together(
                said(
                    "%(gwp_set)s has no GWP for %(gases)s.", gwp_set=gwp_set, gases=", ".join(gases)
                ),
                said("Choose a set that has it, or say that it counts as 0 and why."),
            )
        )


class CoverExceedsEnergy(CalculationRefused):
    """Instruments cover more electricity than was used."""

    code = "cover_exceeds_energy"

    def __init__(self, *, energy_kwh: Decimal, covered_kwh: Decimal) -> None:
        self.energy_kwh, self.covered_kwh = energy_kwh, covered_kwh
        super().__init__(
            together(
                said(
                    "Instruments cover %(covered)s kWh, but only %(energy)s kWh were used.",
                    covered=f"{covered_kwh:,f}",
                    energy=f"{energy_kwh:,f}",
                ),
                said(
                    "Assign at most %(energy)s kWh and keep the rest for another site or month.",
                    energy=f"{energy_kwh:,f}",
                ),
            )
        )


class UnknownActivity(CalculationRefused):
    """No method calculates this activity."""

    code = "unknown_activity"

    def __init__(self, *, activity: str, nearest: Sequence[str]) -> None:
        self.activity, self.nearest = activity, tuple(nearest)
        hint = (
            said("Did you mean %(nearest)s?", nearest=either(nearest))
            if nearest
            else said("Choose one from the list.")
        )
        reason = said("No method calculates the activity “%(activity)s”.", activity=activity)
        super().__init__(together(reason, hint))
