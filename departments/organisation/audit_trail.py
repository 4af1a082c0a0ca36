"""Reads. The audit trail as people and programs see it: filtered, page by page or all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from departments.organisation.models import ApiKey, AuditEvent, User

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class TrailEvent:
    """One change of one row. `changed` names columns; `before` and `after` hold their values.

    `person` is for whom the transaction said it works, `key` the prefix of the API key that it came
    with; `named` the one person whom the row itself names for it, such as who approved. Empty where
    nobody is known: then program and database role say where it came from.
    """

    event_id: int
    at: datetime
    action: str
    table: str
    object: str
    person: str
    key: str
    named: str
    request_id: str
    program: str
    database_role: str
    reason: str
    transaction: int
    changed: tuple[str, ...]
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def who(self) -> str:
        """The person as far as one is known."""
        return self.person or self.named

    def content(self) -> dict[str, Any]:
        """As programs read it."""
        return {
            "id": self.event_id,
            "at": self.at.isoformat(),
            **{field.name: getattr(self, field.name) for field in fields(self)[2:13]},
            "changed": list(self.changed),
            "before": self.before,
            "after": self.after,
        }


COLUMNS = ("id", "at", *(field.name for field in fields(TrailEvent)[2:]))


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """Which events are wanted; what is left out does not narrow. `until` is not included.

    `actor` is a user name: what was done for that person, and, where nobody was told, what rows
    name that person for.
    """

    table: str | None = None
    object: str | None = None
    actor: str | None = None
    action: str | None = None
    request_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def rows(self) -> QuerySet[AuditEvent]:
        """The events that pass."""
        wanted = {
            "table_name": self.table,
            "object_key": self.object,
            "action": self.action,
            "request_id": self.request_id,
            "at__gte": self.since,
            "at__lt": self.until,
        }
        given = {name: value for name, value in wanted.items() if value is not None}
        rows = AuditEvent.objects.filter(**given)
        if self.actor is None:
            return rows
        ids = User.objects.filter(username=self.actor).values_list("pk", flat=True)
        actor = next(iter(ids), 0)
        return rows.filter(Q(person_id=actor) | Q(person_id__isnull=True, named_id=actor))


def trail(
    wanted: TrailFilter, *, after_id: int = 0, through_id: int | None = None, limit: int
) -> list[TrailEvent]:
    """Events in the order they were written, at most `limit`.

    Who comes back for those after the last one asks no further than `whole_through()`.
    """
    rows = wanted.rows().filter(pk__gt=after_id).order_by("pk")
    if through_id is not None:
        rows = rows.filter(pk__lte=through_id)
    return present(rows[:limit])


def every_event(wanted: TrailFilter) -> Iterator[TrailEvent]:
    """All events that there are now, in the order they were written; memory stays flat."""
    through, after = whole_through(), 0
    while rows := trail(wanted, after_id=after, through_id=through, limit=BATCH):
        yield from rows
        after = rows[-1].event_id


def tables() -> list[str]:
    """The tables that events are of; costs the same however many events there are."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return [table for (table,) in cursor.fetchall()]


# From one name to the next by the index: as many steps as there are tables.
_TABLES = """
    WITH RECURSIVE there AS (
        SELECT min(table_name) AS name FROM organisation_auditevent
        UNION ALL
        SELECT (SELECT min(table_name) FROM organisation_auditevent WHERE table_name > there.name)
          FROM there WHERE there.name IS NOT NULL
    )
    SELECT name FROM there WHERE name IS NOT NULL
"""


def whole_through() -> int:
    """The id through which every event that there will ever be is committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisation_trail_is_whole_through()")
        through: int = cursor.fetchone()[0]
    return through


def present(rows: Iterable[AuditEvent]) -> list[TrailEvent]:
    """Rows with the names that people and keys have now."""
    found = list(rows)
    ids = {pk for row in found for pk in (row.person_id, row.named_id) if pk is not None}
    names = dict(User.objects.filter(pk__in=ids).values_list("pk", "username"))
    key_ids = {row.key_id for row in found if row.key_id is not None}
    keys = dict(ApiKey.objects.filter(pk__in=key_ids).values_list("pk", "prefix"))
    return [_event(row, names, keys) for row in found]


def _event(row: AuditEvent, names: dict[int, str], keys: dict[int, str]) -> TrailEvent:
    return TrailEvent(
        event_id=row.pk,
        at=row.at,
        action=row.action,
        table=row.table_name,
        object=row.object_key,
        person=_called(row.person_id, names),
        key=_called(row.key_id, keys),
        named=_called(row.named_id, names),
        request_id=row.request_id,
        program=row.program,
        database_role=row.database_role,
        reason=row.reason,
        transaction=row.xid,
        changed=tuple(row.changed),
        before=row.before,
        after=row.after,
    )


def _called(pk: int | None, names: dict[int, str]) -> str:
    """Whoever is gone keeps a number."""
    return "" if pk is None else names.get(pk, f"#{pk}")
