"""Reads. What recalculated results that wait would change, and what of it is the factor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from departments.inventory.calculation.purchased_electricity import Cover
from departments.inventory.calculation_run import calculate
from departments.inventory.errors import InventoryError
from departments.inventory.factor_choice import ChosenFactor, FactorLibrary, published_row
from departments.inventory.factor_switch import Switched
from departments.inventory.instrument_uses import covers_of
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.models.factors import EmissionFactor


class _SameFactor(FactorLibrary):
    """Chooses as always, then takes the factor that a result has."""

    def __init__(self) -> None:
        super().__init__()
        self.factor: EmissionFactor | None = None

    def choose(
        self,
        *,
        activity: str,
        place: str,
        year: int,
        unit: str,
        boundary: str | None = None,
        allow_suspect: bool = False,
    ) -> ChosenFactor:
        """The result's factor, whatever the library would choose."""
        if self.factor is not None and self.factor.activity == activity:
            return published_row(self.factor)
        return super().choose(
            activity=activity,
            place=place,
            year=year,
            unit=unit,
            boundary=boundary,
            allow_suspect=allow_suspect,
        )


def waiting(*, from_on: date, until_on: date) -> QuerySet[EmissionRecord]:
    """Recalculated results of some days, the last included, that nobody has approved."""
    return EmissionRecord.objects.filter(
        approval_number=None, proposed_by__isnull=False, activity_on__range=(from_on, until_on)
    )


def waiting_results(*, from_on: date, until_on: date) -> Iterator[Switched]:
    """What each of them would change, by activity date and id.

    `again` is what today's rules, data and instruments make of the record with the factor that it
    has; so what the new factor changes stands apart from all that is not a factor, and both add up
    to the difference exactly. Where the old factor doesn't work today, all of it is the factor.
    """
    rows = (
        waiting(from_on=from_on, until_on=until_on)
        .exclude(scope=None)
        .select_related("activity_record", "department", "factor", "supersedes__factor")
        .order_by("activity_on", "pk")
    )
    library = _SameFactor()
    covers = covers_of(rows.order_by().values("activity_record"))
    for result in rows.iterator(chunk_size=2000):
        yield _changed(result, library, covers.get(result.activity_record_id, ()))


def _changed(result: EmissionRecord, library: _SameFactor, covers: Sequence[Cover]) -> Switched:
    record, before = result.activity_record, result.supersedes
    assert before is not None
    assert result.scope is not None
    figures, after = _on_both_bases(before), _on_both_bases(result)
    again = after
    if before.factor_id != result.factor_id:
        library.factor = before.factor
        try:
            found = calculate(record, library=library, covers=covers)
            again = (found.location_kgco2e, found.market_kgco2e)
        except InventoryError:
            again = figures
    return Switched(
        result_id=result.pk,
        record_id=record.pk,
        department_id=result.department_id,
        department=result.department.code,
        activity_on=result.activity_on,
        activity=record.activity,
        quantity=record.quantity,
        unit=record.unit,
        country=result.country,
        scope=result.scope,
        category=result.category,
        before=figures,
        again=again,
        after=after,
        factor_before=before.factor.code if before.factor else "",
        factor_after=result.factor.code if result.factor else "",
    )


def _on_both_bases(result: EmissionRecord) -> tuple[Decimal, Decimal]:
    return result.location_kgco2e, result.market_kgco2e
