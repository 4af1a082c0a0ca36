"""Reads. What sharing out comes to: results of pools, and each department's part of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from departments.inventory.calculation.allocation import allocate
from departments.inventory.calculation.arithmetic import plus
from departments.inventory.entry import plain
from departments.inventory.models.activity import ALLOCATED
from departments.inventory.models.allocation import AllocationKey, Driver
from departments.inventory.models.emissions import EmissionKind, EmissionRecord
from departments.inventory.totals import results_in_force

NOTHING = (Decimal(0), Decimal(0))
Figures = tuple[Decimal, Decimal]
"""Location-based and market-based, kgCO2e to the milligram."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInForce:
    """An approved version of a pool's key; quantities of the driver by department code."""

    key_id: int
    pool_id: int
    pool: str
    version: int
    driver: str
    unit: str
    valid_from: date
    valid_before: date | None
    source: str
    approved_by_id: int
    quantities: dict[str, Decimal]

    @property
    def total(self) -> Decimal:
        """The sum of the quantities."""
        return plain(plus(self.quantities.values()))

    @property
    def title(self) -> str:
        """The key for people."""
        until = f" to before {self.valid_before}" if self.valid_before else ""
        driver = Driver(self.driver).label
        return f"key {self.pool} version {self.version} ({driver}, from {self.valid_from}{until})"

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_before is None or day < self.valid_before)


def pools() -> dict[int, list[KeyInForce]]:
    """The approved keys of every pool, newest version first, by the pool's id."""
    rows = AllocationKey.objects.filter(approved_by__isnull=False).select_related("pool")
    found: dict[int, list[KeyInForce]] = {}
    for row in rows.prefetch_related("shares__department").order_by("pool__code", "-version"):
        assert row.valid.lower is not None
        assert row.approved_by_id is not None
        key = KeyInForce(
            key_id=row.pk,
            pool_id=row.pool_id,
            pool=row.pool.code,
            version=row.version,
            driver=row.driver,
            unit=row.unit,
            valid_from=row.valid.lower,
            valid_before=row.valid.upper,
            source=row.source,
            approved_by_id=row.approved_by_id,
            quantities={
                share.department.code: plain(share.quantity)
                for share in sorted(row.shares.all(), key=lambda share: share.department.code)
            },
        )
        found.setdefault(row.pool_id, []).append(key)
    return found


def key_on(keys: Collection[KeyInForce], day: date) -> KeyInForce | None:
    """The newest version that covers a day."""
    return next((key for key in keys if key.covers(day)), None)


def pool_results(
    pool_ids: Collection[int], *, from_on: date | None = None, until_on: date | None = None
) -> list[EmissionRecord]:
    """Emissions in force of the pools' own records; what they got from another pool stays there."""
    rows = results_in_force().filter(department_id__in=pool_ids, kind=EmissionKind.EMISSION)
    rows = rows.exclude(activity_record__activity=ALLOCATED)
    if from_on is not None:
        rows = rows.filter(activity_on__gte=from_on)
    if until_on is not None:
        rows = rows.filter(activity_on__lte=until_on)
    return list(rows.defer("trace").select_related("activity_record", "department").order_by("pk"))


def parts_of(result: EmissionRecord, key: KeyInForce | None) -> dict[str, Figures]:
    """What each department gets of a pool's result; the pool's own figure is what it gives away.

    A share of the pool itself stays with it. All figures add up to nothing.
    """
    if key is None:
        return {}
    location = allocate(result.location_kgco2e, key.quantities)
    market = allocate(result.market_kgco2e, key.quantities)
    parts = {code: (location[code], market[code]) for code in location if code != key.pool}
    if parts:
        parts[key.pool] = (
            -sum((part for part, _ in parts.values()), Decimal(0)),
            -sum((part for _, part in parts.values()), Decimal(0)),
        )
    return parts
