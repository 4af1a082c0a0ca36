"""Reads. The atmosphere's years to come: under each scenario, and on the way to the aims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from departments.organisation.said import said, what_it_says
from ledger.atmosphere import Atmosphere, atmosphere
from pricing.errors import ProjectionImpossible
from pricing.projection import ProjectedYear, Projection, Scenario, Trend, project, target_path

USUAL = (
    Scenario(said("Nothing more is done")),
    Scenario(said("Growth goes on"), Trend.GEOMETRIC),
)


@dataclass(frozen=True, slots=True)
class Aims:
    """The year from which the company takes out more than it adds, and that by whose end nothing of
    all that it has emitted is left; None: no such aim."""

    negative_from: int | None = None
    zero_by: int | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What was, what would come, and the way to the aims (empty without them, or out of reach)."""

    now: Atmosphere
    aims: Aims
    until_year: int
    projections: tuple[Projection, ...]
    path: tuple[ProjectedYear, ...]
    problems: tuple[str, ...]


def outlook(
    *, aims: Aims, scenarios: Sequence[Scenario] = USUAL, until_year: int | None = None
) -> Outlook:
    """The atmosphere now and until a year, by default that of the farther aim, else 2050.

    A scenario that can't be projected is named among the problems; the others are shown.
    """
    now = atmosphere()
    until = until_year or aims.zero_by or aims.negative_from or 2050
    projections: list[Projection] = []
    problems: list[str] = []
    for scenario in scenarios:
        try:
            projections.append(
                project(
                    history=now.years,
                    lifetime_kgco2e=now.balance_kgco2e,
                    scenario=scenario,
                    until_year=until,
                )
            )
        except ProjectionImpossible as refusal:
            problems.append(
                said("%(name)s: %(why)s", name=scenario.name, why=what_it_says(refusal))
            )
    path: tuple[ProjectedYear, ...] = ()
    if now.years and aims.negative_from and aims.zero_by:
        try:
            path = target_path(
                last_year=now.years[-1].year,
                net_kgco2e=now.years[-1].net_kgco2e,
                lifetime_kgco2e=now.balance_kgco2e,
                negative_year=aims.negative_from,
                zero_year=aims.zero_by,
            )
        except ProjectionImpossible as refusal:
            problems.append(what_it_says(refusal))
    return Outlook(now, aims, until, tuple(projections), path, tuple(problems))


def outlook_content(found: Outlook) -> dict[str, Any]:
    """Everything, as programs read it; decimals as strings."""
    return {
        "scheme": found.now.scheme,
        "balance_kgco2e": f"{found.now.balance_kgco2e:f}",
        "historical_kgco2e": f"{found.now.historical_kgco2e:f}",
        "by_hand_kgco2e": f"{found.now.by_hand_kgco2e:f}",
        "years": [
            {
                "year": each.year,
                "emitted_kgco2e": f"{each.emitted_kgco2e:f}",
                "removed_kgco2e": f"{each.removed_kgco2e:f}",
                "net_kgco2e": f"{each.net_kgco2e:f}",
            }
            for each in found.now.years
        ],
        "aims": {
            "carbon_negative_from": found.aims.negative_from,
            "lifetime_zero_by": found.aims.zero_by,
            "path": [_year(each) for each in found.path],
        },
        "scenarios": [
            {
                "name": each.name,
                "first_negative_year": each.first_negative_year,
                "lifetime_zero_year": each.lifetime_zero_year,
                "explanation": list(each.explanation),
                "years": [_year(year) for year in each.years if not year.is_history],
            }
            for each in found.projections
        ],
        "problems": list(found.problems),
    }


def _year(each: ProjectedYear) -> dict[str, Any]:
    price = each.price_per_tonne
    return {
        "year": each.year,
        "emitted_kgco2e": f"{each.emitted_kgco2e:f}",
        "removed_kgco2e": f"{each.removed_kgco2e:f}",
        "net_kgco2e": f"{each.net_kgco2e:f}",
        "lifetime_kgco2e": f"{each.lifetime_kgco2e:f}",
        "price_per_tonne": None if price is None else f"{price:f}",
    }
