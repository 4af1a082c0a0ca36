"""Calculates. CodeCarbon's emissions.csv: a run is one row, however many GPUs and writes it had.

A tracker appends a row each time it writes, with all energy since its start, so the last row of a
run counts. A run on several GPUs starts a tracker in each of its processes, and in tracking mode
“machine” each of them measures the whole machine: runs of one project on one machine that overlap
in time are one, and the one that measured most counts.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from departments.inventory.compute_tables import alpha2_of, region_named
from departments.inventory.foreign_files.rows import (
    ForeignFile,
    ForeignRow,
    LeftOut,
    missing_columns,
    number,
    wall_clock,
    written,
)
from departments.organisation.said import said

NEEDED = ("timestamp", "run_id", "duration", "energy_consumed")
MOST_SECONDS = 10 * 366 * 24 * 60 * 60
_MACHINE = ("cpu_model", "cpu_count", "gpu_model", "gpu_count", "ram_total_size", "os",
            "longitude", "latitude", "cloud_provider", "cloud_region")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """A row of the file that can be read: energy in kWh, and when it was used."""

    line: int
    cells: dict[str, str]
    energy_kwh: Decimal
    started_at: datetime
    ended_at: datetime

    @property
    def run_id(self) -> str:
        return self.cells["run_id"]

    @property
    def machine(self) -> tuple[str, ...]:
        """Project and machine, as far as the file tells machines apart."""
        names = ("project_name", "experiment_id", *_MACHINE)
        return tuple(self.cells.get(name, "") for name in names)


def read(text: str) -> ForeignFile:
    """The runs of a file."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    file = ForeignFile()
    hint = said("Is this CodeCarbon's emissions.csv, of version 2 or later?")
    file.problems += missing_columns(reader.fieldnames or (), NEEDED, hint)
    if file.problems:
        return file
    runs: list[Run] = []
    try:
        runs += [run for cells in reader if (run := _run(reader.line_num, cells, file))]
    except csv.Error as error:
        file.refuse(
            reader.line_num,
            "",
            "",
            said("From here on this is not CSV: %(error)s.", error=error),
            hint,
        )
    for run, named in _counted_once(_last_writes(runs, file), file):
        file.rows.append(_row(run, named))
    return file


def _run(line: int, cells: dict[str, str], file: ForeignFile) -> Run | None:
    cells = {name: (text or "").strip() for name, text in cells.items() if name}
    figures = {name: number(cells[name]) for name in ("energy_consumed", "duration")}
    ended_at = wall_clock(cells["timestamp"])
    for name, figure in figures.items():
        if figure is None or figure < 0:
            hint = said("Leave the row out if the run failed before it measured anything.")
            file.refuse(line, name, cells[name], said("This is not what was measured."), hint)
    if ended_at is None:
        file.refuse(
            line,
            "timestamp",
            cells["timestamp"],
            said("This is no moment."),
            "2024-01-31T12:00",
        )
    if not cells["run_id"]:
        file.refuse(
            line, "run_id", "", said("It is missing."), said("It says which rows are one run.")
        )
    energy, seconds = figures["energy_consumed"], figures["duration"]
    if energy is None or seconds is None or ended_at is None or min(energy, seconds) < 0:
        return None
    if seconds > MOST_SECONDS:
        hint = said("It is in seconds.")
        file.refuse(line, "duration", cells["duration"], said("No run lasts for ten years."), hint)
        return None
    started_at = ended_at - timedelta(seconds=int(seconds))
    return Run(line, cells, energy, started_at, ended_at)


def _last_writes(runs: list[Run], file: ForeignFile) -> list[Run]:
    """Of the rows of one run the last, which holds the energy of all."""
    last: dict[str, Run] = {}
    for run in runs:
        before = last.get(run.run_id)
        kept = run if before is None or run.energy_kwh >= before.energy_kwh else before
        if before is not None:
            dropped = before if kept is run else run
            why = said(
                "an earlier write of the run in line %(line)s, which holds its energy",
                line=kept.line,
            )
            file.left_out.append(LeftOut(dropped.line, said("run %(id)s", id=run.run_id), why))
        last[run.run_id] = kept
    return list(last.values())


def _counted_once(runs: list[Run], file: ForeignFile) -> list[tuple[Run, str]]:
    """Of trackers that measured one machine at the same time the one that measured most.

    It goes by the first of their ids, whichever of them measured most when the file was written.
    """
    kept: list[Run] = []
    ids: dict[str, str] = {}
    for run in sorted(runs, key=lambda run: (-run.energy_kwh, run.line)):
        same = next((each for each in kept if _is_same_machine(run, each)), None)
        if same is None:
            kept.append(run)
            ids[run.run_id] = run.run_id
            continue
        ids[same.run_id] = min(ids[same.run_id], run.run_id)
        why = said(
            "its tracker measured the same machine as that in line %(line)s, at the same time",
            line=same.line,
        )
        file.left_out.append(LeftOut(run.line, said("run %(id)s", id=run.run_id), why))
    return [(run, ids[run.run_id]) for run in sorted(kept, key=lambda run: run.line)]


def _is_same_machine(run: Run, other: Run) -> bool:
    measures_all = all(
        each.cells.get("tracking_mode", "machine") in ("", "machine") for each in (run, other)
    )
    overlap = run.started_at < other.ended_at and other.started_at < run.ended_at
    return measures_all and run.machine == other.machine and overlap


def _row(run: Run, named: str) -> ForeignRow:
    cells = run.cells
    pue = number(cells.get("pue", "")) or Decimal(1)
    on_cloud = cells.get("on_cloud", "").upper() == "Y"
    energy = written(run.energy_kwh)
    models = " ".join(cells.get(name, "") for name in ("gpu_count", "gpu_model")).strip()
    return ForeignRow(
        run.line,
        cells.get("project_name", ""),
        {
            "activity": "compute/cloud/training" if on_cloud else "compute/training",
            "started_on": run.started_at.date().isoformat(),
            "ended_on": run.ended_at.date().isoformat(),
            "external_id": f"codecarbon:{named}"[:100],
            "quantity": energy,
            "unit": "kWh",
            "place": _place(cells),
            "note": f"CodeCarbon {cells.get('codecarbon_version', '')}, {models or 'no GPU'}"[:500],
            # What it measures is the machine; a PUE above 1 it has multiplied in.
            "machine_energy_kwh": energy if pue == 1 else "",
            "pue": "1" if pue == 1 else "",
        },
    )


def _place(cells: dict[str, str]) -> str:
    region = f"{cells.get('cloud_provider', '')}/{cells.get('cloud_region', '')}"
    if region_named(region):
        return region
    code = cells.get("country_iso_code", "")
    return alpha2_of(code) or code
