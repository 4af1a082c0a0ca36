"""Writes. Instruments on their way: entered by one person, approved by another, retired once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from departments.inventory.entry import read_text
from departments.inventory.errors import EntryRefused
from departments.inventory.errors.instruments import (
    InstrumentDecidedBySamePerson,
    InstrumentInWrongState,
    InstrumentNotFound,
    InstrumentTaken,
)
from departments.inventory.instrument_markets import countries_of
from departments.inventory.models.instruments import Instrument, InstrumentKind, Technology
from departments.organisation.access import Permission, may
from departments.organisation.constraints import constraint_of
from departments.organisation.errors import NotAllowed
from departments.organisation.models import LegalEntity, User
from departments.organisation.said import said

MOST_KWH = Decimal(10) ** 15
MOST_KGCO2E_PER_KWH = Decimal(3)
MOST_DECIMALS = 10


@transaction.atomic
def enter_instrument(
    *,
    by: User,
    at: datetime,
    kind: str,
    registry: str,
    serial: str,
    market: str,
    generated_from: date,
    generated_to: date,
    volume_kwh: Decimal,
    technology: str,
    kgco2e_per_kwh: Decimal,
    factor_source: str,
    evidence: str,
    legal_entity: LegalEntity | None = None,
) -> Instrument:
    """Enter a certificate or contract; it covers nothing until another person approves it.

    Registry and serial are kept in capital letters, so that one instrument is entered once.
    Raises: EntryRefused; InstrumentTaken; NotAllowed.
    """
    require(by, Permission.ENTER_INSTRUMENT, said("enter instruments"))
    _require_vintage(generated_from, generated_to)
    instrument = Instrument(
        kind=_choice("kind", kind, InstrumentKind.values),
        registry=_text("registry", registry.upper(), 60),
        serial=_text("serial", serial.upper(), 100),
        market=market,
        countries=list(countries_of(market)),
        generated_from=generated_from,
        generated_to=generated_to,
        volume_kwh=_volume(volume_kwh),
        technology=_choice("technology", technology, Technology.values),
        kgco2e_per_kwh=_factor(kgco2e_per_kwh),
        factor_source=_text("factor_source", factor_source, 300),
        evidence=_text("evidence", evidence, 500),
        legal_entity=legal_entity,
        entered_by=by,
        entered_at=at,
    )
    try:
        with transaction.atomic():
            instrument.save()
    except IntegrityError as error:
        if constraint_of(error) != "inventory_instrument_is_entered_once":
            raise
        raise InstrumentTaken(registry=instrument.registry, serial=instrument.serial) from error
    return instrument


@transaction.atomic
def approve_instruments(*, instrument_ids: Collection[int], by: User, at: datetime) -> list[int]:
    """Let instruments cover electricity, as another person than who entered them.

    Returns: the ids that were approved now; those approved before are left alone.
    Raises:  InstrumentDecidedBySamePerson, InstrumentNotFound, NotAllowed.
    """
    require(by, Permission.APPROVE_INSTRUMENT, said("approve instruments"))
    going = [row for row in locked(instrument_ids) if row.approved_by_id is None]
    for row in going:
        if row.entered_by_id == by.pk:
            raise InstrumentDecidedBySamePerson(instrument=str(row), person=by.get_username())
        row.approved_by, row.approved_at = by, at
        row.save(update_fields=["approved_by", "approved_at"])
    return [row.pk for row in going]


@transaction.atomic
def withdraw_instrument(*, instrument_id: int, by: User) -> None:
    """Delete an instrument that nobody has approved, so that it can be entered anew.

    Raises: InstrumentInWrongState, InstrumentNotFound, NotAllowed.
    """
    require(by, Permission.ENTER_INSTRUMENT, said("withdraw instruments"))
    (row,) = locked([instrument_id])
    if row.approved_by_id is not None:
        raise InstrumentInWrongState(instrument=str(row), state="approved", step="withdrawn")
    row.delete()


@transaction.atomic
def retire_instrument(
    *, instrument_id: int, by: User, retired_on: date, reference: str
) -> Instrument:
    """Note that the registry has retired an approved instrument; once.

    Safe to call again with the same day and reference.
    Raises: InstrumentInWrongState, EntryRefused, InstrumentNotFound, NotAllowed.
    """
    require(by, Permission.ENTER_INSTRUMENT, said("retire instruments"))
    reference = _text("retirement_reference", reference, 200)
    (row,) = locked([instrument_id])
    if (row.retired_on, row.retirement_reference) == (retired_on, reference):
        return row
    if row.approved_by_id is None:
        raise InstrumentInWrongState(instrument=str(row), state="not approved", step="retired")
    if row.retired_on is not None:
        state = said(
            "retired on %(day)s as %(reference)s",
            day=row.retired_on,
            reference=row.retirement_reference,
        )
        raise InstrumentInWrongState(instrument=str(row), state=state, step="retired again")
    row.retired_on, row.retirement_reference = retired_on, reference
    row.save(update_fields=["retired_on", "retirement_reference"])
    return row


# What the steps share


def locked(instrument_ids: Collection[int]) -> list[Instrument]:
    """The instruments, locked in the order of their ids.

    Raises: InstrumentNotFound, for the first that is missing.
    """
    wanted = set(instrument_ids)
    rows = Instrument.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted)
    found = list(rows.order_by("pk"))
    missing = wanted - {row.pk for row in found}
    if missing:
        raise InstrumentNotFound(instrument_id=min(missing))
    return found


def require(by: User, permission: Permission, step: str) -> None:
    """Refuse whoever may not take this step.

    Raises: NotAllowed.
    """
    if not may(by, permission):
        raise NotAllowed(by.get_username(), step, permission.roles_text)


def _require_vintage(first: date, last: date) -> None:
    if last < first or first.year != last.year:
        raise EntryRefused(
            field="generated_to",
            value=str(last),
            reason=said(
                "A vintage is days of one year; this one begins on %(first)s.", first=first
            ),
            hint=said("Enter what was generated in another year as an instrument of its own."),
        )


def _text(field: str, value: str, longest: int) -> str:
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


def _volume(volume_kwh: Decimal) -> Decimal:
    is_readable = volume_kwh.is_finite() and 0 < volume_kwh <= MOST_KWH
    if not is_readable or volume_kwh != round(volume_kwh, MOST_DECIMALS):
        raise EntryRefused(
            field="volume_kwh",
            value=str(volume_kwh),
            reason=said(
                "A volume is above 0 and at most %(most_kwh)s kWh, of up to 10 decimals.",
                most_kwh=f"{MOST_KWH:,f}",
            ),
            hint=said("A certificate of 1 MWh is 1000 kWh."),
        )
    return volume_kwh


def _factor(kgco2e_per_kwh: Decimal) -> Decimal:
    if not kgco2e_per_kwh.is_finite() or not 0 <= kgco2e_per_kwh <= MOST_KGCO2E_PER_KWH:
        raise EntryRefused(
            field="kgco2e_per_kwh",
            value=str(kgco2e_per_kwh),
            reason=said(
                "An instrument conveys 0 to %(most_kgco2e_per_kwh)s kg per kWh.",
                most_kgco2e_per_kwh=MOST_KGCO2E_PER_KWH,
            ),
            hint=said("Solar and wind are 0; these may be grams."),
        )
    return kgco2e_per_kwh
