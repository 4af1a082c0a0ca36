"""Reads. Activity records and their results, as pages, the API and the admin show them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from departments.inventory.entry import plain
from departments.inventory.errors.records import RecordNotFound
from departments.inventory.evidence_reading import Evidence, evidence_of, files_of
from departments.inventory.history import HistoryEvent, history_of, kept_steps
from departments.inventory.models.activity import ActivityRecord, RecordState
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.record_filters import (
    EVERYTHING,
    RecordFilter,
    called_exactly,
    containing,
)
from departments.inventory.results import trace_of

MOST_LISTED = 1000
_PEOPLE = ("created_by", "submitted_by", "decided_by")


@dataclass(frozen=True, slots=True)
class StepDetail:
    """One line of arithmetic; `basis` is location, market or empty where there is only one."""

    label: str
    expression: str
    value: Decimal
    unit: str
    basis: str


@dataclass(frozen=True, slots=True)
class Citation:
    """Where the factor, or the reported figure, was published."""

    publisher: str
    title: str
    year: str
    factor_set: str
    factor_code: str
    source_factor_id: str
    url: str
    licence: str
    text: str

    def __str__(self) -> str:
        parts = (self.publisher, self.title, self.year, self.source_factor_id or self.factor_code)
        return self.text or ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class EmissionDetail:
    """One result with the arithmetic that made it; quantities in `unit`, results in kgCO2e."""

    emission_record_id: int
    record_id: int
    department_id: int
    department: str
    activity: str
    started_on: date
    ended_on: date
    quantity: Decimal
    unit: str
    place: str
    country: str
    kind: str
    scope: int | None
    category: int | None
    durability_class: str
    removal_state: str
    location_kgco2e: Decimal
    market_kgco2e: Decimal
    quality_tier: int
    gwp_set: str
    boundary: str
    method: str
    citation: Citation
    fallbacks: tuple[str, ...]
    steps: tuple[StepDetail, ...]
    note: str
    external_id: str
    is_estimated: bool
    reason: str
    calculated_at: datetime
    approval_number: int | None
    supersedes_id: int | None


@dataclass(frozen=True, slots=True)
class RecordSummary:
    """An activity record in a list; results are None before it is first submitted.

    `result_id` is the result that is shown. `doubts` say what looks wrong in it: kind, column,
    value, reason and hint of each.
    """

    record_id: int
    department_id: int
    department: str
    activity: str
    started_on: date
    ended_on: date
    quantity: Decimal
    unit: str
    place: str
    external_id: str
    note: str
    is_estimated: bool
    state: str
    is_correction: bool
    is_superseded: bool
    supersedes_id: int | None
    correction_reason: str
    return_reason: str
    created_by_id: int
    created_by: str
    created_at: datetime
    submitted_by_id: int | None
    submitted_by: str
    decided_by: str
    kind: str
    scope: int | None
    category: int | None
    location_kgco2e: Decimal | None
    market_kgco2e: Decimal | None
    quality_tier: int | None
    result_id: int | None = None
    doubts: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RecordPast:
    """Who did what with a record, in the order of time, and the files that prove it."""

    history: tuple[HistoryEvent, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class RecordDetail:
    """A record with its inputs, its result in force (or the one proposed), history and evidence.

    `pending` is a recalculation that waits for approval; `corrections` supersede this record.
    """

    record: RecordSummary
    inputs: dict[str, Any]
    emission: EmissionDetail | None
    pending: EmissionDetail | None
    earlier: tuple[EmissionDetail, ...]
    history: tuple[HistoryEvent, ...]
    evidence: tuple[Evidence, ...]
    corrections: tuple[RecordSummary, ...]
    supersedes: RecordSummary | None


def list_records(
    *,
    department_ids: Collection[int] | None,
    state: str | None = None,
    search: str = "",
    before_id: int | None = None,
    limit: int = 50,
) -> list[RecordSummary]:
    """Records of the departments that may be seen (None: all), newest first.

    `search` finds the records with exactly that external id or, if there are none, those whose
    activity, external id, note or department contains it. `before_id` continues a list.
    """
    rows = visible_records(department_ids)
    if state:
        rows = rows.filter(state=state)
    if search:
        rows = _searched(rows, search.replace("\x00", ""))
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return summaries_of(rows.order_by("-pk")[: min(limit, MOST_LISTED)])


def records_after(
    *,
    department_ids: Collection[int] | None,
    after_id: int,
    limit: int,
    wanted: RecordFilter = EVERYTHING,
) -> list[RecordSummary]:
    """The same, oldest first, as programs read them; at most `limit`."""
    rows = visible_records(department_ids).filter(wanted.condition(), pk__gt=after_id)
    return summaries_of(rows.order_by("pk")[:limit])


def record_summaries(*, record_ids: Collection[int]) -> list[RecordSummary]:
    """The records with these ids, oldest first."""
    return summaries_of(visible_records(None).filter(pk__in=record_ids).order_by("pk"))


def record_detail(*, record_id: int, department_ids: Collection[int] | None) -> RecordDetail:
    """A record with everything there is to know of it.

    Raises: RecordNotFound, also for another department's record.
    """
    found = visible_records(department_ids).filter(pk=record_id).first()
    if found is None:
        raise RecordNotFound(record_id)
    related = Q(supersedes_id=record_id) | Q(pk=found.supersedes_id or 0)
    relatives = list(visible_records(department_ids).filter(related).order_by("pk"))
    family = summaries_of(relatives)
    results = list(_results().filter(activity_record=found).order_by("pk"))
    current = _current(results)
    pending = _pending(results, current)
    return RecordDetail(
        record=_summary(found, current),
        inputs=dict(found.inputs),
        emission=_present(current) if current else None,
        pending=_present(pending) if pending else None,
        earlier=tuple(_present(r) for r in results if r not in (current, pending)),
        history=history_of(
            found,
            results,
            [one for one in relatives if one.supersedes_id == record_id],
            kept_steps([found])[record_id],
        ),
        evidence=tuple(evidence_of(record_id)),
        corrections=tuple(one for one in family if one.supersedes_id == record_id),
        supersedes=next((one for one in family if one.record_id == found.supersedes_id), None),
    )


def pasts_of(record_ids: Collection[int]) -> dict[int, RecordPast]:
    """What was done with records, and what proves them; as many queries for one as for many."""
    found = list(visible_records(None).filter(pk__in=record_ids))
    corrections = list(visible_records(None).filter(supersedes_id__in=record_ids).order_by("pk"))
    results = list(_results().filter(activity_record__in=record_ids).defer("trace").order_by("pk"))
    kept = kept_steps(found)
    files = files_of(record_ids)
    return {
        record.pk: RecordPast(
            history_of(
                record,
                [one for one in results if one.activity_record_id == record.pk],
                [one for one in corrections if one.supersedes_id == record.pk],
                kept[record.pk],
            ),
            tuple(one for one in files if one.record_id == record.pk),
        )
        for record in found
    }


def emission_details(*, emission_record_ids: Collection[int]) -> list[EmissionDetail]:
    """Results with their arithmetic, by id."""
    return [_present(row) for row in _results().filter(pk__in=emission_record_ids).order_by("pk")]


def emissions_after(
    *,
    department_ids: Collection[int] | None,
    after_id: int,
    limit: int,
    record_id: int | None = None,
    approved_after: int = 0,
    scope: int | None = None,
    wanted: RecordFilter = EVERYTHING,
) -> list[EmissionDetail]:
    """Approved results of the departments that may be seen, oldest first, at most `limit`.

    Superseded ones are among them: a result is never taken away, only followed by another.
    `approved_after` is an approval number; approvals that overlap may commit in another order.
    """
    rows = _results().filter(
        wanted.condition("activity_record__"), approval_number__gt=approved_after, pk__gt=after_id
    )
    if department_ids is not None:
        rows = rows.filter(department_id__in=department_ids)
    if scope is not None:
        rows = rows.filter(scope=scope)
    if record_id is not None:
        rows = rows.filter(activity_record_id=record_id)
    return [_present(row) for row in rows.order_by("pk")[:limit]]


def visible_records(department_ids: Collection[int] | None) -> QuerySet[ActivityRecord]:
    """The records of these departments (None: all), with what a list says of each.

    The correction is looked up for each row that is shown: EXISTS would be answered for all
    departments at once, by reading every approved record, whatever the limit.
    """
    corrections = ActivityRecord.objects.filter(
        supersedes_id=OuterRef("pk"), state=RecordState.APPROVED
    )
    rows = ActivityRecord.objects.select_related("department", *_PEOPLE).annotate(
        approved_correction=Subquery(corrections.values("pk")[:1])
    )
    return rows if department_ids is None else rows.filter(department_id__in=department_ids)


def _searched(rows: QuerySet[ActivityRecord], search: str) -> QuerySet[ActivityRecord]:
    exact = rows.filter(called_exactly(search))
    return exact if exact.exists() else rows.filter(containing(search))


def _results() -> QuerySet[EmissionRecord]:
    return EmissionRecord.objects.select_related(
        "activity_record__department", "department", "proposed_by", "approved_by", "recipe"
    )


def _current(results: Iterable[EmissionRecord]) -> EmissionRecord | None:
    """The approved result in force; before the first approval, the proposed one."""
    newest = None
    for result in results:
        if result.approval_number is None and newest is not None:
            continue
        newest = result
    return newest


def _pending(
    results: Iterable[EmissionRecord], current: EmissionRecord | None
) -> EmissionRecord | None:
    waiting = [r for r in results if r.approval_number is None and r != current]
    return waiting[-1] if waiting else None


def summaries_of(rows: Iterable[ActivityRecord]) -> list[RecordSummary]:
    """Records as a list shows them, each with its result."""
    found = list(rows)
    results: dict[int, list[EmissionRecord]] = {}
    for result in (
        EmissionRecord.objects.filter(activity_record__in=[row.pk for row in found])
        .defer("trace")
        .order_by("pk")
    ):
        results.setdefault(result.activity_record_id, []).append(result)
    return [_summary(row, _current(results.get(row.pk, ()))) for row in found]


def _summary(row: ActivityRecord, result: EmissionRecord | None) -> RecordSummary:
    return RecordSummary(
        record_id=row.pk,
        department_id=row.department_id,
        department=row.department.code,
        activity=row.activity,
        started_on=row.started_on,
        ended_on=row.ended_on,
        quantity=plain(row.quantity),
        unit=row.unit,
        place=row.place,
        external_id=row.external_id,
        note=row.note,
        is_estimated=row.is_estimated,
        state=row.state,
        is_correction=row.supersedes_id is not None,
        is_superseded=getattr(row, "approved_correction", None) is not None,
        supersedes_id=row.supersedes_id,
        correction_reason=row.correction_reason,
        return_reason=row.return_reason if row.state == RecordState.RETURNED else "",
        created_by_id=row.created_by_id,
        created_by=row.created_by.get_username(),
        created_at=row.created_at,
        submitted_by_id=row.submitted_by_id,
        submitted_by=row.submitted_by.get_username() if row.submitted_by else "",
        decided_by=row.decided_by.get_username() if row.decided_by else "",
        kind=result.kind if result else "",
        scope=result.scope if result else None,
        category=result.category if result else None,
        location_kgco2e=result.location_kgco2e if result else None,
        market_kgco2e=result.market_kgco2e if result else None,
        quality_tier=result.quality_tier if result else None,
        result_id=result.pk if result else None,
        doubts=tuple(row.doubts or ()),
    )


def _present(row: EmissionRecord) -> EmissionDetail:
    record, trace = row.activity_record, trace_of(row)
    return EmissionDetail(
        emission_record_id=row.pk,
        record_id=record.pk,
        department_id=row.department_id,
        department=row.department.code,
        activity=record.activity,
        started_on=record.started_on,
        ended_on=record.ended_on,
        quantity=plain(record.quantity),
        unit=record.unit,
        place=record.place,
        country=row.country,
        kind=row.kind,
        scope=row.scope,
        category=row.category,
        durability_class=row.durability_class,
        removal_state=row.removal_state,
        location_kgco2e=row.location_kgco2e,
        market_kgco2e=row.market_kgco2e,
        quality_tier=row.quality_tier,
        gwp_set=row.gwp_set,
        boundary=str(trace.get("boundary", "")),
        method=str(trace.get("method", "")),
        citation=citation_of(trace),
        fallbacks=tuple(trace.get("fallbacks", ())),
        steps=steps_of(trace),
        note=record.note,
        external_id=record.external_id,
        is_estimated=record.is_estimated,
        reason=row.reason or record.correction_reason,
        calculated_at=row.calculated_at,
        approval_number=row.approval_number,
        supersedes_id=row.supersedes_id,
    )


def steps_of(trace: dict[str, Any]) -> tuple[StepDetail, ...]:
    """The printed arithmetic of a stored trace."""
    return tuple(
        StepDetail(
            label=step.get("label", ""),
            expression=step.get("expression", ""),
            value=Decimal(step.get("value", "0")),
            unit=step.get("unit", ""),
            basis=step.get("basis", ""),
        )
        for step in trace.get("steps", ())
    )


def citation_of(trace: dict[str, Any]) -> Citation:
    """The source named in a stored trace; parts that it lacks are empty."""
    named = trace.get("citation") or {}
    return Citation(**{name: str(named.get(name, "")) for name in Citation.__dataclass_fields__})
