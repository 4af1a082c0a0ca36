"""Reads. The published figures of the demo company, as one tonnage a department and source.

First-published totals have no regional split: they are split in the proportions of the restated
regions, in whole tonnes, by largest remainder; so every total stays as published.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "demo"
FIRST_PUBLISHED, RESTATED = "ESR2021", "FACT2024"
SPLIT = "split over regions in the proportions of the 2024 restatement, whole tonnes"


@dataclass(frozen=True, slots=True)
class Figure:
    """Tonnes of one source in one fiscal year; `location_tonnes` only where Scope 2 has both."""

    fiscal_year: str
    starts_on: date
    ends_on: date
    activity: str
    region: str
    category: int | None
    tonnes: int
    location_tonnes: int | None
    citation: str
    note: str


def figures(fiscal_year: str, vintage: str) -> list[Figure]:
    """Every figure of a fiscal year as one report gave it."""
    return [
        *_scope_1(fiscal_year, vintage),
        *_scope_2(fiscal_year, vintage),
        *_scope_3(fiscal_year, vintage),
    ]


def _scope_1(fiscal_year: str, vintage: str) -> Iterable[Figure]:
    regional = _regional(fiscal_year, scope="1")
    total = _one(fiscal_year, vintage, scope="1")
    shares = split(int(total["value"]), regional)
    for region, tonnes in shares.items():
        yield _figure(total, "reported/scope-1", tonnes, region=region, is_split=shares != regional)


def _scope_2(fiscal_year: str, vintage: str) -> Iterable[Figure]:
    market = _one(fiscal_year, vintage, scope="2", method="market-based")
    location = _one(fiscal_year, vintage, scope="2", method="location-based")
    by_market = _regional(fiscal_year, scope="2", method="market-based")
    by_location = _regional(fiscal_year, scope="2", method="location-based")
    market_shares = split(int(market["value"]), by_market)
    location_shares = split(int(location["value"]), by_location)
    for region, tonnes in market_shares.items():
        yield _figure(
            market,
            "reported/scope-2",
            tonnes,
            region=region,
            location_tonnes=location_shares[region],
            is_split=market_shares != by_market,
        )


def _scope_3(fiscal_year: str, vintage: str) -> Iterable[Figure]:
    for row in _rows():
        if (row["fiscal_year"], row["report_vintage"], row["scope"]) != (fiscal_year, vintage, "3"):
            continue
        if row["metric"] != "emissions" or row["scope2_method"] == "location-based":
            continue
        category = int(row["scope3_category"])
        yield _figure(row, f"reported/scope-3/{category}", int(row["value"]), category=category)


def split(total: int, weights: dict[str, int]) -> dict[str, int]:
    """Whole tonnes in the proportions of `weights`, by largest remainder, ties by name."""
    whole = sum(weights.values())
    if total == whole:
        return dict(weights)
    shares = {name: total * weight // whole for name, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda name: (-(total * weights[name] % whole), name))
    for name in by_remainder[: total - sum(shares.values())]:
        shares[name] += 1
    return shares


def _figure(row: dict[str, str], activity: str, tonnes: int, **given: Any) -> Figure:
    notes = [
        row["scope3_category_name"],
        SPLIT if given.pop("is_split", False) else "",
    ]
    return Figure(
        fiscal_year=row["fiscal_year"],
        starts_on=date.fromisoformat(row["fy_start"]),
        ends_on=date.fromisoformat(row["fy_end"]),
        activity=activity,
        region=given.get("region", ""),
        category=given.get("category"),
        tonnes=tonnes,
        location_tonnes=given.get("location_tonnes"),
        citation=f"{row['source_name']}, {row['source_url']}",
        note="; ".join(note for note in notes if note),
    )


def _regional(fiscal_year: str, *, scope: str, method: str = "") -> dict[str, int]:
    return {
        row["region"]: int(row["value"])
        for row in _rows()
        if (row["fiscal_year"], row["metric"]) == (fiscal_year, "emissions by region")
        and (row["scope"], row["scope2_method"]) == (scope, method)
    }


def _one(fiscal_year: str, vintage: str, *, scope: str, method: str = "") -> dict[str, str]:
    (row,) = [
        row
        for row in _rows()
        if (row["fiscal_year"], row["report_vintage"]) == (fiscal_year, vintage)
        and (row["metric"], row["scope"], row["scope2_method"]) == ("emissions", scope, method)
    ]
    return row


@cache
def _rows() -> list[dict[str, str]]:
    with (FOLDER / "microsoft_emissions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
