"""Reads. Which published factor applies: by activity, place, year, boundary and unit.

Fallback is explicit: subdivision → country → world, then the nearest earlier year; each step is
put in words and lowers the data-quality tier. A later year is never used, and a boundary is never
changed on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from itertools import pairwise

from django.db.models import Q, QuerySet

from departments.inventory import units
from departments.inventory.calculation.methods import METHODS
from departments.inventory.calculation.result import Factor
from departments.inventory.compute_tables import alpha2_of, region_named
from departments.inventory.entry import plain
from departments.inventory.errors.entering import UnknownActivity
from departments.inventory.errors.factors import FactorNotFound, GwpNotFound, SuspectFactor
from departments.inventory.models.factors import EmissionFactor, GlobalWarmingPotential
from departments.organisation.said import said, together

BEST_TIER, WORST_TIER = 1, 5
WORLD = "WORLD"
MOST_SUGGESTIONS = 100  # a file may hold thousands of typos; comparing each would take minutes
GRID = "electricity/grid"

# Grid electricity is published within two boundaries that must not be mixed. A country whose
# government publishes factors of combustion uses these; all others use Ember's, of the life cycle.
GRID_BOUNDARY = {"GB": "combustion", "US": "combustion"}
OTHER_GRID_BOUNDARY = "lifecycle"

# A report's name, and the sets to look through, in order. Suspect values are never used unasked.
GWP_SETS = {
    "AR4": ("AR4GWP100",),
    "AR5": ("AR5GWP100", "AR5GWP100-blend", "UKGOV2025-AR5GWP100-KYOTO"),
    "AR6": ("AR6GWP100",),
}
DEFAULT_GWP_SET = "AR5"


# Codes that people write for a country whose ISO 3166-1 code is another.
OFTEN_MEANT = {"UK": "GB", "EN": "GB", "EL": "GR", "SP": "ES", "JA": "JP", "SW": "SE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenFactor:
    """One factor, where it was published, and how far it is from what was asked for."""

    factor_id: int
    code: str
    source_factor_id: str
    set_code: str
    publisher: str
    title: str
    release_year: int
    licence: str
    url: str
    activity: str
    place: str
    year: int
    unit: str
    boundary: str
    gwp_set: str
    scope: int | None
    category: int | None
    kgco2e_per_unit: Decimal
    co2_kgco2e: Decimal | None
    ch4_kgco2e: Decimal | None
    n2o_kgco2e: Decimal | None
    biogenic_kgco2e: Decimal | None
    suspect: bool
    notes: str
    is_own: bool = False
    fallbacks: tuple[str, ...] = ()
    quality_tier: int = BEST_TIER

    def as_factor(self) -> Factor:
        """The figures, for a calculation."""
        return Factor(
            kgco2e_per_unit=self.kgco2e_per_unit,
            unit=self.unit,
            label=f"{self.set_code} {self.code}",
            co2_kgco2e=self.co2_kgco2e,
            ch4_kgco2e=self.ch4_kgco2e,
            n2o_kgco2e=self.n2o_kgco2e,
            biogenic_kgco2e=self.biogenic_kgco2e,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenGwp:
    """The GWP-100 of a gas, kgCO2e per kg, and its source."""

    gas: str
    gwp_set: str
    kgco2e_per_kg: Decimal
    source: str
    url: str
    licence: str


def choose_factor(
    *,
    activity: str,
    place: str,
    year: int,
    unit: str,
    boundary: str | None = None,
    allow_suspect: bool = False,
) -> ChosenFactor:
    """The factor that applies; for many rows at once keep one FactorLibrary.

    Raises: FactorNotFound, SuspectFactor, UnknownActivity; UnknownUnit.
    """
    return FactorLibrary().choose(
        activity=activity,
        place=place,
        year=year,
        unit=unit,
        boundary=boundary,
        allow_suspect=allow_suspect,
    )


def usable_factors() -> QuerySet[EmissionFactor]:
    """Factors that others published, and the company's own once they are approved."""
    rows = EmissionFactor.objects.select_related("factor_set")
    published = Q(factor_set__proposed_by__isnull=True)
    return rows.filter(published | Q(factor_set__approved_by__isnull=False))


