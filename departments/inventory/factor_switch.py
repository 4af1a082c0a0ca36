"""Reads. What approved results would be if one release of factors took the place of another.

Nothing is stored. Each record is worked out twice by today's rules: with the release that it rests
on, and with the same factor of the other one. The first difference is what changed in the rules or
the data since the record was approved; only the second is the change of the factor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from departments.inventory.calculation.purchased_electricity import Cover
from departments.inventory.calculation_run import calculate
from departments.inventory.errors import InventoryError
from departments.inventory.factor_choice import FactorLibrary
from departments.inventory.factor_difference import figures_of
from departments.inventory.instrument_uses import covers_of
from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.other_release import Libraries, OtherRelease, sets_in
from departments.inventory.totals import results_in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """One result, on both Scope 2 bases, in kgCO2e to the milligram.

    `before` is in force, `again` the same worked out today, `after` with the other release; `after`
    − `before` is therefore `other_change` + `factor_change`, exactly. `missing` says why a record
    keeps its factor.
    """

    result_id: int
    record_id: int
    department_id: int
    department: str
    activity_on: date
    activity: str
    quantity: Decimal
    unit: str
    country: str
    scope: int
    category: int | None
    before: tuple[Decimal, Decimal]
    again: tuple[Decimal, Decimal]
    after: tuple[Decimal, Decimal]
    factor_before: str
    factor_after: str
    missing: str = ""

    def difference(self, basis: int) -> Decimal:
        return self.after[basis] - self.before[basis]

    def factor_change(self, basis: int) -> Decimal:
        return self.after[basis] - self.again[basis]

    def other_change(self, basis: int) -> Decimal:
        return self.again[basis] - self.before[basis]


def switched_results(
    *,
    before: str,
    after: str,
    from_on: date,
    until_on: date,
    department_ids: Collection[int] | None = None,
) -> Iterator[Switched]:
    """Every result in force that rests on a factor of `before`, by its activity date and id.

    `from_on` and `until_on` are the first and the last day.
    Raises: FactorSetNotFound.
    """
    figures_of(before), figures_of(after)  # both releases have to be there
    rows = (
        results_in_force()
        .filter(factor__factor_set__code=before, activity_on__range=(from_on, until_on))
        .select_related("activity_record", "department", "factor")
        .order_by("activity_on", "pk")
    )
    if department_ids is not None:
        rows = rows.filter(department_id__in=department_ids)
    libraries = Libraries((before, after))
    covers = covers_of(rows.order_by().values("activity_record"))
    for result in rows.iterator(chunk_size=2000):
        yield _switched(result, libraries, covers.get(result.activity_record_id, ()))


def _switched(result: EmissionRecord, libraries: Libraries, covers: Sequence[Cover]) -> Switched:
    record, factor = result.activity_record, result.factor
    assert factor is not None
    assert result.scope is not None
    before = (result.location_kgco2e, result.market_kgco2e)
    restated = sets_in(result.trace)
    missing = taken = ""
    try:
        again = _on_both_bases(record, libraries.kept(restated), covers)
        other = libraries.asked(restated)
        after = _on_both_bases(record, other, covers)
        if isinstance(other, OtherRelease):
            missing, taken = other.missing, other.taken
    except InventoryError as refusal:
        again = after = before
        missing = f"It can't be worked out today: {refusal}"
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
        before=before,
        again=again,
        after=after,
        factor_before=factor.code,
        factor_after=taken or factor.code,
        missing=missing,
    )


def _on_both_bases(
    record: ActivityRecord, library: FactorLibrary, covers: Sequence[Cover]
) -> tuple[Decimal, Decimal]:
    found = calculate(record, library=library, covers=covers)
    return found.location_kgco2e, found.market_kgco2e
