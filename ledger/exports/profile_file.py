"""Writes. The companies' own constants of ERP formats, loaded in one go from rows of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from departments.organisation.access import Permission, may
from departments.organisation.models import LegalEntity, User
from departments.organisation.said import said
from ledger.errors.exports import ExportProfileRefused
from ledger.errors.settlements import NotAllowed
from ledger.exports.registry import ERP_FORMATS
from ledger.exports.setup import constants_of, layout_now
from ledger.models.exports import ExportConstant

COLUMNS = ("legal_entity", "format", "name", "value")
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did."""

    added: int
    unchanged: int


@transaction.atomic
def load_export_profile(rows: Sequence[Mapping[str, str]], *, by: User, at: datetime) -> Loaded:
    """Take every row, or none. What is loaded counts from the next export on; an empty value takes
    a constant away. Loaded again, nothing changes.

    Raises: NotAllowed; ExportProfileRefused, with every problem and its line.
    """
    if not may(by, Permission.MAP_ACCOUNTS):
        roles = Permission.MAP_ACCOUNTS.roles_text
        raise NotAllowed(by.get_username(), said("load what ERP exports take"), roles)
    entities = dict(LegalEntity.objects.values_list("code", "pk"))
    wanted = _read(rows, entities)
    with connection.cursor() as cursor:  # two loads at once would both find the same one in force
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('export constants', 0))")
    held = {name: constants_of(name) for name in ERP_FORMATS}
    new = [
        ExportConstant(
            legal_entity_id=entities[entity],
            format_name=format_name,
            name=name,
            value=value,
            set_by=by,
            set_at=at,
        )
        for (entity, format_name, name), value in wanted.items()
        if held[format_name].get(entity, {}).get(name, "") != value
    ]
    ExportConstant.objects.bulk_create(new)
    return Loaded(len(new), len(wanted) - len(new))


def _read(
    rows: Sequence[Mapping[str, str]], entities: Mapping[str, int]
) -> dict[tuple[str, str, str], str]:
    wanted: dict[tuple[str, str, str], str] = {}
    problems = [] if rows else ["there are no rows"]
    for line, row in enumerate(rows, start=2):  # the first line is the header
        entity, format_name, name, value = ((row.get(key) or "").strip() for key in COLUMNS)
        wrong = _wrong(entity, format_name, name, value, entities)
        if (entity, format_name, name) in wanted:
            wrong.append(f"{name} of {entity} for {format_name} stands there twice")
        problems += [f"line {line}: {problem}" for problem in wrong]
        wanted[entity, format_name, name] = value
    if problems:
        raise ExportProfileRefused(problems)
    return wanted


def _wrong(
    entity: str, format_name: str, name: str, value: str, entities: Mapping[str, int]
) -> list[str]:
    wrong = []
    if entity not in entities:
        known = ", ".join(sorted(entities)) or "none"
        wrong.append(f"there is no legal entity {entity!r}; known: {known}")
    if format_name not in ERP_FORMATS:
        return [*wrong, f"{format_name!r} takes no constants; {', '.join(ERP_FORMATS)} do"]
    constants = layout_now(format_name).constants
    if name not in constants:
        return [*wrong, f"{format_name} has no {name!r}; it has {', '.join(constants)}"]
    if len(value) > LONGEST:
        wrong.append(f"{name} is longer than {LONGEST} characters")
    problem = constants[name].problem_of(value) if value else None
    return [*wrong, f"{name} {problem}"] if problem else wrong
