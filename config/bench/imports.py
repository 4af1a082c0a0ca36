"""Reads the clock. A CSV file of activity data taken in, beside COPY of the same bytes."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection

from config.bench import clock
from config.bench.measure import Measure, Target
from config.bench.settling import NOW, person
from config.bench.sizes import Size
from departments.inventory import activity_import
from departments.organisation.models import Department

FACTOR_SETS = ("desnz_2024", "grid_desnz_uk", "grid_ember_owid", "grid_egrid_2023")
CLOSED = 2024  # the year that the company has settled, month by month, and closed
HEADER = "department,activity,started_on,ended_on,external_id,quantity,unit,place,note\n"
# What a company records, in the order in which the rows of the file take turns.
KINDS = (
    ("electricity/grid", "kWh", "GB"),
    ("electricity/grid", "kWh", "FR"),
    ("electricity/grid", "MWh", "US"),
    ("electricity/grid", "kWh", "KR"),
    ("electricity/grid", "kWh", "DE"),
    ("gaseous-fuels/natural-gas", "kWh (Gross CV)", "GB"),
    ("business-travel-air/flights/long-haul/economy-class/with-rf", "passenger.km", "GB"),
    ("hotel-stay/uk", "room night", "GB"),
    ("reported/scope-1", "kg", ""),
    ("reported/scope-3/6", "t", ""),
)


def measure(size: Size) -> Iterator[Measure]:
    """The import of a file of so many rows, beside COPY of it."""
    ours, floor, peak = measure_import(size.csv_rows)
    yield Measure(
        f"import {size.csv_rows:,} rows of CSV: checked, calculated, committed",
        ours,
        "COPY of the same file into bare staging",
        floor,
        "s",
        Target(at_most=12),
        peak_mib=peak,
    )


def measure_import(rows: int) -> tuple[float, float, float]:
    """Seconds of ours, seconds of the floor (before and after, the mean), peak MiB of this process.

    The file and the factors are made before the clock starts.
    """
    load_factors()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "activity.csv"
        write_file(path, rows=rows)
        copy_bare(path)
        before = clock.timed(lambda: copy_bare(path))
        ours = clock.timed(lambda: take_in(path, rows))
        after = clock.timed(lambda: copy_bare(path))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return ours, (before + after) / 2, peak


def take_in(path: Path, rows: int) -> None:
    """The import as the command does it."""
    with path.open("rb") as file:
        report = activity_import.import_file(
            file_name=path.name,
            content=file,
            by=person("analyst"),
            at=NOW,
            departments=Department.objects.all(),
        )
    if report.accepted != rows:
        raise AssertionError(f"{report.accepted:,} of {rows:,} rows were taken in")


def copy_bare(path: Path) -> None:
    """The floor: all columns as text, into a table without a key, gone again afterwards."""
    columns = ", ".join(f"{name} text" for name in HEADER.strip().split(","))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE floor_staging ({columns})")
        with path.open("rb") as file:
            cursor.cursor.copy_expert("COPY floor_staging FROM STDIN (FORMAT csv, HEADER)", file)
        cursor.execute("DROP TABLE floor_staging")


def write_file(path: Path, *, rows: int) -> None:
    """Always the same file: what stands in a row follows from its number."""
    codes = list(Department.objects.order_by("code").values_list("code", flat=True))
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        file.writelines(row_of(number, codes) for number in range(rows))


def row_of(number: int, codes: list[str]) -> str:
    """A row of one of the kinds, with an external id of its own; about one in a hundred is late."""
    activity, unit, place = KINDS[number % len(KINDS)]
    month = 1 + number // len(KINDS) % 12
    code = codes[number * 7919 % len(codes)]
    quantity = f"{1 + number * 37 % 99991}.{number % 1000:03}"
    year = CLOSED if number % 101 == 0 else CLOSED + 1
    days = f"{year}-{month:02}-01,{year}-{month:02}-28"
    return f"{code},{activity},{days},M-{number:08},{quantity},{unit},{place},\n"


def load_factors() -> None:
    """The releases that the rows need, by a process of its own, so that ours stays small."""
    for code in FACTOR_SETS:
        folder = f"fixtures/emission_factors/{code}"
        done = [sys.executable, "manage.py", "load_factors", folder]
        subprocess.run(done, cwd=settings.BASE_DIR, check=True, stdout=subprocess.DEVNULL)
