"""Writes. All records of an import take a step at once: submitted with their results, approved.

What `submission` does record by record, set-based: results are made by SQL from recipes, and those
that no recipe makes are calculated one by one, some thousands at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from json import dumps, loads
from typing import Any

from django.db import connection, transaction
from psycopg2.extras import execute_values

from departments.inventory import comparison, results
from departments.inventory.calculation_run import calculate
from departments.inventory.errors import InventoryError, RecordProblem
from departments.inventory.errors.imports import BatchNotFound
from departments.inventory.errors.records import (
    DecidedBySamePerson,
    RecordDoubtful,
    RecordInWrongState,
    StepRefused,
)
from departments.inventory.factor_choice import FactorLibrary
from departments.inventory.history import note_batch_step
from departments.inventory.models.activity import ActivityRecord, ImportBatch
from departments.inventory.models.emissions import LARGEST_KGCO2E, EmissionRecord
from departments.inventory.models.history import RecordStep
from departments.inventory.recipes import Recipe, recipe_of
from departments.inventory.set_based import read_sql
from departments.inventory.submission import APPROVERS, CONTRIBUTORS
from departments.organisation.access import approved_department_ids, contributed_department_ids
from departments.organisation.errors import NotAllowed
from departments.organisation.models import User
from departments.organisation.said import said, what_it_says

MOST_LISTED = 1000
AT_ONCE = 2000


@transaction.atomic
def submit_batch(*, batch_id: int, by: User, at: datetime) -> int:
    """Submit every draft and returned record of an import, each with its result.

    Returns: how many were submitted now; those submitted or approved before are left alone.
    Raises:  BatchNotFound, NotAllowed; StepRefused, with the first thousand problems.
    """
    _require_batch(batch_id)
    library = FactorLibrary()
    with connection.cursor() as cursor:
        cursor.execute(read_sql("batch_take"), {"batch": batch_id, "by": by.pk, "at": at})
        reach = contributed_department_ids(by)
        _require_reach(cursor, reach, by, said("enter activity of this department"), CONTRIBUTORS)
        for rows in _chunks(_recipes(library)):
            _keep_recipes(cursor.cursor, rows)
        facts: dict[str, Any] = {"at": at, "largest": LARGEST_KGCO2E}
        cursor.execute(read_sql("batch_results"), facts)
        _calculate_others(library, at)
        _look_again(cursor)
        cursor.execute("SELECT count(*) FROM inventory_going")
        count: int = cursor.fetchone()[0]
    if count:
        note_batch_step(batch_id, RecordStep.SUBMITTED, by=by, at=at)
    return count


@transaction.atomic
def approve_batch(*, batch_id: int, by: User, at: datetime, doubtful: Collection[int] = ()) -> int:
    """Approve every record of an import, as another person than who entered or submitted them.

    Those that look wrong are named in `doubtful`, by id: nobody approves them unseen.
    Returns: how many were approved now; those approved before are left alone.
    Raises:  BatchNotFound, NotAllowed; StepRefused, with the first thousand problems.
    """
    _require_batch(batch_id)
    facts: dict[str, Any] = {"batch": batch_id, "by": by.pk, "at": at, "most": MOST_LISTED}
    facts["named"] = list(doubtful)
    with connection.cursor() as cursor:
        cursor.execute(read_sql("batch_approve"), facts)
        reach = approved_department_ids(by)
        _require_reach(cursor, reach, by, said("decide records of this department"), APPROVERS)
        _refuse_undecidable(cursor, facts, by)
        _refuse_doubtful(cursor, facts)
        cursor.execute(read_sql("batch_decide"), facts)
        cursor.execute("SELECT count(*) FROM inventory_going")
        count: int = cursor.fetchone()[0]
        with results.claims_refused():
            cursor.execute(read_sql("batch_number"))
    if count:
        note_batch_step(batch_id, RecordStep.APPROVED, by=by, at=at)
    return count


def _look_again(cursor: Any) -> None:
    """What looked wrong when the file came is not what looks wrong in a record changed since."""
    cursor.execute("SELECT id FROM inventory_going WHERE is_edited ORDER BY id")
    edited = [record_id for (record_id,) in cursor.fetchall()]
    if edited:
        comparison.look_again(ActivityRecord.objects.filter(pk__in=edited).order_by("pk"))


def _require_batch(batch_id: int) -> None:
    if not ImportBatch.objects.filter(pk=batch_id).exists():
        raise BatchNotFound(batch_id=batch_id)


def _require_reach(cursor: Any, reach: set[int] | None, by: User, step: str, roles: str) -> None:
    cursor.execute("SELECT DISTINCT department_id FROM inventory_going")
    if reach is not None and {department_id for (department_id,) in cursor.fetchall()} - reach:
        raise NotAllowed(by.get_username(), step, roles)


# Results


def _recipes(library: FactorLibrary) -> Iterator[tuple[Any, ...]]:
    """A recipe for all records that share their facts and a year, where two or more do."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(read_sql("batch_shared_facts"))
        for activity, unit, place, year, inputs, is_estimated in cursor:
            given = inputs if isinstance(inputs, dict) else loads(inputs)
            recipe = recipe_of(
                activity=activity,
                ended_on=date(year, 12, 31),
                unit=unit,
                place=place,
                inputs=given,
                is_estimated=is_estimated,
                library=library,
            )
            if recipe is not None:
                facts = (activity, unit, place, year, dumps(given), is_estimated)
                yield (*facts, *_outcome(recipe))


