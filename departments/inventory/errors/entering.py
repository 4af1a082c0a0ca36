"""Refused of what is entered and calculated."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import NamedTuple

from departments.inventory.errors import InventoryError, RowProblem
from departments.organisation.said import either, said, together


class FieldProblem(NamedTuple):
    """What is wrong with one field, and what to do, in words."""

    field: str
    reason: str


class TrialRefused(InventoryError):
    """An activity that was to be tried out can't be worked out; `problems` are by column."""

    code = "activity_not_calculable"

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        self.problems = tuple(problems)
        self.field_problems = tuple(
            FieldProblem(each.column, together(each.reason, each.hint)) for each in problems
        )
        super().__init__(
            together(
                said("It can't be worked out."),
                *(
                    said("%(place)s: %(text)s", place=problem.field, text=problem.reason)
                    for problem in self.field_problems
                ),
            )
        )


class UnknownActivity(InventoryError):
    code = "unknown_activity"

    def __init__(self, *, activity: str, nearest: Collection[str]) -> None:
        self.activity, self.nearest = activity, tuple(nearest)
        self.reason = said("Nothing calculates this activity.")
        self.hint = (
            said("Did you mean %(nearest)s?", nearest=either(nearest))
            if nearest
            else said("Look it up: GET /api/v1/factors/?activity=…")
        )
        reason = said("Nothing calculates the activity “%(activity)s”.", activity=activity)
        super().__init__(together(reason, self.hint))


class OutsideOfScopes(InventoryError):
    code = "outside_of_scopes"

    def __init__(self, *, activity: str) -> None:
        self.activity = activity
        super().__init__(
            together(
                said(
                    "“%(activity)s” is published outside the scopes (biogenic CO2), so it is no "
                    "emission record.",
                    activity=activity,
                ),
                said("Record the fuel itself: its biogenic CO2 is shown beside the result."),
            )
        )


class ResultTooLarge(InventoryError):
    code = "result_too_large"

    def __init__(self, *, emissions_kgco2e: Decimal, largest_kgco2e: Decimal) -> None:
        self.emissions_kgco2e, self.largest_kgco2e = emissions_kgco2e, largest_kgco2e
        super().__init__(
            together(
                said(
                    "The result is %(emissions_kgco2e)s kgCO2e; one record holds at most "
                    "%(largest_kgco2e)s kgCO2e, a billion tonnes.",
                    emissions_kgco2e=f"{emissions_kgco2e:.3e}",
                    largest_kgco2e=f"{largest_kgco2e:,f}",
                ),
                said("Check the quantity and its unit."),
            )
        )


class NotCalculable(InventoryError):
    """The calculation itself refused; its own code and words are kept.

    `field` is the input that has to change, where one alone does.
    """

    code = "not_calculable"

    def __init__(self, *, cause_code: str, reason: str, field: str = "") -> None:
        self.cause_code, self.reason, self.field = cause_code, reason, field
        super().__init__(reason)
