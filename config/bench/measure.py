"""Calculates. What was measured beside what, against which target, and the table of all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

HEADINGS = ("work", "ours", "floor or peer", "ratio", "target", "met", "peak", "measured beside")


@dataclass(frozen=True, slots=True)
class Target:
    """What a ratio must reach: `at_most` (a time over its floor) or `at_least` (a rate over one).

    `below` is a bound for our own figure, in its unit. Times that differ by less than `same_within`
    count as the same.
    """

    at_most: float | None = None
    at_least: float | None = None
    below: float | None = None
    same_within: float = 0

    def __str__(self) -> str:
        bounds = []
        if self.at_most is not None:
            bounds.append(f"≤ {self.at_most:g}×")
        if self.at_least is not None:
            bounds.append(f"≥ {self.at_least:g}×")
        if self.below is not None:
            bounds.append(f"< {self.below:g} ms")
        return ", ".join(bounds)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: milliseconds of ours and of its floor."""

    name: str
    ours: float
    floor: float


@dataclass(frozen=True, slots=True)
class Measure:
    """One row: ours and its floor (or peer), both from this run, in the same unit.

    `unit` is `s` or `ms` (less is better) or `/s` (more is better). `peak_mib` is the most memory
    that the process which did our work has held; None where the row can't say. `parts` are the
    steps that our figure is made of, in seconds; `pages` those that the row was chosen from.
    """

    work: str
    ours: float
    beside: str
    floor: float
    unit: str
    target: Target
    peak_mib: float | None = None
    parts: tuple[tuple[str, float], ...] = ()
    pages: tuple[Page, ...] = ()

    @property
    def ratio(self) -> float:
        """Ours over the floor."""
        return self.ours / self.floor

    @property
    def is_met(self) -> bool:
        """Whether every bound of the target is kept."""
        at_most, at_least, below = self.target.at_most, self.target.at_least, self.target.below
        return (
            (at_most is None or self.ratio <= at_most or self._is_the_same)
            and (at_least is None or self.ratio >= at_least)
            and (below is None or self.ours < below)
        )

    @property
    def _is_the_same(self) -> bool:
        return self.ours - self.floor < self.target.same_within

    def with_peak(self, mib: float) -> Measure:
        """The same, with the memory of the process, unless the row knows better."""
        return self if self.peak_mib is not None else replace(self, peak_mib=mib)

    def facts(self) -> dict[str, Any]:
        """The row as JSON."""
        return {
            "work": self.work,
            "ours": self.ours,
            "floor": self.floor,
            "unit": self.unit,
            "ratio": self.ratio,
            "target": str(self.target),
            "met": self.is_met,
            "peak_mib": self.peak_mib,
            "beside": self.beside,
            "parts": dict(self.parts),
            "pages": [asdict(page) for page in self.pages],
        }


@dataclass(frozen=True, slots=True)
class Missing:
    """A row that can't be measured yet, and what it waits for."""

    work: str
    waits_for: str

    def facts(self) -> dict[str, Any]:
        """The row as JSON."""
        return {"work": self.work, "missing": self.waits_for}


def cells_of(facts: dict[str, Any]) -> tuple[str, ...]:
    """One row of the table."""
    if "missing" in facts:
        return (facts["work"], "", "", "", "", "not there yet", "", facts["missing"])
    peak = "" if facts["peak_mib"] is None else f"{facts['peak_mib']:,.0f} MiB"
    return (
        facts["work"],
        shown(facts["ours"], facts["unit"]),
        shown(facts["floor"], facts["unit"]),
        f"{facts['ratio']:.2f}×",
        facts["target"],
        "met" if facts["met"] else "NOT MET",
        peak,
        facts["beside"],
    )


def shown(figure: float, unit: str) -> str:
    """A figure with its unit, in as many digits as it is worth."""
    if unit == "/s":
        return f"{figure:,.0f}/s"
    return f"{figure:,.3f} {unit}" if figure < 10 else f"{figure:,.1f} {unit}"


def table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The lines of the table: text to the left, figures to the right."""
    cells = [HEADINGS, *(cells_of(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    lines = []
    for row in cells:
        padded = [
            text.rjust(width) if 1 <= column <= 3 or column == 6 else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(padded).rstrip())
    lines.insert(1, "  ".join("─" * width for width in widths))
    return lines


def where_time_goes(rows: Sequence[dict[str, Any]]) -> list[str]:
    """A line for each row that knows its parts: their seconds, and their share of ours."""
    return [
        f"{row['work']}: "
        + ", ".join(
            f"{name} {shown(seconds, 's')} ({seconds / row['ours']:.0%})"
            for name, seconds in row["parts"].items()
        )
        for row in rows
        if row.get("parts")
    ]


def page_times(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Every page of the rows that know theirs, the one that grew most first: floor, ours, ratio."""
    pages = [page for row in rows for page in row.get("pages", ())]
    pages.sort(key=lambda page: page["floor"] / page["ours"])
    return [
        f"{shown(page['floor'], 'ms'):>12}{shown(page['ours'], 'ms'):>14}"
        f"{page['ours'] / page['floor']:9.2f}×  {page['name']}"
        for page in pages
    ]
