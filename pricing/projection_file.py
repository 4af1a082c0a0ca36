"""Reads. Scenarios of years to come, from a TOML file; figures stay exact."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from departments.organisation.said import said
from pricing.errors import ProjectionImpossible
from pricing.projection import Project, Scenario, Trend

SCENARIO = {"name", "trend", "fitted_from", "growth", "price", "response", "project"}
PROJECT = {"name", "from", "until", "reduces_tonnes", "removes_tonnes"}


def read_scenarios(path: Path) -> tuple[Scenario, ...]:
    """Every `[[scenario]]` of a file.

    Raises: ProjectionImpossible, with what is wrong.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        return tuple(_scenario(facts) for facts in content["scenario"])
    except OSError as error:
        raise ProjectionImpossible(
            said("%(file)s can't be read: %(why)s.", file=path, why=error.strerror)
        ) from error
    except KeyError as error:
        raise ProjectionImpossible(
            said("%(file)s lacks %(key)s.", file=path.name, key=error)
        ) from error
    except (ValueError, TypeError) as error:
        raise ProjectionImpossible(
            said("%(file)s is no file of scenarios: %(why)s.", file=path.name, why=error)
        ) from error


def _scenario(facts: dict[str, Any]) -> Scenario:
    _known(facts, SCENARIO)
    growth = facts.get("growth")
    return Scenario(
        name=said(str(facts["name"])),
        trend=Trend(facts.get("trend", "constant")),
        fitted_from=facts.get("fitted_from"),
        growth=None if growth is None else Decimal(growth),
        prices=tuple(
            (int(each["from"]), Decimal(each["per_tonne"])) for each in facts.get("price", ())
        ),
        response=tuple(
            (Decimal(each["price"]), Decimal(each["change"])) for each in facts.get("response", ())
        ),
        projects=tuple(_project(each) for each in facts.get("project", ())),
    )


def _project(facts: dict[str, Any]) -> Project:
    _known(facts, PROJECT)
    until = facts.get("until")
    return Project(
        name=str(facts["name"]),
        starts_in=int(facts["from"]),
        ends_before=None if until is None else int(until) + 1,
        reduces_kgco2e=Decimal(facts.get("reduces_tonnes", 0)) * 1000,
        removes_kgco2e=Decimal(facts.get("removes_tonnes", 0)) * 1000,
    )


def _known(facts: dict[str, Any], names: set[str]) -> None:
    unknown = sorted(set(facts) - names)
    if unknown:
        raise ProjectionImpossible(
            said(
                "%(unknown)s is unknown; there are %(known)s.",
                unknown=", ".join(unknown),
                known=", ".join(sorted(names)),
            )
        )
