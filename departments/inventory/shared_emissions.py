"""Writes. Pools' emissions shared out: what departments get, and what the pool gives away for it.

A share is a record of its department with a result. Its arithmetic names the pool's result and the
key. Whoever approved the key is the approver of what follows from it; another person sets it off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from departments.inventory import results
from departments.inventory.allocation_plan import (
    NOTHING,
    Figures,
    KeyInForce,
    key_on,
    parts_of,
    pool_results,
    pools,
)
from departments.inventory.calculation.allocation import step_of_share
from departments.inventory.calculation.arithmetic import shown
from departments.inventory.calculation.result import Step
from departments.inventory.calculation_run import Calculated
from departments.inventory.entry import plain
from departments.inventory.errors.sharing import SharedOutByItsApprover
from departments.inventory.instruments import require
from departments.inventory.models.activity import ALLOCATED, ActivityRecord, RecordState
from departments.inventory.models.allocation import AllocatedPart
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.totals import results_in_force
from departments.organisation.access import Permission
from departments.organisation.models import Department, User
from departments.organisation.said import said

REASON = "shared out again"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedOut:
    """What a run came to: ids of new results of parts, and the pools' records they are of."""

    result_ids: tuple[int, ...]
    pool_record_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part as it shall be: of which result of the pool, by which key, for whom, how much."""

    pool_record_id: int
    of: EmissionRecord
    key: KeyInForce | None
    department: Department
    figures: Figures
    record: ActivityRecord | None
    before: EmissionRecord | None

    @property
    def facts(self) -> tuple[Any, ...]:
        of = self.of
        key_id = self.key.key_id if self.key else None
        return (*self.figures, of.scope, of.category, of.country, of.activity_on, key_id)

    @property
    def is_new(self) -> bool:
        """Whether this is not yet so."""
        if self.before is None:
            return self.figures != NOTHING
        was = self.before
        key_id: int | None = was.key_id  # type: ignore[attr-defined]  # annotated
        found = (was.location_kgco2e, was.market_kgco2e, was.scope, was.category, was.country)
        return self.facts != (*found, was.activity_on, key_id)


@transaction.atomic
def share_out(*, by: User, at: datetime) -> SharedOut:
    """Allocate what the pools have emitted, by the keys in force; again, only what has changed.

    New, corrected and recalculated results of pools and new versions of keys are taken in. What no
    key covers stays with its pool. All parts of a result and what the pool gives away for them add
    up to nothing, so no total changes.
    Raises: SharedOutByItsApprover, NotAllowed.
    """
    require(by, Permission.SHARE_OUT, said("share out emissions of pools"))
    with connection.cursor() as cursor:  # two runs at once wait for each other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('inventory_share_out'))")
    changed = [part for part in _wanted_parts() if part.is_new]
    for part in changed:
        if _approver(part) == by.pk:
            raise SharedOutByItsApprover(key=str(part.key), person=by.get_username())
    records = _records_of(changed, by=by, at=at)
    rows = [
        _result(part, record, by=by, at=at) for part, record in zip(changed, records, strict=True)
    ]
    EmissionRecord.objects.bulk_create(rows, batch_size=results.BATCH)
    results.number_results([row.pk for row in rows])
    return SharedOut(
        result_ids=tuple(row.pk for row in rows),
        pool_record_ids=tuple(sorted({part.pool_record_id for part in changed})),
    )


def _wanted_parts() -> list[_Part]:
    """Every part that there is or shall be, in the order of the pools' results and of codes."""
    keys = pools()
    departments = {row.code: row for row in Department.objects.all()}
    existing = _existing_parts()
    wanted: list[_Part] = []
    for of in pool_results(list(keys)):
        key = key_on(keys[of.department_id], of.activity_on)
        figures = parts_of(of, key)
        there = existing.pop(of.activity_record_id, {})
        for code in sorted({*figures, *there}):
            record, before = there.get(code, (None, None))
            part = figures.get(code, NOTHING)
            pool_record_id = of.activity_record_id
            wanted.append(_Part(pool_record_id, of, key, departments[code], part, record, before))
    for pool_record_id, there in existing.items():  # of records that were corrected since
        for code, (record, was) in sorted(there.items()):
            place = departments[code]
            wanted.append(_Part(pool_record_id, was, None, place, NOTHING, record, was))
    return wanted


def _existing_parts() -> dict[int, dict[str, tuple[ActivityRecord, EmissionRecord]]]:
    """The parts that there are with their result in force, by the pool's record and the code."""
    rows = AllocatedPart.objects.select_related("part_record", "department").order_by("pk")
    of_parts = results_in_force().filter(
        activity_record__in=AllocatedPart.objects.values("part_record")
    )
    with_key = of_parts.defer("trace").annotate(key_id=F("trace__allocation__key_id"))
    in_force: dict[int, EmissionRecord] = {row.activity_record_id: row for row in with_key}
    found: dict[int, dict[str, tuple[ActivityRecord, EmissionRecord]]] = defaultdict(dict)
    for row in rows:
        there = (row.part_record, in_force[row.part_record_id])
        found[row.pool_record_id][row.department.code] = there
    return found


