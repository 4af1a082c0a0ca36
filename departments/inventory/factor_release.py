"""Writes. Takes in a published factor set or a table of GWPs, whole; a release is never edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from departments.inventory.entry import plain
from departments.inventory.errors import RowProblem
from departments.inventory.errors.factors import (
    FactorFileRefused,
    FactorsDecidedBySamePerson,
    FactorSetNotFound,
    FactorSetNotProposed,
    ReleaseChanged,
)
from departments.inventory.factor_checks import Flag, Key, flags_of
from departments.inventory.factor_difference import figures_of
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
from departments.organisation.access import Permission, may
from departments.organisation.errors import NotAllowed
from departments.organisation.models import User
from departments.organisation.said import said


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What one folder or file brought: its rows, how many were new, and what looks wrong."""

    code: str
    rows: int
    loaded: int
    flags: tuple[Flag, ...] = ()

    @property
    def is_unchanged(self) -> bool:
        """Whether everything had been loaded before."""
        return self.loaded == 0


def load_factor_set(folder: Path) -> LoadReport:
    """Load a folder with set.toml and factors.csv as one published release.

    Safe to call again: the same file changes nothing.
    Raises: FactorFileRefused, with every problem; ReleaseChanged, if the code is loaded already
            from another file.
    """
    return _load(folder)


def propose_company_factors(*, folder: Path, by: User, at: datetime) -> LoadReport:
    """Load the company's own factors; they count once another person has approved them.

    Every row says where it comes from, in `source_url` or `notes`.
    Raises: NotAllowed; else as `load_factor_set`.
    """
    _require(by, Permission.PROPOSE_FACTORS, said("propose factors"))
    return _load(folder, proposed_by=by, proposed_at=at)


@transaction.atomic
def approve_company_factors(*, code: str, by: User, at: datetime) -> FactorSet:
    """Let the company's own factors count, as another person than who proposed them.

    Safe to call again by the same person.
    Raises: NotAllowed; FactorSetNotFound; FactorSetNotProposed; FactorsDecidedBySamePerson.
    """
    _require(by, Permission.APPROVE_FACTORS, said("approve factors"))
    release = FactorSet.objects.select_for_update().filter(code=code).first()
    if release is None:
        known = list(FactorSet.objects.order_by("code").values_list("code", flat=True))
        raise FactorSetNotFound(code=code, known=known)
    if release.approved_by_id == by.pk:
        return release
    if release.proposed_by_id is None or release.approved_by_id is not None:
        raise FactorSetNotProposed(code=code)
    if release.proposed_by_id == by.pk:
        raise FactorsDecidedBySamePerson(code=code, person=by.get_username())
    release.approved_by, release.approved_at = by, at
    release.save(update_fields=["approved_by", "approved_at"])
    return release


def _require(by: User, permission: Permission, step: str) -> None:
    if not may(by, permission):
        raise NotAllowed(by.get_username(), step, permission.roles_text)


@transaction.atomic
def _load(folder: Path, **company: Any) -> LoadReport:
    file = read_factor_set(folder)
    if company:
        _require_sources(file)
    _one_loader_at_a_time()
    found = FactorSet.objects.filter(code=file.code).first()
    if found is not None:
        if found.sha256 != file.sha256:
            raise ReleaseChanged(
                factor_set=file.code, loaded_sha256=found.sha256, file_sha256=file.sha256
            )
        return LoadReport(file.code, len(file.rows), 0)
    flags = flags_of(file.rows, _neighbours(file))
    suspect = {flag.factor_id for flag in flags if flag.is_suspect}
    rows = [row | {"suspect": "1"} if row["factor_id"] in suspect else row for row in file.rows]
    _copy(rows, _created(file, **company))
    return LoadReport(file.code, len(rows), len(rows), tuple(flags))


def _neighbours(file: FactorFile) -> dict[Key, Decimal]:
    """The figures of the publisher's release that is nearest in years, the earlier of two."""
    others = FactorSet.objects.filter(publisher=file.facts["publisher"]).exclude(code=file.code)
    wanted = int(file.facts["year"])
    nearest = min(others, key=lambda each: (abs(each.year - wanted), each.year), default=None)
    return figures_of(nearest.code) if nearest else {}


def _require_sources(file: FactorFile) -> None:
    hint = said("Name the study, supplier or measurement, with its year.")
    problems = [
        RowProblem(line, "notes", "", said("This factor has no source."), hint)
        for line, row in enumerate(file.rows, start=2)
        if not (row["source_url"] or row["notes"])
    ]
    if problems:
        raise FactorFileRefused(path=str(file.path), problems=problems)


def _created(file: FactorFile, **company: Any) -> FactorSet:
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
        **company,
    )


def _copy(rows: Iterable[Mapping[str, str]], release: FactorSet) -> None:
    statement = (
        f"COPY {EmissionFactor._meta.db_table} ({COPIED}) "
        f"FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({_texts()}))"
    )
    with connection.cursor() as cursor:
        cursor.copy_expert(statement, as_copy_text(rows, set_id=release.pk))


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
    reason = said(
        "%(gwp_set)s %(gas)s is loaded as %(known)s kgCO2e/kg.",
        gwp_set=row["gwp_set"],
        gas=row["gas"],
        known=f"{plain(known):f}",
    )
    hint = said("A published value is never edited: load the new one under a gwp_set of its own.")
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
