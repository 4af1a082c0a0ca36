"""Writes. Takes in a published factor set or a table of GWPs, whole; a release is never edited."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.db import connection, transaction

from departments.inventory.entry import plain
from departments.inventory.errors import FactorFileRefused, ReleaseChanged, RowProblem
from departments.inventory.factor_file import (
    COPIED,
    NULLABLE,
    FactorFile,
    as_copy_text,
    read_factor_set,
    read_gwps,
)
from departments.inventory.models.factors import (
    EmissionFactor,
    FactorSet,
    GlobalWarmingPotential,
)


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What one folder or file brought: its rows, and how many of them were new."""

    code: str
    rows: int
    loaded: int

    @property
    def is_unchanged(self) -> bool:
        """Whether everything had been loaded before."""
        return self.loaded == 0


@transaction.atomic
def load_factor_set(folder: Path) -> LoadReport:
    """Load a folder with set.toml and factors.csv as one release.

    Safe to call again: the same file changes nothing.
    Raises: FactorFileRefused, with every problem; ReleaseChanged, if the code is loaded already
            from another file.
    """
    file = read_factor_set(folder)
    _one_loader_at_a_time()
    found = FactorSet.objects.filter(code=file.code).first()
    if found is not None:
        if found.sha256 != file.sha256:
            raise ReleaseChanged(
                factor_set=file.code, loaded_sha256=found.sha256, file_sha256=file.sha256
            )
        return LoadReport(file.code, len(file.rows), 0)
    _copy(file, _created(file))
    return LoadReport(file.code, len(file.rows), len(file.rows))


def _created(file: FactorFile) -> FactorSet:
    facts = file.facts
    return FactorSet.objects.create(
        code=file.code,
        publisher=facts["publisher"],
        title=facts["title"],
        year=facts["year"],
        gwp_set=facts.get("gwp_set", ""),
        boundary=facts.get("boundary", ""),
        licence=facts["licence"],
        attribution=facts.get("attribution", ""),
        source_url=facts.get("source_url", ""),
        sha256=file.sha256,
    )


def _copy(file: FactorFile, release: FactorSet) -> None:
    statement = (
        f"COPY {EmissionFactor._meta.db_table} ({COPIED}) "
        f"FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({_texts()}))"
    )
    with connection.cursor() as cursor:
        cursor.copy_expert(statement, as_copy_text(file.rows, set_id=release.pk))


def _texts() -> str:
    """The columns in which empty means empty, not NULL."""
    nullable = NULLABLE.split(", ")
    return ", ".join(column for column in COPIED.split(", ") if column not in nullable)


@transaction.atomic
def load_gwps(path: Path) -> LoadReport:
    """Load global warming potentials; those that are there already stay as they are.

    Raises: FactorFileRefused, also if the GWP of a gas differs from the loaded one.
    """
    rows = read_gwps(path)
    _one_loader_at_a_time()
    loaded = {
        (row.gwp_set, row.gas): row.kgco2e_per_kg for row in GlobalWarmingPotential.objects.all()
    }
    fresh, problems = [], []
    for line, row in enumerate(rows, start=2):
        known = loaded.get((row["gwp_set"], row["gas"]))
        if known is None:
            fresh.append(_gwp(row))
        elif known != Decimal(row["value"]):
            problems.append(_changed(line, row, known))
    if problems:
        raise FactorFileRefused(path=str(path), problems=problems)
    GlobalWarmingPotential.objects.bulk_create(fresh, batch_size=1000)
    return LoadReport("gwp", len(rows), len(fresh))


def _changed(line: int, row: dict[str, str], known: Decimal) -> RowProblem:
    reason = f"{row['gwp_set']} {row['gas']} is loaded as {plain(known):f} kgCO2e/kg."
    hint = "A published value is never edited: load the new one under a gwp_set of its own."
    return RowProblem(line, "value", row["value"], reason, hint)


def _gwp(row: dict[str, str]) -> GlobalWarmingPotential:
    return GlobalWarmingPotential(
        gwp_set=row["gwp_set"],
        gas=row["gas"],
        name=row["name"],
        kgco2e_per_kg=Decimal(row["value"]),
        is_blend=row["is_blend"] == "1",
        suspect=row["suspect"] == "1",
        source=row["source_name"][:300],
        source_url=row["source_url"],
        licence=row["licence"],
        notes=row["notes"],
    )


def _one_loader_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('inventory_factor_release'))")
