"""Writes. A recalculation of all approved records of some days: proposed, and approved by another.

What it would change is read by `restatement_report.waiting_results` before anybody approves it. The
old results stay; what the new ones differ by is charged or paid back by the next settlement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from departments.inventory import recalculation
from departments.inventory.factor_difference import figures_of
from departments.inventory.models.activity import ALLOCATED, ActivityRecord
from departments.inventory.other_release import Sets
from departments.inventory.restatement_report import waiting
from departments.inventory.submission import lock_records
from departments.inventory.totals import results_in_force
from departments.organisation.models import User

CHUNK = 2_000  # records in hand at a time


@transaction.atomic
def propose_restatement(
    *,
    from_on: date,
    until_on: date,
    by: User,
    at: datetime,
    reason: str,
    factor_sets: Sets | None = None,
    department_ids: Collection[int] | None = None,
) -> list[int]:
    """Calculate all approved records again whose activity ended on these days, both included.

    By the factors, rules and instruments of today; with `factor_sets` those alone that rest on the
    first release, with the second in its place. Left out are records that are being corrected and
    shares of a pool, which follow from its records.
    Returns: the ids of the records whose result would change.
    Raises:  FactorSetNotFound; else as `recalculation.propose_recalculation`.
    """
    in_force = results_in_force().filter(activity_on__range=(from_on, until_on))
    if factor_sets:
        for code in factor_sets:
            figures_of(code)
        in_force = in_force.filter(factor__factor_set__code=factor_sets[0])
    if department_ids is not None:
        in_force = in_force.filter(department_id__in=department_ids)
    corrections = ActivityRecord.objects.filter(supersedes=OuterRef("activity_record"))
    ids = (
        in_force.exclude(activity_record__activity=ALLOCATED)
        .filter(~Exists(corrections))
        .order_by("activity_record")
        .values_list("activity_record", flat=True)
    )
    changed: list[int] = []
    for chunk in _chunks(list(ids.distinct())):
        changed += recalculation.propose_recalculation(
            record_ids=chunk, by=by, at=at, reason=reason, factor_sets=factor_sets
        )
    return changed


@transaction.atomic
def approve_restatement(
    *, from_on: date, until_on: date, through: int, by: User, at: datetime
) -> list[int]:
    """Approve the recalculated results of these days that wait, as another person.

    `through` is the highest id of a result that the person has seen: what was proposed since then,
    also in the place of what was seen, keeps waiting.
    Returns: the ids of the records whose result changed.
    Raises:  as `recalculation.approve_recalculation`.
    """
    rows = waiting(from_on=from_on, until_on=until_on).filter(pk__lte=through)
    rows = rows.order_by("activity_record")
    lock_records(rows.values_list("activity_record", flat=True))
    changed: list[int] = []
    for chunk in _chunks(list(rows.values_list("activity_record", flat=True))):
        changed += recalculation.approve_recalculation(record_ids=chunk, by=by, at=at)
    return changed


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