class FactorLibrary:
    """Factors as a batch of records looks them up: each question is put to the database once."""

    def __init__(self) -> None:
        self._published = cache(self._read)
        self._found = cache(self._find)
        self._gwp = cache(self._find_gwp)
        self._countries = cache(self._read_countries)
        self.nearest = cache(self._nearest)
        self._names: list[str] = []
        self._asked = 0

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
        """As `choose_factor`."""
        chosen = self._found(activity, place.strip().upper(), year, unit, boundary or None)
        if chosen.suspect and not allow_suspect:
            raise SuspectFactor(
                factor_code=chosen.code,
                value=chosen.kgco2e_per_unit,
                place=chosen.place,
                year=chosen.year,
            )
        return chosen

    def choose_gwp(
        self, *, gas: str, gwp_set: str = DEFAULT_GWP_SET, allow_suspect: bool = False
    ) -> ChosenGwp:
        """The GWP of a gas or blend in a report's sets (AR4, AR5, AR6) or in one set by name.

        Raises: GwpNotFound, with the gases nearest to it.
        """
        return self._gwp(gas.strip().casefold(), gwp_set.strip() or DEFAULT_GWP_SET, allow_suspect)

    def _find(
        self, activity: str, place: str, year: int, unit: str, boundary: str | None
    ) -> ChosenFactor:
        places = places_of(place)
        rows = self._published(activity, tuple(places))
        wanted = boundary or _usual_boundary(activity, places)
        rows = [row for row in rows if wanted in (None, row.boundary)]
        if not rows:
            self._refuse_place(activity, place, wanted)
        if not units.is_known(unit):
            raise units.unknown(unit, taken=sorted({row.unit for row in rows}))
        fitting = [row for row in rows if _converts(unit, row.unit)]
        if not fitting:
            _refuse_unit(activity, unit, rows)
        chosen = _nearest_in_place_and_year(fitting, activity, places, year, unit)
        if chosen.place == WORLD != place:
            self._require_known_place(activity, place)
        return chosen

    def _require_known_place(self, activity: str, place: str) -> None:
        """The world's factor stands in for a country that publishes none, not for a slip."""
        country = country_of(place)
        if country and country in self._countries():
            return
        meant = OFTEN_MEANT.get(country, "") or alpha2_of(place)
        raise FactorNotFound(
            activity=activity,
            missing="place",
            reason=said(
                "%(place)s is no place that any factor set knows.",
                place=place or said("An empty place"),
            ),
            hint=together(
                said("Did you mean %(nearest)s?", nearest=meant) if meant else "",
                said(
                    "Enter an ISO 3166 code such as GB, KR or US-CA, or WORLD for the world's "
                    "average, or the factor itself as grid_kgco2e_per_kwh."
                )
                if activity == GRID
                else said(
                    "Enter an ISO 3166 code such as GB, KR or US-CA, or WORLD for the world's "
                    "average."
                ),
            ),
        )

    def _read_countries(self) -> frozenset[str]:
        places = EmissionFactor.objects.order_by().values_list("place", flat=True).distinct()
        return frozenset(country_of(place) for place in places if country_of(place))

    def _read(self, activity: str, places: Sequence[str]) -> list[ChosenFactor]:
        rows = usable_factors().filter(activity=activity, place__in=places)
        return [published_row(row) for row in rows]

    def _refuse_place(self, activity: str, place: str, boundary: str | None) -> None:
        published = (
            usable_factors()
            .filter(activity=activity)
            .order_by("place")
            .values_list("place", flat=True)
            .distinct()
        )
        places = sorted(set(published))
        if not places:
            raise UnknownActivity(activity=activity, nearest=self.nearest(activity))
        shown = ", ".join(places[:12]) + (" …" if len(places) > 12 else "")
        raise FactorNotFound(
            activity=activity,
            missing="place",
            reason=said(
                "%(activity)s has no factor for %(place)s within the boundary “%(boundary)s”."
                if boundary
                else "%(activity)s has no factor for %(place)s.",
                activity=activity,
                place=place or said("an empty place"),
                boundary=boundary,
            ),
            hint=said(
                "It is published for %(shown)s. Enter the place whose publisher you report by.",
                shown=shown,
            ),
        )

    def _nearest(self, activity: str) -> tuple[str, ...]:
        """Known activities that are spelled much like this one; none after a hundred questions."""
        self._asked += 1
        if self._asked > MOST_SUGGESTIONS:
            return ()
        if not self._names:
            published = EmissionFactor.objects.order_by().values_list("activity", flat=True)
            self._names = sorted({*published.distinct(), *METHODS})
        return tuple(get_close_matches(activity.casefold(), self._names, n=3, cutoff=0.6))

    def _find_gwp(self, gas: str, gwp_set: str, allow_suspect: bool) -> ChosenGwp:
        sets = GWP_SETS.get(gwp_set.upper(), (gwp_set,))
        rows = GlobalWarmingPotential.objects.filter(gwp_set__in=sets)
        found = [r for r in rows if _is_gas(gas, r) and (allow_suspect or not r.suspect)]
        if not found:
            names = sorted({row.gas for row in rows})
            nearest = get_close_matches(gas, names, n=3, cutoff=0.5)
            raise GwpNotFound(gas=gas, gwp_set=gwp_set, nearest=nearest)
        row = min(found, key=lambda row: sets.index(row.gwp_set))
        return ChosenGwp(
            gas=row.gas,
            gwp_set=row.gwp_set,
            kgco2e_per_kg=plain(row.kgco2e_per_kg),
            source=row.source,
            url=row.source_url,
            licence=row.licence,
        )


