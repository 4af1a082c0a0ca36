"""Reads. Approved purchases of electricity, and how much of each an instrument may still cover."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal, localcontext
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Sum

from departments.inventory import units
from departments.inventory.argument_figures import entered
from departments.inventory.entry import MOST_DECIMALS, plain
from departments.inventory.errors.instruments import RecordNotCoverable
from departments.inventory.factor_choice import GRID
from departments.inventory.models.activity import ActivityRecord, RecordState
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.models.instruments import InstrumentUse
from departments.inventory.submission import for_each
from departments.organisation.said import said, word


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverable:
    """An approved purchase of electricity: what instruments may cover, and what they do, in kWh.

    What the record's own inputs cover is left out of both.
    """

    record_id: int
    department_id: int
    ended_on: date
    coverable_kwh: Decimal
    used_kwh: Decimal

    @property
    def uncovered_kwh(self) -> Decimal:
        """What nothing covers yet."""
        return self.coverable_kwh - self.used_kwh


def coverable_records(
    *, year: int, countries: Collection[str], record_ids: Collection[int] | None = None
) -> list[Coverable]:
    """The purchases of a year in some countries that have uncovered energy, by their ids.

    A record that is being corrected waits for its correction. Chosen records must fit.
    Raises: RecordNotCoverable, for a chosen record that does not fit; StepRefused, for several.
    """
    rows = _of_countries(ActivityRecord.objects.order_by("pk"), countries)
    if record_ids is None:
        rows = rows.filter(
            ~Exists(ActivityRecord.objects.filter(supersedes=OuterRef("pk"))),
            state=RecordState.APPROVED,
            activity=GRID,
            ended_on__year=year,
            in_market=True,
        )
        found = [_coverable(row) for row in rows.iterator(chunk_size=2000)]
    else:
        chosen = list(rows.filter(pk__in=record_ids))
        found = for_each(chosen, lambda row: _fitting(row, year, countries), step="matched")
    return [each for each in found if each.uncovered_kwh > 0]


def energy_kwh(record: ActivityRecord) -> Decimal:
    """The electricity of a purchase, kWh; to 50 digits where its unit does not convert exactly."""
    return units.convert(plain(record.quantity), from_unit=record.unit, to_unit="kWh")


def _of_countries(rows: QuerySet[ActivityRecord], countries: Iterable[str]) -> QuerySet[Any, Any]:
    """With `in_market`, whether its approved result lies there, and `used_kwh` of instruments."""
    there = EmissionRecord.objects.filter(
        activity_record=OuterRef("pk"), approval_number__isnull=False, country__in=list(countries)
    )
    used = (
        InstrumentUse.objects.filter(activity_record=OuterRef("pk"), released_at=None)
        .order_by()
        .values("activity_record")
        .annotate(total=Sum("covered_kwh"))
        .values("total")
    )
    return rows.annotate(in_market=Exists(there), used_kwh=used)


def _fitting(row: ActivityRecord, year: int, countries: Collection[str]) -> Coverable:
    reason = _why_not(row, year, countries)
    if reason:
        raise RecordNotCoverable(record_id=row.pk, reason=reason)
    return _coverable(row)


def _why_not(row: ActivityRecord, year: int, countries: Collection[str]) -> str:
    """In words why nothing of this year and these countries covers the record; else empty."""
    if row.state != RecordState.APPROVED:
        return said("is %(state)s: it is covered once it is approved.", state=word(str(row.state)))
    if row.activity != GRID:
        return said(
            "is %(activity)s: instruments cover %(grid)s alone.", activity=row.activity, grid=GRID
        )
    correction = row.corrections.first()
    if correction is not None:
        return said(
            "is corrected by record %(correction_id)s: match that one once it is approved.",
            correction_id=correction.pk,
        )
    if row.ended_on.year != year:
        return said(
            "ended on %(day)s: an instrument of vintage %(vintage)s does not cover it. Match the "
            "instruments of %(year)s.",
            day=row.ended_on,
            vintage=year,
            year=row.ended_on.year,
        )
    if not row.in_market:  # type: ignore[attr-defined]  # annotated
        there = ", ".join(countries)
        return said(
            "lies in %(place)s, outside of this market (%(countries)s).",
            place=row.place or said("no place"),
            countries=there,
        )
    return ""


def _coverable(row: ActivityRecord) -> Coverable:
    used: Decimal | None = row.used_kwh  # type: ignore[attr-defined]  # annotated
    own = entered(row, "covered_kwh") or Decimal(0)
    with localcontext(prec=units.PRECISION):
        energy = energy_kwh(row).quantize(Decimal(1).scaleb(-MOST_DECIMALS), rounding=ROUND_DOWN)
        return Coverable(
            record_id=row.pk,
            department_id=row.department_id,
            ended_on=row.ended_on,
            coverable_kwh=plain(energy - own),
            used_kwh=plain(used or Decimal(0)),
        )
