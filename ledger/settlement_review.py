"""Reads. A settlement as its reviewers see it: progress, totals by department, what changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Max, Q

from departments.organisation.models import User
from ledger.models.settlements import (
    Settlement,
    SettlementShard,
    SettlementState,
    ShardState,
)
from ledger.sql import statement
from pricing import price_lookup

STANDING_STILL = timedelta(seconds=30)  # a shard takes less
DEPARTMENTS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the calculation is; `still_for` says since when nothing moved, if long enough."""

    done: int
    total: int
    stuck: tuple[StuckShard, ...]
    still_for: timedelta | None

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    @property
    def still_minutes(self) -> str:
        """Minutes without a move, with one decimal."""
        return f"{self.still_for.total_seconds() / 60:.1f}" if self.still_for else ""


@dataclass(frozen=True, slots=True)
class StuckShard:
    """A shard that could not be calculated, and why."""

    shard_id: int
    number: int
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class DepartmentTotals:
    """What a settlement does to one department; money in the scheme's currency, tonnes in tCO2e.

    net = charges + true-ups − incentives; change = net − the net of the settlement before.
    """

    department_id: int | None
    department: str
    name: str
    charges: Decimal
    true_ups: Decimal
    incentives: Decimal
    emitted_tonnes: Decimal
    removed_tonnes: Decimal
    records: int
    net_before: Decimal | None = None

    @property
    def net(self) -> Decimal:
        return self.charges + self.true_ups - self.incentives

    @property
    def change(self) -> Decimal | None:
        return None if self.net_before is None else self.net - self.net_before


@dataclass(frozen=True, slots=True)
class SettlementReview:
    """Everything a settlement's page shows."""

    settlement_id: int
    scheme: str
    scheme_name: str
    period: str
    period_id: int
    revision: int
    state: str
    currency: str
    scope2_basis: str
    record_count: int
    input_sha256: str
    prepared_by: str
    prepared_by_id: int
    prepared_at: datetime
    calculated_at: datetime | None
    approved_by: str
    approved_at: datetime | None
    posted_by: str
    posted_at: datetime | None
    cancelled_by: str
    cancelled_at: datetime | None
    progress: Progress
    departments: tuple[DepartmentTotals, ...]
    left_out: int
    total: DepartmentTotals
    previous: str


def review(*, settlement_id: int, at: datetime) -> SettlementReview:
    """A settlement with its totals, the largest departments first.

    Raises: Settlement.DoesNotExist.
    """
    settlement = Settlement.objects.select_related(
        "period", "prepared_by", "approved_by", "posted_by", "cancelled_by"
    ).get(pk=settlement_id)
    terms = price_lookup.scheme_terms(scheme_id=settlement.scheme_id)
    before = _settlement_before(settlement)
    *departments, total = _departments(settlement, before, terms.currency_exponent)
    return SettlementReview(
        settlement_id=settlement.pk,
        scheme=terms.code,
        scheme_name=terms.name,
        period=settlement.period.code,
        period_id=settlement.period_id,
        revision=settlement.revision,
        state=settlement.state,
        currency=terms.currency,
        scope2_basis=terms.scope2_basis,
        record_count=settlement.record_count,
        input_sha256=settlement.input_sha256,
        prepared_by=_name(settlement.prepared_by),
        prepared_by_id=settlement.prepared_by_id,
        prepared_at=settlement.prepared_at,
        calculated_at=settlement.calculated_at,
        approved_by=_name(settlement.approved_by),
        approved_at=settlement.approved_at,
        posted_by=_name(settlement.posted_by),
        posted_at=settlement.posted_at,
        cancelled_by=_name(settlement.cancelled_by),
        cancelled_at=settlement.cancelled_at,
        progress=progress(settlement, at=at),
        departments=tuple(departments),
        left_out=int(total.name) - len(departments),
        total=replace(total, name=""),
        previous=before.period.code if before else "",
    )


def progress(settlement: Settlement, *, at: datetime) -> Progress:
    """How many shards are done, which are stuck, and whether anything still moves."""
    shards = SettlementShard.objects.filter(settlement=settlement)
    counts = shards.aggregate(
        total=Count("pk"), done=Count("pk", Q(state=ShardState.DONE)), moved_at=Max("done_at")
    )
    stuck = tuple(
        StuckShard(shard.pk, shard.number, shard.attempts, shard.error)
        for shard in shards.filter(state=ShardState.QUARANTINED).order_by("number")
    )
    still_for = at - max(settlement.prepared_at, counts["moved_at"] or settlement.prepared_at)
    calculating = settlement.state == SettlementState.CALCULATING
    waits = calculating and counts["done"] + len(stuck) < counts["total"]
    return Progress(
        done=counts["done"],
        total=counts["total"],
        stuck=stuck,
        still_for=still_for if waits and still_for > STANDING_STILL else None,
    )


def _settlement_before(settlement: Settlement) -> Settlement | None:
    return (
        Settlement.objects.filter(
            scheme_id=settlement.scheme_id, state=SettlementState.POSTED, pk__lt=settlement.pk
        )
        .select_related("period")
        .order_by("-pk")
        .first()
    )


def _departments(
    settlement: Settlement, before: Settlement | None, exponent: int
) -> list[DepartmentTotals]:
    """The largest departments, then the sums of all; its name says how many there are.

    Those that the settlement before had, and this one has not, appear with zeros.
    """
    facts = {
        "settlement_id": settlement.pk,
        "before_id": before.pk if before else None,
        "how_many": DEPARTMENTS_SHOWN,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement("settlement_departments"), facts)
        rows = cursor.fetchall()
    return [
        DepartmentTotals(
            department_id=department_id,
            department=code,
            name=name,
            charges=Decimal(charges).scaleb(-exponent),
            true_ups=Decimal(true_ups).scaleb(-exponent),
            incentives=Decimal(incentives).scaleb(-exponent),
            emitted_tonnes=Decimal(emitted).scaleb(-9),
            removed_tonnes=Decimal(removed).scaleb(-9),
            records=int(records),
            net_before=Decimal(net_before).scaleb(-exponent) if before else None,
        )
        for (
            department_id, code, name, charges, true_ups, incentives, emitted, removed, records,
            net_before,
        ) in rows
    ]  # fmt: skip


def _name(person: User | None) -> str:
    return person.get_username() if person else ""
