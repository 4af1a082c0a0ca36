"""Reads. Factors as a library chooses them, with one release in the place of another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from departments.inventory.calculation.purchased_electricity import Cover
from departments.inventory.calculation_run import Calculated, calculate
from departments.inventory.factor_choice import ChosenFactor, FactorLibrary, published_row
from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.models.factors import EmissionFactor

RESTATED = "factor_sets"
"""Where a trace says which release was taken in the place of which: a list of both."""

Sets = tuple[str, str]


class OtherRelease(FactorLibrary):
    """Chooses as always, then takes the same factor of the other release, whatever its year."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__()
        self.sets = before, after
        self._other = cache(self._find_other)
        self.begin()

    def begin(self) -> None:
        """Forget what was taken for the record before."""
        self.missing, self.taken = "", ""

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
        """As in the library, from the other release where the choice falls on the one."""
        chosen = super().choose(
            activity=activity,
            place=place,
            year=year,
            unit=unit,
            boundary=boundary,
            allow_suspect=allow_suspect,
        )
        before, after = self.sets
        if chosen.set_code != before:
            return chosen
        other = self._other(chosen.activity, chosen.place, chosen.unit, chosen.boundary)
        if other is None:
            self.missing = f"{after} has no {chosen.activity} in {chosen.unit}."
            return chosen
        self.taken = other.code
        said = f"By a restatement {after} takes the place of {before}."
        return replace(other, fallbacks=(*chosen.fallbacks, said), quality_tier=chosen.quality_tier)

    def _find_other(self, *key: str) -> ChosenFactor | None:
        same = dict(zip(("activity", "place", "unit", "boundary"), key, strict=True))
        rows = EmissionFactor.objects.select_related("factor_set")
        row = rows.filter(factor_set__code=self.sets[1], **same).order_by("-year", "-pk").first()
        return None if row is None else published_row(row)


class Libraries:
    """The library of each record: the usual one, or that of what it was restated with.

    A record that was restated with another release keeps to it, until it is restated again.
    """

    def __init__(self, asked: Sets | None = None) -> None:
        self._asked = asked
        self._of: Callable[[Sets | None], FactorLibrary] = cache(_library)

    def kept(self, restated: Sets | None) -> FactorLibrary:
        """For a record that was restated so, or never."""
        return self._begun(restated)

    def asked(self, restated: Sets | None) -> FactorLibrary:
        """The same, with the release that is asked for in the place of what the record has."""
        if self._asked is None:
            return self._begun(restated)
        before, after = self._asked
        if restated and restated[1] == before:
            before = restated[0]
        return self._begun((before, after) if before != after else None)

    def _begun(self, sets: Sets | None) -> FactorLibrary:
        library = self._of(sets)
        if isinstance(library, OtherRelease):
            library.begin()
        return library


def _library(sets: Sets | None) -> FactorLibrary:
    return OtherRelease(*sets) if sets else FactorLibrary()


def calculate_with(
    record: ActivityRecord, library: FactorLibrary, covers: Sequence[Cover] = ()
) -> Calculated:
    """The result of a record, whose trace says which release was taken in the place of which.

    Raises: as `calculation_run.calculate`.
    """
    found = calculate(record, library=library, covers=covers)
    if not isinstance(library, OtherRelease) or not library.taken:
        return found
    return replace(found, trace=found.trace | {RESTATED: list(library.sets)})


def sets_in(trace: dict[str, Any]) -> Sets | None:
    """What a trace says that its result was restated with."""
    sets = trace.get(RESTATED)
    return (sets[0], sets[1]) if sets else None


def restated_with(result_ids: Collection[int]) -> dict[int, Sets]:
    """What results were restated with, by their ids; those that were not are left out."""
    rows = EmissionRecord.objects.filter(pk__in=result_ids, trace__has_key=RESTATED)
    return {pk: (sets[0], sets[1]) for pk, sets in rows.values_list("pk", f"trace__{RESTATED}")}
