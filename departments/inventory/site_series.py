"""Reads. Sites with their indicators as time series: each figure with unit, readings and share."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import QuerySet

from departments.inventory import units
from departments.inventory.calculation.arithmetic import plus
from departments.inventory.entry import plain
from departments.inventory.errors.sites import SiteNotFound
from departments.inventory.models.sites import Site, SiteReading
from departments.inventory.site_catalogue import INDICATORS, SHARES, SUM, Indicator

MONTH, YEAR = "month", "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSummary:
    """A site as lists show it; days are included, areas in square metres."""

    site_id: int
    code: str
    name: str
    kind: str
    place: str
    legal_entity: str
    department: str
    opened_on: date
    closed_on: date | None
    floor_area_m2: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """An indicator's figure of a month or year, in its unit; unrounded to 50 digits.

    A reading belongs to the period of its last day. `readings` are the ids it rests on.
    """

    site: str
    indicator: str
    period: str
    value: Decimal
    unit: str
    combines_by: str
    methods: tuple[str, ...]
    sources: tuple[str, ...]
    readings: tuple[int, ...]
    definition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePoint:
    """A share of a month or year with both its figures, which are in the same unit."""

    site: str
    share_name: str
    period: str
    part: Decimal
    whole: Decimal
    unit: str

    @property
    def share(self) -> Fraction | None:
        """Part ÷ whole, exactly; None where there is no whole."""
        return Fraction(self.part) / Fraction(self.whole) if self.whole else None

    @property
    def percent(self) -> str:
        """The share for people: 41.67, half away from zero; a dash where there is none."""
        if self.share is None:
            return "–"
        hundredths = int(self.share * 10_000 + Fraction(1, 2))
        return f"{hundredths // 100}.{hundredths % 100:02}"


def list_sites(*, department_ids: Collection[int] | None) -> list[SiteSummary]:
    """The sites of departments that may be seen (None: all), by code."""
    rows = _seen(department_ids).select_related("legal_entity", "department")
    return [
        SiteSummary(
            site_id=row.pk,
            code=row.code,
            name=row.name,
            kind=row.kind,
            place=row.place,
            legal_entity=row.legal_entity.code,
            department=row.department.code,
            opened_on=row.opened_on,
            closed_on=row.closed_on,
            floor_area_m2=None if row.floor_area_m2 is None else plain(row.floor_area_m2),
        )
        for row in rows.order_by("code")
    ]


def series_of(
    *,
    site: str,
    department_ids: Collection[int] | None,
    indicators: Collection[str] = (),
    by: str = YEAR,
) -> list[Point]:
    """A site's approved readings as series, of the named indicators or all; `by` month or year.

    Sums add up a period's readings; of a state of things the reading that ends last counts.
    Raises: SiteNotFound, also for a site that may not be seen.
    """
    found = _seen(department_ids).filter(code=site).first()
    if found is None:
        raise SiteNotFound(site=site)
    rows = SiteReading.objects.filter(
        site=found, approved_by__isnull=False, superseded_at__isnull=True
    )
    if indicators:
        rows = rows.filter(indicator__in=indicators)
    grouped: dict[tuple[str, str], list[SiteReading]] = {}
    for row in rows.order_by("indicator", "days"):
        grouped.setdefault((row.indicator, _period(row, by)), []).append(row)
    return [_point(site, *key, readings) for key, readings in sorted(grouped.items())]


def shares_of(points: Iterable[Point]) -> list[SharePoint]:
    """The shares that a series holds both figures of: reused servers, diverted waste."""
    values = {(each.site, each.indicator, each.period): each for each in points}
    found = []
    for name, (part, whole) in SHARES.items():
        for (site, indicator, period), point in values.items():
            of_all = values.get((site, whole, period))
            if indicator == part and of_all is not None:
                found.append(
                    SharePoint(
                        site=site,
                        share_name=name,
                        period=period,
                        part=point.value,
                        whole=of_all.value,
                        unit=point.unit,
                    )
                )
    return found


def _point(site: str, code: str, period: str, readings: list[SiteReading]) -> Point:
    indicator = INDICATORS[code]
    counted = readings if indicator.combines_by == SUM else readings[-1:]
    return Point(
        site=site,
        indicator=code,
        period=period,
        value=plain(plus(_value(row, indicator) for row in counted)),
        unit=indicator.unit,
        combines_by=indicator.combines_by,
        methods=tuple(dict.fromkeys(row.method for row in counted)),
        sources=tuple(dict.fromkeys(row.source for row in counted)),
        readings=tuple(row.pk for row in counted),
        definition=indicator.definition,
    )


def _value(row: SiteReading, indicator: Indicator) -> Decimal:
    return units.convert(plain(row.quantity), from_unit=row.unit, to_unit=indicator.unit)


def _period(row: SiteReading, by: str) -> str:
    return str(row.last_day.year) if by == YEAR else f"{row.last_day:%Y-%m}"


def _seen(department_ids: Collection[int] | None) -> QuerySet[Site]:
    rows = Site.objects.all()
    return rows if department_ids is None else rows.filter(department_id__in=department_ids)
