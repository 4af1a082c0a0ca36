"""Writes. Which general-ledger account each kind of account is, loaded in one go from rows of text.

A mapping that is replaced ends on the day before; on its own first day it is void instead. The old
one stays, with who ended it and when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db import connection, transaction

from departments.organisation.access import Permission, may
from departments.organisation.models import LegalEntity, User
from departments.organisation.said import said
from ledger.errors.journal import GlMappingRefused
from ledger.errors.settlements import NotAllowed
from ledger.models.accounts import AccountKind
from ledger.models.gl_mapping import MONEY_KINDS, GlMapping
from pricing import price_lookup
from pricing.errors import SchemeNotFound

COLUMNS = (
    "legal_entity",
    "account_kind",
    "scheme",
    "category",
    "gl_account",
    "gl_name",
    "tax_code",
    "segment",
    "from",
)
NAMED = ("gl_account", "gl_name", "tax_code", "segment")
LONGEST: dict[str, int] = {
    name: getattr(GlMapping._meta.get_field(name), "max_length", 0) for name in NAMED
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did."""

    added: int
    ended: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A row that can be taken."""

    line: int
    legal_entity_id: int
    account_kind: str
    scheme_id: int | None
    category: int | None
    from_on: date | None
    named: dict[str, str]

    @property
    def key(self) -> dict[str, Any]:
        """What it maps."""
        return {
            "legal_entity_id": self.legal_entity_id,
            "account_kind": self.account_kind,
            "scheme_id": self.scheme_id,
            "category": self.category,
        }


@transaction.atomic
def load_gl_mapping(rows: Sequence[Mapping[str, str]], *, by: User, at: datetime) -> Loaded:
    """Take every row, or none: each names the GL account of a kind from a day on.

    It lasts until the next one that is announced; without a day it counts from the beginning.
    Loaded again, nothing changes.

    Raises: NotAllowed; GlMappingRefused, with every problem and its line.
    """
    if not may(by, Permission.MAP_ACCOUNTS):
        roles = Permission.MAP_ACCOUNTS.roles_text
        raise NotAllowed(by.get_username(), said("map accounts to the general ledger"), roles)
    wanted = _read(rows)
    with connection.cursor() as cursor:  # two loads at once would both find the same one in force
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('ledger GL mapping', 0))")
    added = ended = 0
    for row in wanted:
        made, closed = _set(row, by, at)
        added += made
        ended += closed
    return Loaded(added, ended, len(wanted) - added)


def _set(row: _Wanted, by: User, at: datetime) -> tuple[int, int]:
    """Returns: how many mappings were added, and how many ended."""
    same_key = sorted(
        GlMapping.objects.filter(is_void=False, **row.key), key=lambda found: _begins(found)
    )
    day = row.from_on or date.min
    running = next((found for found in same_key if _begins(found) <= day < _ends(found)), None)
    if running is not None and all(getattr(running, name) == row.named[name] for name in NAMED):
        return 0, 0
    announced = next((found.in_force.lower for found in same_key if _begins(found) > day), None)
    if running is not None:
        _end(running, row.from_on, by, at)
    GlMapping.objects.create(
        **row.key, **row.named, in_force=(row.from_on, announced), set_by=by, set_at=at
    )
    return 1, int(running is not None)


def _begins(mapping: GlMapping) -> date:
    return mapping.in_force.lower or date.min


def _ends(mapping: GlMapping) -> date:
    return mapping.in_force.upper or date.max


def _end(mapping: GlMapping, day: date | None, by: User, at: datetime) -> None:
    if day is None or _begins(mapping) >= day:
        mapping.is_void = True
    else:
        mapping.in_force = (mapping.in_force.lower, day)
    mapping.ended_by, mapping.ended_at = by, at
    mapping.save(update_fields=["in_force", "is_void", "ended_by", "ended_at"])


def _read(rows: Sequence[Mapping[str, str]]) -> list[_Wanted]:
    entities = dict(LegalEntity.objects.values_list("code", "pk"))
    wanted: list[_Wanted] = []
    problems: list[str] = []
    for line, row in enumerate(rows, start=2):  # the first line is the header
        texts = {name: (row.get(name) or "").strip() for name in COLUMNS}
        found, wrong = _read_row(line, texts, entities)
        problems += [f"line {line}: {problem}" for problem in wrong]
        wanted += [] if found is None else [found]
    problems += _repeats(wanted)
    if not rows:
        problems.append("there are no rows")
    if problems:
        raise GlMappingRefused(problems)
    return wanted


def _read_row(
    line: int, row: dict[str, str], entities: dict[str, int]
) -> tuple[_Wanted | None, list[str]]:
    wrong: list[str] = []
    if row["legal_entity"] not in entities:
        known = ", ".join(sorted(entities)) or "none"
        wrong.append(f"there is no legal entity {row['legal_entity']!r}; known: {known}")
    if row["account_kind"] not in AccountKind.values:
        wrong.append(
            f"{row['account_kind']!r} is no kind of account; known: {', '.join(AccountKind.values)}"
        )
    scheme_id = _scheme(row, wrong)
    category = _category(row, wrong)
    if not row["gl_account"]:
        wrong.append("gl_account is empty")
    wrong += [
        f"{name} is longer than {longest} characters"
        for name, longest in LONGEST.items()
        if len(row[name]) > longest
    ]
    from_on = _day(row, wrong)
    if wrong:
        return None, wrong
    named = {name: row[name] for name in NAMED}
    entity_id = entities[row["legal_entity"]]
    return _Wanted(line, entity_id, row["account_kind"], scheme_id, category, from_on, named), []


def _scheme(row: dict[str, str], wrong: list[str]) -> int | None:
    if not row["scheme"]:
        return None
    if row["account_kind"] not in MONEY_KINDS:
        wrong.append(f"{row['account_kind']} has no scheme: leave it empty")
    try:
        return price_lookup.scheme_terms(code=row["scheme"]).id
    except SchemeNotFound as refusal:
        wrong.append(str(refusal))
        return None


def _category(row: dict[str, str], wrong: list[str]) -> int | None:
    if not row["category"]:
        return None
    if row["account_kind"] != AccountKind.EMISSIONS:
        wrong.append(f"{row['account_kind']} has no Scope 3 category: leave it empty")
    if row["category"] not in {str(number) for number in range(1, 16)}:
        wrong.append(f"{row['category']!r} is no Scope 3 category, 1 to 15")
        return None
    return int(row["category"])


def _day(row: dict[str, str], wrong: list[str]) -> date | None:
    if not row["from"]:
        return None
    try:
        return date.fromisoformat(row["from"])
    except ValueError:
        wrong.append(f"{row['from']!r} is no day; write it as YYYY-MM-DD")
        return None


def _repeats(wanted: list[_Wanted]) -> list[str]:
    """Rows that would replace each other; several days of one key are fine, in order."""
    problems = []
    by_key = sorted(wanted, key=lambda row: (str(row.key), row.line))
    for before, after in pairwise(by_key):
        in_order = (before.from_on or date.min) < (after.from_on or date.min)
        if before.key == after.key and not in_order:
            problems.append(
                f"line {after.line}: maps the same as line {before.line}, and not from a later day"
            )
    return problems
