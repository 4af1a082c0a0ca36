"""Writes. Mappings by name, with every version, and which of them fits a header."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from departments.inventory.column_mapping.plan import ColumnPlan, plan_of, plan_problems, settled
from departments.inventory.errors.imports import MappingNotFound, MappingRefused
from departments.inventory.models.mappings import ColumnMapping
from departments.organisation.access import contributed_department_ids
from departments.organisation.errors import NotAllowed
from departments.organisation.models import User
from departments.organisation.said import said

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """The newest version of a mapping, who saved it, and when."""

    name: str
    version: int
    header: tuple[str, ...]
    plan: ColumnPlan
    saved_by: str
    saved_at: datetime


@transaction.atomic
def save_mapping(
    *, name: str, plan: ColumnPlan, header: Iterable[str], by: User, at: datetime
) -> SavedMapping:
    """Keep how files with this header are read; a name that is there gets another version.

    What is the same as the newest version is not saved again.
    Raises: NotAllowed; MappingRefused, without a name, or if the plan doesn't fit the header.
    """
    reach = contributed_department_ids(by)
    if reach is not None and not reach:
        raise NotAllowed(by.get_username(), said("save a mapping"), said("whoever enters activity"))
    name, names = name.replace("\x00", "").strip(), list(header)
    plan = settled(plan, names)
    problems = plan_problems(plan, names, 1)
    if problems or not 0 < len(name) <= LONGEST_NAME:
        raise MappingRefused(name=name, problems=problems)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('inventory_mapping ' || %s))", [name])
    newest = ColumnMapping.objects.filter(name=name).order_by("-version").first()
    content = plan.content()
    if newest is None or (newest.plan, newest.header) != (content, names):
        version = 1 if newest is None else newest.version + 1
        newest = ColumnMapping.objects.create(
            name=name, version=version, header=names, plan=content, saved_by=by, saved_at=at
        )
    return _shown(newest)


def find_mapping(name: str) -> SavedMapping:
    """The newest version of a mapping.

    Raises: MappingNotFound, with the names that there are.
    """
    found = _newest().filter(name=name.strip()).first()
    if found is None:
        raise MappingNotFound(name=name, names=[each.name for each in _newest()])
    return _shown(found)


def mappings_for(header: Iterable[str]) -> list[SavedMapping]:
    """The mappings that were made for just these columns, in whatever order."""
    wanted = _as_set(header)
    return [_shown(each) for each in _newest() if _as_set(each.header) == wanted]


def _newest() -> QuerySet[ColumnMapping]:
    return (
        ColumnMapping.objects.order_by("name", "-version")
        .distinct("name")
        .select_related("saved_by")
    )


def _as_set(header: Iterable[str]) -> set[str]:
    return {" ".join(name.split()).casefold() for name in header if name.strip()}


def _shown(row: ColumnMapping) -> SavedMapping:
    return SavedMapping(
        name=row.name,
        version=row.version,
        header=tuple(row.header),
        plan=plan_of(row.plan),
        saved_by=row.saved_by.get_username(),
        saved_at=row.saved_at,
    )
