"""Calculates. What the company's activity adds up to, row by row, by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from config.bench.generator.row import Row

TOTAL_COLUMNS = (
    "month",
    "department",
    "kind",
    "scope",
    "category",
    "durability_class",
    "rows",
    "location_kgco2e",
    "market_kgco2e",
)
Key = tuple[str, str, str, int, int, str]


@dataclass(slots=True)
class Totals:
    """Sums by month of the last day, department, kind, scope, category and durability class."""

    by_key: dict[Key, list[Any]] = field(
        default_factory=lambda: defaultdict(lambda: [0, Decimal(0), Decimal(0)])
    )
    scope_2: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, row: Row) -> None:
        """Count one row."""
        kind = "removal" if row.scope is None else "emission"
        sums = self.by_key[
            (
                f"{row.ended_on:%Y-%m}",
                row.department,
                kind,
                row.scope or 0,
                row.category or 0,
                row.inputs.get("durability_class", ""),
            )
        ]
        sums[0] += 1
        sums[1] += row.location_kgco2e
        sums[2] += row.market_kgco2e

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The table, sorted; empty cells where there is no scope or category."""
        for (month, department, kind, scope, category, durability), sums in sorted(
            self.by_key.items()
        ):
            yield month, department, kind, scope or "", category or "", durability, *sums

    def summary(self) -> dict[str, str]:
        """The whole company: both bases of Scope 2 and how far they are apart, and the total."""
        location = self._sum(1, kind="emission", scope=2)
        market = self._sum(2, kind="emission", scope=2)
        return {
            "rows": str(sum(sums[0] for sums in self.by_key.values())),
            "emissions_kgco2e_market": f"{self._sum(2, kind='emission'):f}",
            "emissions_kgco2e_location": f"{self._sum(1, kind='emission'):f}",
            "removals_kgco2e": f"{self._sum(1, kind='removal'):f}",
            "scope_2_location_kgco2e": f"{location:f}",
            "scope_2_market_kgco2e": f"{market:f}",
            "scope_2_location_over_market": f"{location / market:.2f}",
        }

    def _sum(self, column: int, *, kind: str, scope: int | None = None) -> Decimal:
        found = (
            sums[column]
            for key, sums in self.by_key.items()
            if key[2] == kind and scope in (None, key[3])
        )
        return sum(found, Decimal(0))
