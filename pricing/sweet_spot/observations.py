"""Calculates. A panel's cells as arrays that a regression reads: floats, logs and numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.sweet_spot.panel import Cell, Panel

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
_SMALLEST_UNIT = 3  # a level and a trend leave nothing of fewer cells


@dataclass(frozen=True, slots=True)
class Observations:
    """One element a cell with emissions, sorted by unit (department × category) and time.

    `history` is the price in force in every period from the first, for each unit: what a cell
    without emissions says of the price is kept in it.
    """

    departments: tuple[str, ...]
    categories: tuple[str, ...]
    department: Integers
    category: Integers
    unit: Integers
    time: Integers
    tonnes: Floats
    price: Floats
    log_driver: Floats | None
    history: Floats
    zeros: int

    @property
    def size(self) -> int:
        return len(self.time)

    @property
    def log_tonnes(self) -> Floats:
        return np.log(self.tonnes)


def observe(panel: Panel) -> Observations:
    """The cells that say something: zeros are left out, and units with fewer than three cells.

    A zero of a meter or of a trip book is nearly always a reading that was missed.
    """
    usable = [cell for cell in panel.cells if cell.emissions_kgco2e > 0]
    counts: dict[tuple[str, str], int] = {}
    for cell in usable:
        counts[_unit(cell)] = counts.get(_unit(cell), 0) + 1
    kept = [cell for cell in usable if counts[_unit(cell)] >= _SMALLEST_UNIT]
    kept.sort(key=lambda cell: (cell.department, cell.category, panel.sequence[cell.period]))
    departments = sorted({cell.department for cell in kept})
    categories = sorted({cell.category for cell in kept})
    units = sorted({_unit(cell) for cell in kept})
    of_department = {name: place for place, name in enumerate(departments)}
    of_category = {name: place for place, name in enumerate(categories)}
    of_unit = {name: place for place, name in enumerate(units)}
    unit = np.array([of_unit[_unit(cell)] for cell in kept], dtype=np.int64)
    time = np.array([panel.sequence[cell.period] for cell in kept], dtype=np.int64)
    return Observations(
        departments=tuple(departments),
        categories=tuple(categories),
        department=np.array([of_department[cell.department] for cell in kept], dtype=np.int64),
        category=np.array([of_category[cell.category] for cell in kept], dtype=np.int64),
        unit=unit,
        time=time,
        tonnes=np.array([float(cell.emissions_kgco2e) / 1000 for cell in kept]),
        price=np.array([float(cell.price_per_tonne) for cell in kept]),
        log_driver=_log_driver(kept, unit, time),
        history=_history(panel, of_unit),
        zeros=len(panel.cells) - len(usable),
    )


def _unit(cell: Cell) -> tuple[str, str]:
    return cell.department, cell.category


def _history(panel: Panel, of_unit: dict[tuple[str, str], int]) -> Floats:
    periods = max(panel.sequence.values(), default=-1) + 1
    history = np.full((len(of_unit), periods), np.nan)
    for cell in panel.cells:
        place = of_unit.get(_unit(cell))
        if place is not None:
            history[place, panel.sequence[cell.period]] = float(cell.price_per_tonne)
    for row in history:
        known = np.flatnonzero(~np.isnan(row))
        last = np.maximum.accumulate(np.where(np.isnan(row), -1, np.arange(periods)))
        row[:] = row[np.where(last >= 0, last, known[0])]
    return history


def _log_driver(cells: list[Cell], unit: Integers, time: Integers) -> Floats | None:
    """Logs of drivers, gaps filled between neighbours; a unit without any gets the same throughout.

    What is the same throughout falls together with the unit's own level.
    """
    driver = np.array([float(cell.driver) if cell.driver else np.nan for cell in cells])
    if np.isnan(driver).all():
        return None
    logs: Floats = np.log(driver)
    for one in np.unique(unit):
        rows = np.flatnonzero(unit == one)
        known = rows[~np.isnan(logs[rows])]
        if len(known):
            logs[rows] = np.interp(time[rows], time[known], logs[known])
        else:
            logs[rows] = 0.0
    return logs