def _approver(part: _Part) -> int:
    """Who approved the key; where none covers the day any more, who approved the one before."""
    if part.key is not None:
        return part.key.approved_by_id
    assert part.record is not None
    assert part.record.decided_by_id is not None
    return part.record.decided_by_id


def _records_of(parts: Iterable[_Part], *, by: User, at: datetime) -> list[ActivityRecord]:
    """The record of each part; those that are not there yet are made."""
    found: list[ActivityRecord] = []
    new: list[tuple[_Part, ActivityRecord]] = []
    for part in parts:
        record = part.record or _new_record(part, by=by, at=at)
        if part.record is None:
            new.append((part, record))
        found.append(record)
    ActivityRecord.objects.bulk_create([row for _, row in new], batch_size=results.BATCH)
    AllocatedPart.objects.bulk_create(
        [
            AllocatedPart(
                pool_record_id=part.pool_record_id,
                part_record=record,
                department=part.department,
            )
            for part, record in new
        ],
        batch_size=results.BATCH,
    )
    return found


def _new_record(part: _Part, *, by: User, at: datetime) -> ActivityRecord:
    of, shared = part.of, part.of.activity_record
    return ActivityRecord(
        department=part.department,
        activity=ALLOCATED,
        started_on=shared.started_on,
        ended_on=of.activity_on,
        quantity=Decimal(1),
        unit="share",
        place=shared.place,
        note=f"Of record {shared.pk} of {of.department.code}: {shared.activity}",
        is_estimated=shared.is_estimated,
        state=RecordState.APPROVED,
        created_by=by,
        created_at=at,
        submitted_by=by,
        submitted_at=at,
        decided_by_id=_approver(part),
        decided_at=at,
    )


def _result(part: _Part, record: ActivityRecord, *, by: User, at: datetime) -> EmissionRecord:
    of, before = part.of, part.before
    location, market = part.figures
    calculated = Calculated(
        kind=of.kind,
        scope=of.scope,
        category=of.category,
        country=of.country,
        durability_class="",
        removal_state="",
        location_kgco2e=location,
        market_kgco2e=market,
        factor_id=None,
        gwp_set=of.gwp_set,
        quality_tier=of.quality_tier,
        trace=_trace(part),
    )
    again: dict[str, Any] = {}
    if before is not None:
        again = {"proposed_by": by, "approved_by_id": _approver(part), "reason": REASON}
    return results.proposed_result(
        record, calculated, supersedes_id=before.pk if before else None, at=at, **again
    )


def _trace(part: _Part) -> dict[str, Any]:
    of, key = part.of, part.key
    return {
        "method": "Shared emissions by driver",
        "path": key.driver if key else "",
        "activity": ALLOCATED,
        "quantity": "1",
        "unit": "share",
        "place": "",
        "inputs": {},
        "boundary": "",
        "citation": {"text": f"{key.title}: {key.source}"} if key else {},
        "fallbacks": [],
        "steps": [
            {
                "label": step.label,
                "expression": step.expression,
                "value": f"{plain(step.value):f}",
                "unit": step.unit,
                "basis": basis,
            }
            for basis, step in _steps(part)
        ],
        "gases": {},
        "biogenic_kgco2e": None,
        "allocation": {
            "pool_record": part.pool_record_id,
            "pool_result": of.pk,
            "key_id": key.key_id if key else None,
        },
    }


def _steps(part: _Part) -> Iterable[tuple[str, Step]]:
    """The arithmetic by basis; once, where both bases have the same figure."""
    of = part.of
    both = [("location", of.location_kgco2e, 0), ("market", of.market_kgco2e, 1)]
    if of.location_kgco2e == of.market_kgco2e:
        both = [("", of.location_kgco2e, 0)]
    for basis, kgco2e, place in both:
        figure = part.figures[place]
        yield from ((basis, step) for step in _steps_of(part, kgco2e, figure))


def _steps_of(part: _Part, kgco2e: Decimal, figure: Decimal) -> Iterable[Step]:
    of, key = part.of, part.key
    code = part.department.code
    if key is None or (code != key.pool and code not in key.quantities):
        words = "no key covers this day" if key is None else f"{code} has no share in {key.title}"
        yield Step(label="Taken back", expression=words, value=figure, unit="kgCO2e")
        return
    shared = of.activity_record
    yield Step(
        label=f"Result {of.pk} of pool {key.pool}",
        expression=f"record {shared.pk}: {shared.activity}, {shown(plain(shared.quantity))} "
        f"{shared.unit}",
        value=plain(kgco2e),
        unit="kgCO2e",
    )
    if code == key.pool:
        given = [other for other in key.quantities if other != code]
        words = f"by {key.title} to {', '.join(given)}"
        yield Step(label="Shared out", expression=words, value=figure, unit="kgCO2e")
        return
    weight = key.quantities[code]
    yield Step(
        label=str(key.title),
        expression=f"{code}: {shown(weight)} of {shown(key.total)} {key.unit}",
        value=weight,
        unit=key.unit,
    )
    yield step_of_share(
        kgco2e=plain(kgco2e), weight=weight, total=key.total, unit=key.unit, part=figure
    )
