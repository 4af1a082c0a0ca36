"""Reads. Separation of duties: who approved whose work, and who holds roles that conflict.

Tables are not named here: whatever has a column of who prepared and one of who decided is in the
report, also what comes later. The database refuses the same person in both, by a check of each
table; this reads the rows and counts, so that nobody has to believe the checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Count, Model
from django.utils.text import capfirst
from django.utils.translation import gettext_noop as _
from psycopg2 import sql

from departments.organisation.access import Permission
from departments.organisation.models import Membership, Role, User
from departments.organisation.said import Said, joined, said
from departments.organisation.telling import label_said

# Who prepared: all that a table has of these. Who decided: each that it has, beside all of those.
PREPARED = (
    "prepared_by",
    "proposed_by",
    "entered_by",
    "opened_by",
    "created_by",
    "submitted_by",
    "edited_by",
    "applied_by",
    "award_proposed_by",
    "evidenced_by",
)
DECIDED = ("approved_by", "decided_by", "awarded_by", "accepted_by", "answered_by", "verified_by")
WHEN_ELSE = "calculated_at"  # a recalculation says when it was proposed, not when approved
# States in which nothing was approved: it waits, went back to its author, or was taken back.
UNDECIDED = ("draft", "submitted", "returned", "proposed", "open", "withdrawn", "declined")


@dataclass(frozen=True, slots=True)
class Duty:
    """A kind of approval: a table, its columns of who prepared, and of who decided and when."""

    kind: str
    table: str
    preparers: tuple[str, ...]
    decider: str
    decided_at: str
    has_state: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """How often a person decided what another prepared; of several preparers each is a pair.

    The moments are None where the rows have none; such rows are in no window but the whole.
    """

    kind: str
    table: str
    prepared_as: str
    decided_as: str
    preparer: str
    decider: str
    count: int
    first_at: datetime | None
    last_at: datetime | None

    @property
    def as_words(self) -> tuple[Said, Said]:
        """As what they prepared and decided: `proposed by`, `approved by`."""
        return _words_of(self.prepared_as), _words_of(self.decided_as)

    @property
    def is_same_person(self) -> bool:
        """What must never be."""
        return self.preparer == self.decider


def _words_of(column: str) -> Said:
    return said(column.replace("_", " "))


@dataclass(frozen=True, slots=True)
class Conflict:
    """Roles of one person that together prepare and approve the same thing, or audit their own."""

    person: str
    is_active: bool
    roles: tuple[str, ...]
    why: Said


def duties() -> list[Duty]:
    """Every kind of approval that there is, by table."""
    return [duty for model in apps.get_models() for duty in _duties_of(model)]


def pairs(*, since: datetime | None = None, until: datetime | None = None) -> list[Pair]:
    """Who decided whose work in a window, the same person first; `until` is not included."""
    found = [pair for duty in duties() for pair in _pairs_of(duty, since, until)]
    return sorted(
        found, key=lambda pair: (not pair.is_same_person, pair.kind, pair.preparer, pair.decider)
    )


def each_decision(
    *, since: datetime | None = None, until: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """Every single decision in a window, kind by kind; memory stays flat."""
    for duty in duties():
        with transaction.atomic(), connection.chunked_cursor() as cursor:
            cursor.execute(_each(duty), _window(since, until))
            for row in cursor:
                *facts, at = row
                told = (duty.kind, duty.table, *facts, _told(at))
                yield dict(zip(EACH_COLUMNS, told, strict=True))


EACH_COLUMNS = ("kind", "table", "object", "prepared_as", "preparer", "decided_as", "decider", "at")


def conflicts() -> list[Conflict]:
    """Persons whose roles conflict: one prepares what another approves, or an auditor who acts.

    No step is open to one person alone even so: each is refused where its other half is theirs.
    """
    held: dict[int, set[Role]] = {}
    # One role alone conflicts with nothing, and most people have no more.
    roles = Membership.objects.order_by().values("user_id").annotate(Count("role", distinct=True))
    several = roles.filter(role__count__gt=1).values("user_id")
    for user_id, role in Membership.objects.filter(user_id__in=several).values_list(
        "user_id", "role"
    ):
        held.setdefault(user_id, set()).add(Role(role))
    why_of = {roles: reasons(set(roles)) for roles in {frozenset(each) for each in held.values()}}
    whose = {pk: roles for pk, roles in held.items() if why_of[frozenset(roles)]}
    people = User.objects.in_bulk(whose)
    found = [
        Conflict(people[pk].username, people[pk].is_active, tuple(sorted(roles)), why)
        for pk, roles in whose.items()
        for why in why_of[frozenset(roles)]
    ]
    return sorted(found, key=lambda conflict: (conflict.person, conflict.why))


def reasons(roles: set[Role]) -> list[Said]:
    """Why these roles in one hand conflict; nothing, if they don't."""
    found = []
    if Role.AUDITOR in roles and len(roles) > 1:
        others = joined(", ", sorted(label_said(role.label) for role in roles - {Role.AUDITOR}))
        found.append(said("audits, and acts as %(others)s", others=others))
    both = [what for what, *steps in halves() if _joins_roles(roles, *steps)]
    if both:
        found.append(said("may prepare and approve: %(both)s", both=joined(", ", map(said, both))))
    if {Role.CONTRIBUTOR, Role.SUSTAINABILITY_APPROVER} <= roles:
        found.append(said("may enter records and approve them"))
    if Role.ADMINISTRATOR in roles and roles & {Role.SUSTAINABILITY_APPROVER, Role.FINANCE}:
        found.append(said("may give roles, and approves or posts"))
    return found


# What `halves` finds by its names today, for those who translate it.
WHAT = (
    _("absorption"),
    _("award"),
    _("entry"),
    _("factors"),
    _("instrument"),
    _("key"),
    _("price"),
    _("settlement"),
)


