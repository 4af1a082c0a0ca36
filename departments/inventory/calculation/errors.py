"""Calculates. The refusals of a calculation: what is wrong, with numbers, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal


class CalculationRefused(Exception):
    """A calculation cannot be made as asked; there is no result, and never a zero in its place."""

    code = "calculation_refused"


class NegativeActivity(CalculationRefused):
    """An activity was reported below zero."""

    code = "negative_activity"

    def __init__(self, *, name: str, value: Decimal) -> None:
        self.name, self.value = name, value
        super().__init__(
            f"{name} is {value:,f}, which is below zero. Enter what was used; "
            "to take back an earlier figure, restate that record."
        )


class MissingInput(CalculationRefused):
    """One of several inputs is needed and none was given."""

    code = "missing_input"

    def __init__(self, *, method: str, names: Sequence[str], hint: str = "") -> None:
        self.method, self.names = method, tuple(names)
        hint = hint or "Enter it, or ask who meters it."
        super().__init__(f"{method} needs {', or '.join(names)}. {hint}")


class NotFinite(CalculationRefused):
    """NaN and infinity are not figures."""

    code = "not_finite"

    def __init__(self, *, name: str, value: Decimal) -> None:
        self.name, self.value = name, value
        super().__init__(f"{name} is “{value}”, which is not a number. Enter a decimal number.")


class OutOfRange(CalculationRefused):
    """A figure lies outside what is possible, such as a PUE below 1."""

    code = "out_of_range"

    def __init__(self, *, name: str, value: Decimal, allowed: str, hint: str = "") -> None:
        self.name, self.value, self.allowed = name, value, allowed
        hint = hint or "Check the figure."
        super().__init__(f"{name} is {value:,f}, but must be {allowed}. {hint}")


class SharesDoNotAddUp(CalculationRefused):
    """The mass shares of a blend are not a whole."""

    code = "shares_do_not_add_up"

    def __init__(self, *, blend: str, total: Decimal) -> None:
        self.blend, self.total = blend, total
        super().__init__(
            f"The mass shares of {blend} add up to {total:f}, not 1. "
            "Copy the composition from the cylinder's label or safety sheet."
        )


class GwpMissing(CalculationRefused):
    """A constituent of a blend has no GWP in the set chosen."""

    code = "gwp_missing"

    def __init__(self, *, gases: Sequence[str], gwp_set: str) -> None:
        self.gases, self.gwp_set = tuple(gases), gwp_set
        super().__init__(
            f"{gwp_set} has no GWP for {', '.join(gases)}. "
            "Choose a set that has it, or say that it counts as 0 and why."
        )


class CoverExceedsEnergy(CalculationRefused):
    """Instruments cover more electricity than was used."""

    code = "cover_exceeds_energy"

    def __init__(self, *, energy_kwh: Decimal, covered_kwh: Decimal) -> None:
        self.energy_kwh, self.covered_kwh = energy_kwh, covered_kwh
        super().__init__(
            f"Instruments cover {covered_kwh:,f} kWh, but only {energy_kwh:,f} kWh were used. "
            f"Assign at most {energy_kwh:,f} kWh and keep the rest for another site or month."
        )


class UnknownActivity(CalculationRefused):
    """No method calculates this activity."""

    code = "unknown_activity"

    def __init__(self, *, activity: str, nearest: Sequence[str]) -> None:
        self.activity, self.nearest = activity, tuple(nearest)
        hint = f"Did you mean {' or '.join(nearest)}?" if nearest else "Choose one from the list."
        super().__init__(f"No method calculates the activity “{activity}”. {hint}")
