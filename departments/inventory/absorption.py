"""Writes. Projects that absorb carbon and their measurements, by two people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from django.db import IntegrityError, transaction

from departments.inventory.entry import read_text
from departments.inventory.errors import EntryRefused
from departments.inventory.errors.absorption import (
    AbsorptionDecidedBySamePerson,
    AbsorptionNotFound,
    AbsorptionTaken,
)
from departments.inventory.factor_choice import country_of
from departments.inventory.models.absorption import (
    AbsorptionKind,
    AbsorptionMeasurement,
    AbsorptionProject,
    MeasurementMethod,
)
from departments.inventory.models.emissions import DurabilityClass
from departments.organisation.access import Permission, may
from departments.organisation.constraints import constraint_of
from departments.organisation.errors import NotAllowed
from departments.organisation.models import User
from departments.organisation.said import said, word

MOST_TONNES = Decimal(10) ** 9
Row = TypeVar("Row", AbsorptionProject, AbsorptionMeasurement)


@transaction.atomic
def enter_project(
    *,
    by: User,
    at: datetime,
    code: str,
    name: str,
    kind: str,
    place: str,
    durability_class: str,
    buffer_share: Decimal,
    evidence: str,
) -> AbsorptionProject:
    """Enter a project; removals may name it once another person has approved it.

    `buffer_share` of what is measured is held back for its uncertainty and for reversals.
    Raises: EntryRefused, AbsorptionTaken, NotAllowed.
    """
    _require(by, Permission.ENTER_ABSORPTION, said("enter absorption projects"))
    if not country_of(place):
        hint = said("Enter a country, e.g. ID, or US-CA.")
        _refuse("place", place, said("It lies in no country."), hint)
    project = AbsorptionProject(
        code=_text("code", code, 60),
        name=_text("name", name, 200),
        kind=_choice("kind", kind, AbsorptionKind.values),
        place=_text("place", place, 60),
        durability_class=_choice("durability_class", durability_class, DurabilityClass.values),
        buffer_share=_within("buffer_share", buffer_share, Decimal(0), Decimal("0.99999"), 5),
        evidence=_text("evidence", evidence, 500),
        entered_by=by,
        entered_at=at,
    )
    return _saved(project, said("The project %(code)s", code=code))


@transaction.atomic
def enter_measurement(
    *,
    by: User,
    at: datetime,
    project_code: str,
    method: str,
    measured_on: date,
    tonnes: Decimal,
    uncertainty_percent: Decimal,
    evidence: str,
    area_ha: Decimal | None = None,
) -> AbsorptionMeasurement:
    """Enter the tonnes that were taken up since the measurement before; they count once approved.

    Raises: AbsorptionNotFound, EntryRefused, AbsorptionTaken, NotAllowed.
    """
    _require(by, Permission.ENTER_ABSORPTION, said("enter measurements of absorption"))
    least = Decimal("0.000000001")
    measurement = AbsorptionMeasurement(
        project=_project(project_code),
        method=_choice("method", method, MeasurementMethod.values),
        measured_on=measured_on,
        tonnes=_within("tonnes", tonnes, least, MOST_TONNES, 9),
        area_ha=None if area_ha is None else _within("area_ha", area_ha, least, MOST_TONNES, 6),
        uncertainty_percent=_within(
            "uncertainty_percent", uncertainty_percent, Decimal(0), Decimal(100), 3
        ),
        evidence=_text("evidence", evidence, 500),
        entered_by=by,
        entered_at=at,
    )
    name = said(
        "The measurement of %(code)s by %(method)s on %(day)s",
        code=project_code,
        method=word(method),
        day=measured_on,
    )
    return _saved(measurement, name)


@transaction.atomic
def approve_project(*, code: str, by: User, at: datetime) -> list[int]:
    """Let removals name a project, and let all measurements that wait count, as another person.

    Returns: the ids of the measurements that count now and did not before.
    Raises:  AbsorptionNotFound, AbsorptionDecidedBySamePerson, NotAllowed.
    """
    _require(by, Permission.APPROVE_ABSORPTION, said("approve absorption projects"))
    project = _project(code)
    waiting = project.measurements.select_for_update(of=("self",)).filter(approved_by=None)
    measurements = list(waiting.order_by("pk"))
    if project.approved_by_id is None:
        _approve(project, said("the project %(code)s", code=code), by, at)
    for row in measurements:
        name = said("the measurement of %(code)s on %(day)s", code=code, day=row.measured_on)
        _approve(row, name, by, at)
    return [row.pk for row in measurements]


# What the steps share


def _project(code: str) -> AbsorptionProject:
    rows = AbsorptionProject.objects.select_for_update(of=("self",), no_key=True)
    found = rows.filter(code=code).first()
    if found is None:
        known = AbsorptionProject.objects.order_by("code").values_list("code", flat=True)
        raise AbsorptionNotFound(code=code, known=list(known))
    return found


def _approve(row: Row, name: str, by: User, at: datetime) -> None:
    if row.entered_by_id == by.pk:
        raise AbsorptionDecidedBySamePerson(what=name, person=by.get_username())
    row.approved_by, row.approved_at = by, at
    row.save(update_fields=["approved_by", "approved_at"])


def _saved(row: Row, name: str) -> Row:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        taken = ("inventory_absorptionproject_code_key", "inventory_measurement_is_entered_once")
        if constraint_of(error) not in taken:
            raise
        raise AbsorptionTaken(what=name) from error
    return row


def _require(by: User, permission: Permission, step: str) -> None:
    if not may(by, permission):
        raise NotAllowed(by.get_username(), step, permission.roles_text)


def _refuse(field: str, value: str, reason: str, hint: str) -> None:
    raise EntryRefused(field=field, value=value, reason=reason, hint=hint)


def _text(field: str, value: str, longest: int) -> str:
    text = read_text(value, field=field, longest=longest)
    if not text:
        _refuse(field, "", said("It is missing."), said("Enter it."))
    return text


def _choice(field: str, value: str, known: Collection[str]) -> str:
    if value not in known:
        hint = said("Enter one of %(known)s.", known=", ".join(known))
        _refuse(field, value, said("It is none of the known."), hint)
    return value


def _within(field: str, number: Decimal, least: Decimal, most: Decimal, decimals: int) -> Decimal:
    if not number.is_finite() or not least <= number <= most or number != round(number, decimals):
        reason = said(
            "It is %(least)s to %(most)s, of up to %(decimals)s decimals.",
            least=f"{least:f}",
            most=f"{most:f}",
            decimals=decimals,
        )
        _refuse(field, str(number), reason, said("Check figure and unit."))
    return number
