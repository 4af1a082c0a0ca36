"""Writes. Keys of pools: proposed with shares by one person, approved by another, never edited.

A pool is a department whose own emissions are shared out, from its first approved key on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from departments.inventory import units
from departments.inventory.entry import read_quantity, read_text
from departments.inventory.errors import EntryRefused
from departments.inventory.errors.sharing import (
    KeyDecidedBySamePerson,
    KeyInWrongState,
    KeyNotFound,
)
from departments.inventory.instruments import require
from departments.inventory.models.allocation import AllocationKey, AllocationShare, Driver
from departments.organisation.access import Permission
from departments.organisation.models import Department, User
from departments.organisation.said import either, said, what_it_says, word

HUNDRED = Decimal(100)
# The units of drivers that are not measured: people are counted, percentages are agreed.
_COUNTED = {Driver.HEADCOUNT: ("people", "FTE"), Driver.PERCENT: ("%",)}
_MEASURED = {Driver.FLOOR_AREA: "m2", Driver.COMPUTE_HOURS: "h"}


@transaction.atomic
def propose_key(
    *,
    by: User,
    at: datetime,
    pool: Department,
    driver: str,
    unit: str,
    valid_from: date,
    valid_before: date | None,
    source: str,
    quantities: Mapping[str, Decimal | str],
) -> AllocationKey:
    """Propose the next version of a pool's key: quantities of the driver by department code.

    Agreed percentages add up to exactly 100; other quantities to anything above 0.
    Raises: EntryRefused; NotAllowed.
    """
    require(by, Permission.PROPOSE_KEY, said("propose allocation keys"))
    if valid_before is not None and valid_before <= valid_from:
        raise EntryRefused(
            field="valid_before",
            value=str(valid_before),
            reason=said("The key is valid from %(valid_from)s on.", valid_from=valid_from),
            hint=said("Enter the day after its last day, or nothing."),
        )
    read = _read_quantities(quantities)
    # Two that propose at once wait here for each other.
    Department.objects.select_for_update(no_key=True).get(pk=pool.pk)
    newest = AllocationKey.objects.filter(pool=pool).aggregate(Max("version"))["version__max"]
    key = AllocationKey(
        pool=pool,
        version=(newest or 0) + 1,
        driver=_driver(driver),
        unit=_unit(driver, unit),
        valid=(valid_from, valid_before),
        source=_required("source", source),
        proposed_by=by,
        proposed_at=at,
    )
    _require_hundred(key.driver, sum(read.values(), Decimal(0)))
    key.save()
    AllocationShare.objects.bulk_create(
        AllocationShare(key=key, department=department, quantity=quantity)
        for department, quantity in read.items()
    )
    return key


@transaction.atomic
def approve_key(*, key_id: int, by: User, at: datetime) -> AllocationKey:
    """Let a key count, as another person than who proposed it; safe to call again.

    Raises: KeyDecidedBySamePerson, KeyNotFound, NotAllowed.
    """
    require(by, Permission.APPROVE_KEY, said("approve allocation keys"))
    key = _locked(key_id)
    if key.approved_by_id is not None:
        return key
    if key.proposed_by_id == by.pk:
        raise KeyDecidedBySamePerson(key=str(key), person=by.get_username())
    key.approved_by, key.approved_at = by, at
    key.save(update_fields=["approved_by", "approved_at"])
    return key


@transaction.atomic
def withdraw_key(*, key_id: int, by: User) -> None:
    """Delete a key that nobody has approved.

    Raises: KeyInWrongState, KeyNotFound, NotAllowed.
    """
    require(by, Permission.PROPOSE_KEY, said("withdraw allocation keys"))
    key = _locked(key_id)
    if key.approved_by_id is not None:
        raise KeyInWrongState(key=str(key), state="approved", step="withdrawn")
    key.delete()


def _locked(key_id: int) -> AllocationKey:
    rows = AllocationKey.objects.select_for_update(of=("self",), no_key=True)
    found = rows.select_related("pool").filter(pk=key_id).first()
    if found is None:
        raise KeyNotFound(key_id=key_id)
    return found


def _read_quantities(quantities: Mapping[str, Decimal | str]) -> dict[Department, Decimal]:
    known = {row.code: row for row in Department.objects.filter(code__in=quantities)}
    read: dict[Department, Decimal] = {}
    for code, quantity in quantities.items():
        if code not in known:
            hint = said("Enter the code of a department.")
            raise EntryRefused(
                field="department",
                value=code,
                reason=said("There is no such department."),
                hint=hint,
            )
        text = f"{quantity:f}" if isinstance(quantity, Decimal) else quantity
        number = read_quantity(text)
        if not number:
            hint = said("Leave the department out.")
            raise EntryRefused(
                field="quantity",
                value=text,
                reason=said("%(code)s has none.", code=code),
                hint=hint,
            )
        read[known[code]] = number
    if not read:
        raise EntryRefused(
            field="quantity",
            value="",
            reason=said("No department has a share."),
            hint=said("Enter one a row."),
        )
    return read


def _require_hundred(driver: str, total: Decimal) -> None:
    if driver == Driver.PERCENT and total != HUNDRED:
        raise EntryRefused(
            field="quantity",
            value=f"{total:f}",
            reason=said(
                "The percentages add up to %(total)s, which is %(part)s off.",
                total=f"{total:f}",
                part=f"{abs(HUNDRED - total):f}",
            ),
            hint=said(
                "They add up to exactly 100; or enter headcount, area, hours or revenue instead."
            ),
        )


def _driver(driver: str) -> str:
    if driver not in Driver.values:
        hint = said("Enter one of %(known)s.", known=", ".join(Driver.values))
        raise EntryRefused(
            field="driver", value=driver, reason=said("It is none of the known."), hint=hint
        )
    return driver


def _unit(driver: str, unit: str) -> str:
    counted = _COUNTED.get(Driver(driver))
    if counted is not None:
        if unit not in counted:
            hint = said("Enter %(counted)s.", counted=either(counted))
            raise EntryRefused(
                field="unit",
                value=unit,
                reason=said("%(driver)s has another unit.", driver=word(driver)),
                hint=hint,
            )
        return unit
    wanted = _MEASURED.get(Driver(driver), "")
    try:
        if not wanted:
            return _currency(unit)
        units.conversion_ratio(from_unit=unit, to_unit=wanted)
        return units.canonical(unit)
    except units.UnitRefused as refusal:
        hint = said(
            "%(driver)s is measured in %(wanted)s.",
            driver=word(driver),
            wanted=wanted or said("a currency"),
        )
        raise EntryRefused(
            field="unit", value=unit, reason=what_it_says(refusal), hint=hint
        ) from refusal


def _currency(unit: str) -> str:
    units.conversion_ratio(from_unit=unit, to_unit=unit.upper())
    if units.canonical(unit) != unit.upper() or len(unit) != 3:
        hint = said("Enter a currency such as USD.")
        raise EntryRefused(field="unit", value=unit, reason=said("Revenue is money."), hint=hint)
    return unit.upper()


def _required(field: str, value: str) -> str:
    text = read_text(value, field=field, longest=500)
    if not text:
        raise EntryRefused(
            field=field, value="", reason=said("It is missing."), hint=said("Enter it.")
        )
    return text