def places_of(place: str) -> list[str]:
    """The place and what it falls back to: US/CAMX → US → WORLD, US-CA → US → WORLD.

    A cloud region stands for the place on the grid that it lies in.
    """
    region = region_named(place)
    place = region.place if region else place
    country = country_of(place)
    return list(dict.fromkeys([place, *([country] if country else []), WORLD]))


def country_of(place: str) -> str:
    """ISO 3166-1 alpha-2 code of the country that a place lies in; empty for regions of many."""
    region = region_named(place)
    country = (region.place if region else place).strip().upper()
    country = country.replace("/", "-").partition("-")[0]
    return country if len(country) == 2 and country.isalpha() else ""


def _usual_boundary(activity: str, places: Sequence[str]) -> str | None:
    if activity != GRID:
        return None
    country = country_of(places[0])
    return GRID_BOUNDARY.get(country, OTHER_GRID_BOUNDARY)


def _converts(unit: str, to_unit: str) -> bool:
    try:
        units.conversion_ratio(from_unit=unit, to_unit=to_unit)
    except units.IncompatibleUnits:
        return False
    return True


def _refuse_unit(activity: str, unit: str, rows: Iterable[ChosenFactor]) -> None:
    published = sorted({row.unit for row in rows})
    raise FactorNotFound(
        activity=activity,
        missing="unit",
        reason=said(
            "%(activity)s has no factor that %(unit)s converts to.", activity=activity, unit=unit
        ),
        hint=said(
            "Enter the quantity in %(published)s or a unit that converts to it.",
            published=", ".join(published),
        ),
    )


def _nearest_in_place_and_year(
    rows: Sequence[ChosenFactor], activity: str, places: Sequence[str], year: int, unit: str
) -> ChosenFactor:
    """The nearest place that has a year not later than the one asked for."""
    for place in places:
        in_time = [row for row in rows if row.place == place and row.year <= year]
        if in_time:
            best = max(in_time, key=lambda row: (row.year, row.unit == unit, _release(row)))
            return _with_fallbacks(best, places, year)
    earliest = min(row.year for row in rows)
    raise FactorNotFound(
        activity=activity,
        missing="year",
        reason=said(
            "No factor for %(activity)s is published for %(place)s in %(year)s or before: the "
            "first is of %(earliest)s.",
            activity=activity,
            place=places[0],
            year=year,
            earliest=earliest,
        ),
        hint=said(
            "A later year is never used. Load an earlier release, or enter a factor of your own "
            "where the activity takes one."
        ),
    )


def _release(row: ChosenFactor) -> tuple[bool, int, int]:
    """Of two releases with the same key the company's own counts, then the newer one."""
    return row.is_own, row.release_year, row.factor_id


def _with_fallbacks(row: ChosenFactor, places: Sequence[str], year: int) -> ChosenFactor:
    passed = places[: places.index(row.place) + 1]
    steps = [
        f"No factor for {wanted or 'an empty place'}: the one for {instead} is used."
        for wanted, instead in pairwise(passed)
    ]
    if row.year != year:
        steps.append(f"No factor for {year}: the nearest earlier year, {row.year}, is used.")
    tier = min(BEST_TIER + len(steps), WORST_TIER)
    return replace(row, fallbacks=tuple(steps), quality_tier=tier)


def _is_gas(gas: str, row: GlobalWarmingPotential) -> bool:
    names = {row.gas.casefold(), row.name.casefold(), row.gas.replace("-", "").casefold()}
    return gas in names


def published_row(row: EmissionFactor) -> ChosenFactor:
    """A factor as it was published, with its release; no fallbacks."""
    release = row.factor_set
    return ChosenFactor(
        factor_id=row.pk,
        code=row.code,
        source_factor_id=row.source_factor_id,
        set_code=release.code,
        publisher=release.publisher,
        title=release.title,
        release_year=release.year,
        licence=release.licence,
        url=row.source_url or release.source_url,
        activity=row.activity,
        place=row.place,
        year=row.year,
        unit=row.unit,
        boundary=row.boundary,
        gwp_set=row.gwp_set or release.gwp_set,
        scope=row.scope,
        category=row.category,
        kgco2e_per_unit=plain(row.kgco2e_per_unit),
        co2_kgco2e=_part(row.co2_kgco2e),
        ch4_kgco2e=_part(row.ch4_kgco2e),
        n2o_kgco2e=_part(row.n2o_kgco2e),
        biogenic_kgco2e=_part(row.biogenic_kgco2e),
        suspect=row.suspect,
        notes=row.notes,
        is_own=release.proposed_by_id is not None,
    )


def _part(number: Decimal | None) -> Decimal | None:
    return None if number is None else plain(number)