def _outcome(recipe: Recipe) -> tuple[Any, ...]:
    found = recipe.outcome
    return (
        recipe.digest(),
        dumps(found.trace, ensure_ascii=False),
        recipe.location_per_unit,
        recipe.market_per_unit,
        recipe.is_exact,
        str(found.kind),
        found.scope,
        found.category,
        found.country,
        found.durability_class,
        found.removal_state,
        found.factor_id,
        found.gwp_set,
        found.quality_tier,
    )


def _keep_recipes(cursor: Any, rows: list[tuple[Any, ...]]) -> None:
    execute_values(cursor, "INSERT INTO inventory_going_recipe VALUES %s", rows)


def _calculate_others(library: FactorLibrary, at: datetime) -> None:
    """The results that no recipe made, each with its arithmetic in full."""
    problems: list[RecordProblem] = []
    more = 0
    for ids in _chunks(_without_result()):
        made: list[EmissionRecord] = []
        for record in ActivityRecord.objects.filter(pk__in=ids).order_by("pk"):
            try:
                found = calculate(record, library=library)
            except InventoryError as refusal:
                if len(problems) < MOST_LISTED:
                    problems.append(RecordProblem(record.pk, refusal.code, what_it_says(refusal)))
                else:
                    more += 1
                continue
            made.append(results.proposed_result(record, found, supersedes_id=None, at=at))
        EmissionRecord.objects.bulk_create(made, batch_size=AT_ONCE)
    if problems:
        raise StepRefused(step="submitted", problems=problems, more=more)


def _without_result() -> Iterator[int]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(read_sql("batch_without_result"))
        for (record_id,) in cursor:
            yield record_id


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while chunk := list(islice(rest, AT_ONCE)):
        yield chunk


# Decisions


def _refuse_undecidable(cursor: Any, facts: dict[str, Any], by: User) -> None:
    """All records that are not submitted, or that this person entered, changed or submitted."""
    cursor.execute(read_sql("batch_undecidable"), facts)
    rows = cursor.fetchall()
    if not rows:
        return
    problems: list[RecordProblem] = []
    for record_id, state, _ in rows:
        refusal: InventoryError = (
            DecidedBySamePerson(record_id=record_id, person=by.get_username())
            if state == "submitted"
            else RecordInWrongState(
                record_id=record_id, state=state, step="approve", needed="submitted"
            )
        )
        problems.append(RecordProblem(record_id, refusal.code, what_it_says(refusal)))
    raise StepRefused(step="approved", problems=problems, more=rows[0][2] - len(rows))


def _refuse_doubtful(cursor: Any, facts: dict[str, Any]) -> None:
    """All records that look wrong and were not named."""
    cursor.execute(read_sql("batch_doubtful"), facts)
    rows = cursor.fetchall()
    if not rows:
        return
    problems: list[RecordProblem] = []
    for record_id, reason, _ in rows:
        refusal = RecordDoubtful(record_id=record_id, reason=reason)
        problems.append(RecordProblem(record_id, refusal.code, what_it_says(refusal)))
    raise StepRefused(step="approved", problems=problems, more=rows[0][2] - len(rows))
