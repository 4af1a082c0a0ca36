"""Writes. Sites, and readings on their way: entered by one person, approved by another, superseded.

Days are first and last day as people write them; the last one is included.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction

from departments.inventory import units
from departments.inventory.entry import read_quantity, read_text
from departments.inventory.errors import EntryRefused
from departments.inventory.errors.sites import (
    ReadingDecidedBySamePerson,
    ReadingInWrongState,
    ReadingNotFound,
    ReadingOverlaps,
    SiteNotFound,
    SiteTaken,
)
from departments.inventory.instruments import require
from departments.inventory.models.sites import ReadingMethod, Site, SiteKind, SiteReading
from departments.inventory.site_catalogue import INDICATORS, nearest
from departments.inventory.submission import read_reason, require_approver, require_contributor
from departments.organisation.access import Permission
from departments.organisation.constraints import constraint_of
from departments.organisation.models import Department, LegalEntity, User
from departments.organisation.said import either, said, what_it_says

ONE_DAY = timedelta(days=1)


@transaction.atomic
def enter_site(
    *,
    by: User,
    at: datetime,
    code: str,
    name: str,
    kind: str,
    place: str,
    legal_entity: LegalEntity,
    department: Department,
    opened_on: date,
    closed_on: date | None = None,
    floor_area_m2: Decimal | None = None,
) -> Site:
    """Enter a site; its code is kept for good.

    Raises: SiteTaken, EntryRefused, NotAllowed.
    """
    require(by, Permission.ENTER_SITE, said("enter sites"))
    if closed_on is not None and closed_on < opened_on:
        raise EntryRefused(
            field="closed_on",
            value=str(closed_on),
            reason=said("The site opened on %(opened_on)s.", opened_on=opened_on),
            hint=said("Enter a later day, or nothing while it is open."),
        )
    if floor_area_m2 is not None and not (floor_area_m2.is_finite() and floor_area_m2 > 0):
        hint = said("Enter square metres, or nothing.")
        raise EntryRefused(
            field="floor_area_m2",
            value=str(floor_area_m2),
            reason=said("It is not above 0."),
            hint=hint,
        )
    site = Site(
        code=_required("code", code.upper(), 40),
        name=_required("name", name, 200),
        kind=_choice("kind", kind, SiteKind.values),
        place=_required("place", place, 60),
        legal_entity=legal_entity,
        department=department,
        opened_on=opened_on,
        closed_on=closed_on,
        floor_area_m2=floor_area_m2,
        entered_by=by,
        entered_at=at,
    )
    try:
        with transaction.atomic():
            site.save()
    except IntegrityError as error:
        if constraint_of(error) == "inventory_site_code_is_upper_case":
            hint = said("Use letters, digits and hyphens, e.g. DC-DUBLIN-1.")
            raise EntryRefused(
                field="code", value=code, reason=said("It can't be a code."), hint=hint
            ) from error
        if Site.objects.filter(code=site.code).exists():
            raise SiteTaken(site=site.code) from error
        raise
    return site


@transaction.atomic
def close_site(*, code: str, by: User, closed_on: date) -> Site:
    """Note the last day of a site, once; safe to call again with the same day.

    Raises: SiteNotFound; EntryRefused, also where readings reach beyond that day; NotAllowed.
    """
    require(by, Permission.ENTER_SITE, said("close sites"))
    site = Site.objects.select_for_update(no_key=True).filter(code=code).first()
    if site is None:
        raise SiteNotFound(site=code)
    if site.closed_on == closed_on:
        return site
    later = site.readings.filter(days__endswith__gt=closed_on + ONE_DAY, superseded_at=None)
    if site.closed_on is not None or closed_on < site.opened_on or later.exists():
        raise EntryRefused(
            field="closed_on",
            value=str(closed_on),
            reason=said(
                "%(code)s is closed already, opened later, or has readings of later days.",
                code=code,
            ),
            hint=said("Look at it: sites list."),
        )
    site.closed_on = closed_on
    site.save(update_fields=["closed_on"])
    return site


@transaction.atomic
def enter_reading(
    *,
    by: User,
    at: datetime,
    site: Site,
    indicator: str,
    first_day: date,
    last_day: date,
    quantity: Decimal | str,
    unit: str,
    method: str,
    source: str,
) -> SiteReading:
    """Enter a reading; it counts once another person has approved it.

    Raises: EntryRefused, also for a unit that the indicator is not measured in; NotAllowed.
    """
    require_contributor(by, [site.department_id])
    _require_days(site, first_day, last_day)
    reading = SiteReading(
        site=site,
        indicator=_indicator(indicator),
        days=(first_day, last_day + ONE_DAY),
        quantity=_quantity(quantity),
        unit=_unit(unit, indicator),
        method=_choice("method", method, ReadingMethod.values),
        source=_required("source", source, 500),
        entered_by=by,
        entered_at=at,
    )
    reading.save()
    return reading


@transaction.atomic
def correct_reading(
    *,
    reading_id: int,
    by: User,
    at: datetime,
    quantity: Decimal | str,
    unit: str,
    method: str,
    source: str,
    reason: str,
) -> SiteReading:
    """Enter what an approved reading should have said; it supersedes that one once approved.

    Raises: ReadingInWrongState, ReadingNotFound; EntryRefused, ReasonMissing; NotAllowed.
    """
    reason = read_reason(reason, step="correct")
    (before,) = _locked([reading_id])
    require_contributor(by, [before.site.department_id])
    if before.approved_by_id is None:
        raise ReadingInWrongState(reading_id=reading_id, state="not approved", step="corrected")
    if before.corrections.exists():
        raise ReadingInWrongState(reading_id=reading_id, state="corrected already", step="again")
    reading = SiteReading(
        site=before.site,
        indicator=before.indicator,
        days=before.days,
        quantity=_quantity(quantity),
        unit=_unit(unit, before.indicator),
        method=_choice("method", method, ReadingMethod.values),
        source=_required("source", source, 500),
        supersedes=before,
        reason=reason,
        entered_by=by,
        entered_at=at,
    )
    reading.save()
    return reading


@transaction.atomic
def approve_readings(*, reading_ids: Collection[int], by: User, at: datetime) -> list[int]:
    """Let readings count, as another person than who entered them.

    Returns: the ids that were approved now; those approved before are left alone.
    Raises:  ReadingDecidedBySamePerson, ReadingOverlaps, ReadingNotFound, NotAllowed.
    """
    readings = _locked(reading_ids)
    require_approver(by, {reading.site.department_id for reading in readings})
    going = [reading for reading in readings if reading.approved_by_id is None]
    for reading in going:
        if reading.entered_by_id == by.pk:
            raise ReadingDecidedBySamePerson(reading_id=reading.pk, person=by.get_username())
        reading.approved_by, reading.approved_at = by, at
        try:
            with transaction.atomic():
                reading.save(update_fields=["approved_by", "approved_at"])
        except IntegrityError as error:
            if constraint_of(error) != "inventory_one_reading_in_force":
                raise
            raise ReadingOverlaps(
                reading_id=reading.pk, site=reading.site.code, indicator=reading.indicator
            ) from error
    return [reading.pk for reading in going]


@transaction.atomic
def withdraw_reading(*, reading_id: int, by: User) -> None:
    """Delete a reading that nobody has approved.

    Raises: ReadingInWrongState, ReadingNotFound, NotAllowed.
    """
    (reading,) = _locked([reading_id])
    require_contributor(by, [reading.site.department_id])
    if reading.approved_by_id is not None:
        raise ReadingInWrongState(reading_id=reading_id, state="approved", step="withdrawn")
    reading.delete()


# What the steps share


def _locked(reading_ids: Collection[int]) -> list[SiteReading]:
    """The readings with their sites, locked in the order of their ids."""
    wanted = set(reading_ids)
    rows = SiteReading.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted)
    found = list(rows.select_related("site").order_by("pk"))
    missing = wanted - {reading.pk for reading in found}
    if missing:
        raise ReadingNotFound(reading_id=min(missing))
    return found


def _require_days(site: Site, first_day: date, last_day: date) -> None:
    if last_day < first_day:
        hint = said("Enter the first day, then the last one.")
        raise EntryRefused(
            field="last_day",
            value=str(last_day),
            reason=said("It is before the first day, %(first_day)s.", first_day=first_day),
            hint=hint,
        )
    if first_day < site.opened_on or (site.closed_on is not None and last_day > site.closed_on):
        raise EntryRefused(
            field="first_day",
            value=str(first_day),
            reason=said(
                "%(code)s is open from %(opened_on)s."
                if site.closed_on is None
                else "%(code)s is open from %(opened_on)s to %(closed_on)s.",
                code=site.code,
                opened_on=site.opened_on,
                closed_on=site.closed_on,
            ),
            hint=said("Enter days within these."),
        )


def _indicator(code: str) -> str:
    if code not in INDICATORS:
        near = nearest(code)
        hint = (
            said("Did you mean %(nearest)s?", nearest=either(near))
            if near
            else said("See: site_indicators --list.")
        )
        raise EntryRefused(
            field="indicator", value=code, reason=said("There is no such indicator."), hint=hint
        )
    return code


def _unit(unit: str, indicator: str) -> str:
    wanted = INDICATORS[indicator].unit
    try:
        units.conversion_ratio(from_unit=unit, to_unit=wanted)
    except units.UnitRefused as refusal:
        hint = said("%(indicator)s is measured in %(wanted)s.", indicator=indicator, wanted=wanted)
        raise EntryRefused(
            field="unit", value=unit, reason=what_it_says(refusal), hint=hint
        ) from refusal
    return units.canonical(unit)


def _quantity(quantity: Decimal | str) -> Decimal:
    return read_quantity(f"{quantity:f}" if isinstance(quantity, Decimal) else quantity)


def _required(field: str, value: str, longest: int) -> str:
    text = read_text(value, field=field, longest=longest)
    if not text:
        raise EntryRefused(
            field=field, value="", reason=said("It is missing."), hint=said("Enter it.")
        )
    return text


def _choice(field: str, value: str, known: Collection[str]) -> str:
    if value not in known:
        hint = said("Enter one of %(known)s.", known=", ".join(known))
        raise EntryRefused(
            field=field, value=value, reason=said("It is none of the known."), hint=hint
        )
    return value
