"""Reads. Staged rows compared with each other and with what is recorded: what looks wrong in them.

A row that looks wrong is taken in all the same, and says why to whoever approves it. Everything is
compared by statements over whole tables; no row is asked about by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from json import dumps, loads
from operator import itemgetter
from typing import Any

from django.db import connection
from psycopg2.extras import execute_values

from departments.inventory import closed_days, units
from departments.inventory.doubts import Doubt, doubt_of
from departments.inventory.models.activity import ActivityRecord
from departments.inventory.set_based import read_sql

# What comes with a bill or a meter reading for a span of days, by the beginning of its path.
BILLED = (
    "electricity",
    "gaseous-fuels",
    "liquid-fuels",
    "solid-fuels",
    "heat-and-steam",
    "water-supply",
    "water-treatment",
    "waste-disposal",
    "managed-assets-electricity",
)
# So many readings at least tell what is usual.
READINGS = 4
AT_ONCE = 2000
COMPARISONS = ("compare_rows", "compare_usual", "compare_repeats", "compare_dates")

# Line, department, activity, unit, place, inputs, estimated, first day, last day, quantity, id.
StagedFacts = tuple[int, int, str, str, str, dict[str, Any], bool, Any, Any, Any, str]


def stage(rows: Iterable[StagedFacts]) -> None:
    """Put rows of a small file where those of a large one are, see `staged_import`."""
    recipes: dict[str, tuple[Any, ...]] = {}
    staged: list[tuple[Any, ...]] = []
    for line, department_id, activity, unit, place, inputs, estimated, *days, quantity, key in rows:
        given = dumps(inputs, ensure_ascii=False, sort_keys=True)
        facts = (activity, unit, place, given, estimated)
        number, *_ = recipes.setdefault(repr(facts), (len(recipes) + 1, *facts))
        staged.append((line, department_id, number, *days, quantity, key, "", None, None))
    with connection.cursor() as cursor:
        cursor.execute(read_sql("stage_tables"))
        if staged:
            _insert(cursor, "inventory_staged_row", staged)
            more = [(*recipe, None, None, None) for recipe in recipes.values()]
            _insert(cursor, "inventory_staged_recipe", more)


def find_doubts(*, record_ids: Collection[int] = ()) -> Iterator[tuple[int, list[Doubt]]]:
    """What looks wrong in the staged rows, in the order of their lines, in the open transaction.

    `record_ids` are records that are staged themselves. They are no history of their own.
    """
    compare(record_ids=record_ids)
    return doubts_found()


def compare(*, record_ids: Collection[int] = ()) -> None:
    """Put what looks wrong in the staged rows into a table, for `doubts_found`, `keep_doubts`."""
    with connection.cursor() as cursor:
        facts: dict[str, Any] = {
            "billed": list(BILLED),
            "records": list(record_ids),
            "readings": READINGS,
        }
        cursor.execute(read_sql("compare_tables"), facts)
        _add_units(cursor, [unit for (unit,) in cursor.fetchall()])
        closed = closed_days.closed_days()
        if closed:
            _insert(cursor, "inventory_closed_days", closed)
        cursor.execute(";\n".join(map(read_sql, COMPARISONS)), facts)


def doubts_found(*, most: int | None = None) -> Iterator[tuple[int, list[Doubt]]]:
    """The doubts about each line, in order; at most about so many lines."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(read_sql("doubts_found"), {"most": most})
        for line, rows in groupby(cursor, key=itemgetter(0)):
            yield line, [doubt_of(kind, loads(figures)) for _, kind, figures in rows]


def keep_doubts() -> int:
    """Put all doubts where `staged_insert` finds them; how many there are.

    What is said of many rows alike, such as that they are late, is put into words once.
    """
    with connection.cursor() as cursor:
        cursor.execute(read_sql("doubts_worded_table"))
        with connection.chunked_cursor() as reading:
            reading.execute("SELECT DISTINCT kind, figures::text FROM inventory_finding")
            while chunk := reading.fetchmany(AT_ONCE):
                _insert(cursor, "inventory_worded", [_worded(*finding) for finding in chunk])
        cursor.execute(read_sql("doubts_keep"))
        (doubts,) = cursor.fetchone()
    return int(doubts)


def _worded(kind: str, figures: str) -> tuple[str, str, str]:
    """The finding as it stands, so that it is found again to the last digit, and its words."""
    return kind, figures, dumps(doubt_of(kind, loads(figures)).content())


def contents(doubts: Iterable[Doubt]) -> list[dict[str, str]]:
    """Doubts as a record keeps them."""
    return [doubt.content() for doubt in doubts]


def look_again(records: Collection[ActivityRecord]) -> None:
    """Compare records anew, as they stand now, and keep on each of them what looks wrong in it."""
    rows = (
        (
            number,
            record.department_id,
            record.activity,
            record.unit,
            record.place,
            record.inputs,
            record.is_estimated,
            record.started_on,
            record.ended_on,
            record.quantity,
            record.external_id,
        )
        for number, record in enumerate(records)
    )
    stage(rows)
    found = dict(find_doubts(record_ids=_staged_ids(records)))
    changed: list[ActivityRecord] = []
    for number, record in enumerate(records):
        doubts = contents(found.get(number, ())) or None
        if doubts != record.doubts:
            record.doubts = doubts
            changed.append(record)
    ActivityRecord.objects.bulk_update(changed, ["doubts"], batch_size=AT_ONCE)


def _staged_ids(records: Iterable[ActivityRecord]) -> list[int]:
    """The records, and those that they correct."""
    ids = {record.pk for record in records} | {record.supersedes_id or 0 for record in records}
    return sorted(ids)


def _add_units(cursor: Any, names: Iterable[str]) -> None:
    """Each unit that occurs, and what one of it is in base units; what is unknown is left out."""
    rows = []
    for unit in names:
        if units.is_known(unit):
            ratio, base = units.in_base_units(unit)
            rows.append((unit, base, ratio))
    if rows:
        _insert(cursor, "inventory_staged_unit", rows)


def _insert(cursor: Any, table: str, rows: list[Any]) -> None:
    execute_values(cursor.cursor, f"INSERT INTO {table} VALUES %s", rows, page_size=1000)
