"""Calculates. What a new factor year changes: the activities of 2024 by the factors of 2025."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from config.bench.generator import factors
from config.bench.generator.row import Row, milligrams, product

OWN_METHODS = ("compute/", "refrigerant/", factors.GRID)
FROM_YEAR, TO_YEAR = 2024, 2025
RESTATED_COLUMNS = (
    "external_id",
    "department",
    "activity",
    "kgco2e_2024",
    "kgco2e_2025",
    "difference",
)


@dataclass(slots=True)
class Restatement:
    """The sums of all lines; the differences of the lines sum to theirs exactly."""

    lines: int = 0
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)

    def line(self, row: Row) -> tuple[str, ...] | None:
        """One line of the report; None for a row that no UK factor of that year backs."""
        is_backed = row.place == "GB" and not row.activity.startswith(OWN_METHODS)
        if row.ended_on.year != FROM_YEAR or not is_backed:
            return None
        newer = factors.factor(row.activity, "GB", TO_YEAR, row.unit)
        after = milligrams(product(Decimal(row.quantity), newer.kgco2e_per_unit))
        before = row.location_kgco2e
        self.lines += 1
        self.before += before
        self.after += after
        figures = (f"{before:f}", f"{after:f}", f"{after - before:f}")
        return row.external_id, row.department, row.activity, *figures

    def facts(self) -> dict[str, str]:
        """The totals as JSON."""
        return {
            "lines": str(self.lines),
            "kgco2e_2024": f"{self.before:f}",
            "kgco2e_2025": f"{self.after:f}",
            "difference": f"{self.after - self.before:f}",
        }
