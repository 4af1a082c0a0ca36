"""Reads. What instruments cover, and what is left of each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from departments.inventory.calculation.purchased_electricity import Cover
from departments.inventory.calculation.result import Factor
from departments.inventory.entry import plain
from departments.inventory.models.instruments import Instrument, InstrumentKind, InstrumentUse

_IN_FORCE = Q(uses__released_at__isnull=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentBalance:
    """An instrument with what of it is used and what is left, in kWh."""

    instrument_id: int
    registry: str
    serial: str
    kind: str
    market: str
    generated_from: date
    generated_to: date
    technology: str
    kgco2e_per_kwh: Decimal
    is_approved: bool
    retired_on: date | None
    volume_kwh: Decimal
    used_kwh: Decimal

    @property
    def left_kwh(self) -> Decimal:
        """Volume less uses."""
        return self.volume_kwh - self.used_kwh


def covers_of(record_ids: Collection[int] | QuerySet[Any, Any]) -> dict[int, tuple[Cover, ...]]:
    """What covers each of these records now, by the record's id, in the instruments' order.

    The ids may be a query that finds them.
    """
    found: dict[int, tuple[Cover, ...]] = {}
    for use in uses_in_force(record_ids).select_related("instrument"):
        cover = Cover(covered_kwh=plain(use.covered_kwh), factor=_factor(use.instrument))
        found[use.activity_record_id] = (*found.get(use.activity_record_id, ()), cover)
    return found


def uses_in_force(
    record_ids: Collection[int] | QuerySet[Any, Any],
) -> QuerySet[InstrumentUse]:
    """The uses of these records that nobody took back."""
    rows = InstrumentUse.objects.filter(activity_record_id__in=record_ids, released_at=None)
    return rows.order_by(
        "activity_record_id", "instrument__generated_from", "instrument__registry",
        "instrument__serial",
    )  # fmt: skip


def instrument_balances(
    *, year: int | None = None, market: str | None = None
) -> list[InstrumentBalance]:
    """Every instrument, by vintage and serial; of a year and a market, where they are given."""
    rows = with_used(Instrument.objects.all())
    if year is not None:
        rows = rows.filter(generated_from__year=year)
    if market is not None:
        rows = rows.filter(market=market)
    return [_balance(row) for row in rows.order_by("generated_from", "registry", "serial")]


def with_used(rows: QuerySet[Instrument]) -> QuerySet[Instrument]:
    """The instruments, each with `used_kwh`; null where nothing is used."""
    return rows.annotate(used_kwh=Sum("uses__covered_kwh", filter=_IN_FORCE))


def _balance(row: Instrument) -> InstrumentBalance:
    used: Decimal | None = row.used_kwh  # type: ignore[attr-defined]  # annotated
    return InstrumentBalance(
        instrument_id=row.pk,
        registry=row.registry,
        serial=row.serial,
        kind=row.kind,
        market=row.market,
        generated_from=row.generated_from,
        generated_to=row.generated_to,
        technology=row.technology,
        kgco2e_per_kwh=plain(row.kgco2e_per_kwh),
        is_approved=row.approved_by_id is not None,
        retired_on=row.retired_on,
        volume_kwh=plain(row.volume_kwh),
        used_kwh=plain(used or Decimal(0)),
    )


def _factor(instrument: Instrument) -> Factor:
    kind = "PPA" if instrument.kind == InstrumentKind.PPA else instrument.kind
    return Factor(
        kgco2e_per_unit=plain(instrument.kgco2e_per_kwh),
        unit="kWh",
        label=f"{kind} {instrument}, vintage {instrument.vintage}",
    )