def halves() -> list[tuple[str, Permission, Permission]]:
    """What one person prepares and another approves, with both steps; found by their names."""
    begins = ("propose_", "prepare_", "enter_", "score_")
    by_name = {str(permission): permission for permission in Permission}
    return [
        (name.removeprefix(begin), permission, by_name[f"approve_{name.removeprefix(begin)}"])
        for name, permission in by_name.items()
        for begin in begins
        if name.startswith(begin) and f"approve_{name.removeprefix(begin)}" in by_name
    ]


def _joins_roles(roles: set[Role], prepare: Permission, approve: Permission) -> bool:
    """Whether it takes two of these roles; where one does both, the person alone is told apart."""
    preparing, approving = roles & prepare.roles, roles & approve.roles
    return bool(preparing and approving and not preparing & approving)


def _duties_of(model: type[Model]) -> Iterator[Duty]:
    if not model._meta.managed or model._meta.proxy:
        return
    columns = {field.name: str(field.column) for field in model._meta.concrete_fields}
    preparers = tuple(columns[name] for name in PREPARED if name in columns)
    for name in DECIDED:
        at = name.replace("_by", "_at")
        at = at if at in columns else WHEN_ELSE
        if preparers and name in columns and at in columns:
            yield Duty(
                kind=str(capfirst(model._meta.verbose_name_plural or model._meta.db_table)),
                table=model._meta.db_table,
                preparers=preparers,
                decider=columns[name],
                decided_at=columns[at],
                has_state="state" in columns,
            )


def _pairs_of(duty: Duty, since: datetime | None, until: datetime | None) -> Iterator[Pair]:
    with connection.cursor() as cursor:
        cursor.execute(_grouped(duty), _window(since, until))
        for prepared_as, preparer, decider, count, first_at, last_at in cursor.fetchall():
            yield Pair(
                kind=duty.kind,
                table=duty.table,
                prepared_as=prepared_as,
                decided_as=duty.decider.removesuffix("_id"),
                preparer=preparer,
                decider=decider,
                count=count,
                first_at=first_at,
                last_at=last_at,
            )


# A table is read once, whoever prepared: what is left are the pairs of its people.
_GROUPED = """
    WITH decided AS MATERIALIZED (
        SELECT {preparers}, t.{decider}, count(*) AS number, min(t.{at}) AS first_at,
               max(t.{at}) AS last_at
          FROM {table} t WHERE t.{decider} IS NOT NULL{state}{window}
         GROUP BY {preparers}, t.{decider})
    SELECT prepared_as, p.username, d.username, sum(number)::bigint, min(first_at), max(last_at)
      FROM ({rows}) r JOIN organisation_user p ON p.id = r.preparer
      JOIN organisation_user d ON d.id = r.decider GROUP BY 1, 2, 3
"""
_PAIRS = """
    SELECT {prepared_as} AS prepared_as, {preparer} AS preparer, {decider} AS decider, number,
           first_at, last_at
      FROM decided WHERE {preparer} IS NOT NULL
"""
_EACH = """
    SELECT r.object, prepared_as, p.username, {decided_as}, d.username, at
      FROM ({rows}) r JOIN organisation_user p ON p.id = r.preparer
      JOIN organisation_user d ON d.id = r.decider ORDER BY at, r.object
"""
_ROWS = """
    SELECT t.{key}::text AS object, {prepared_as} AS prepared_as, t.{preparer} AS preparer,
           t.{decider} AS decider, t.{at} AS at
      FROM {table} t
     WHERE t.{preparer} IS NOT NULL AND t.{decider} IS NOT NULL{state}{window}
"""
_WINDOW = """
       AND (%(since)s::timestamptz IS NULL OR t.{at} >= %(since)s)
       AND (%(until)s::timestamptz IS NULL OR t.{at} < %(until)s)
"""


def _grouped(duty: Duty) -> sql.Composable:
    """How often whom decided whose work."""
    pairs = sql.SQL(" UNION ALL ").join(
        sql.SQL(_PAIRS).format(
            prepared_as=sql.Literal(preparer.removesuffix("_id")),
            preparer=sql.Identifier(preparer),
            decider=sql.Identifier(duty.decider),
        )
        for preparer in duty.preparers
    )
    preparers = sql.SQL(", ").join(sql.Identifier("t", name) for name in duty.preparers)
    return sql.SQL(_GROUPED).format(rows=pairs, preparers=preparers, **_parts(duty))


def _each(duty: Duty) -> sql.Composable:
    """Every single decision."""
    rows = sql.SQL(" UNION ALL ").join(
        sql.SQL(_ROWS).format(
            key=sql.Identifier("id"),
            prepared_as=sql.Literal(preparer.removesuffix("_id")),
            preparer=sql.Identifier(preparer),
            **_parts(duty),
        )
        for preparer in duty.preparers
    )
    decided_as = sql.Literal(duty.decider.removesuffix("_id"))
    return sql.SQL(_EACH).format(rows=rows, decided_as=decided_as)


def _parts(duty: Duty) -> dict[str, sql.Composable]:
    """What both ask of the table itself: its columns, and which rows are decided and in time."""
    at = sql.Identifier(duty.decided_at)
    undecided = sql.Literal(list(UNDECIDED))
    return {
        "decider": sql.Identifier(duty.decider),
        "at": at,
        "table": sql.Identifier(duty.table),
        "state": sql.SQL(" AND t.state <> ALL ({})").format(undecided)
        if duty.has_state
        else sql.SQL(""),
        "window": sql.SQL(_WINDOW).format(at=at),
    }


def _told(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()


def _window(since: datetime | None, until: datetime | None) -> dict[str, datetime | None]:
    return {"since": since, "until": until}
