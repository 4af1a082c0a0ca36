"""Writes. Instruments matched to what was consumed in their market and year; each kWh once.

Matching says which instrument covers how much of which record, and proposes the new market-based
result; another person approves that as any recalculation. Location-based nothing changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import groupby
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F, QuerySet

from departments.inventory import recalculation
from departments.inventory.calculation.cover_shares import share_out
from departments.inventory.coverable import Coverable, coverable_records
from departments.inventory.entry import plain
from departments.inventory.errors import RecordProblem
from departments.inventory.errors.records import StepRefused
from departments.inventory.instrument_markets import countries_of
from departments.inventory.instrument_uses import uses_in_force, with_used
from departments.inventory.instruments import require
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.models.instruments import Instrument, InstrumentUse
from departments.inventory.submission import lock_records
from departments.organisation.access import Permission
from departments.organisation.models import User
from departments.organisation.said import said
from departments.organisation.tree import legal_entity_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """So much of a record's electricity, covered by an instrument; kWh."""

    record_id: int
    instrument_id: int
    instrument: str
    covered_kwh: Decimal
    coverable_kwh: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """What a matching adds, kWh, and the records whose new result waits for approval.

    `needed_kwh` is what was not covered before, `available_kwh` what was left of the instruments.
    """

    matches: tuple[Match, ...]
    needed_kwh: Decimal
    available_kwh: Decimal
    proposed_ids: tuple[int, ...] = ()

    @property
    def covered_kwh(self) -> Decimal:
        """Everything that it covers, kWh."""
        return sum((match.covered_kwh for match in self.matches), Decimal(0))


def plan_matching(*, year: int, market: str, record_ids: Collection[int] | None = None) -> Matching:
    """What `match_instruments` would do now; nothing is written.

    Instruments of a legal entity cover its own records, those of the company what is left. Where
    there is less than needed, every record gets the same part of it, of each factor.
    Raises: EntryRefused, for the market; RecordNotCoverable, for a chosen record; StepRefused, for
            several.
    """
    countries = countries_of(market)
    records = coverable_records(year=year, countries=countries, record_ids=record_ids)
    instruments = list(_approved(year, market))
    left = {row.pk: _left(row) for row in instruments}
    needed = {each.record_id: each.uncovered_kwh for each in records}
    return Matching(
        matches=tuple(_matches(instruments, left, records, dict(needed))),
        needed_kwh=sum(needed.values(), Decimal(0)),
        available_kwh=sum(left.values(), Decimal(0)),
    )


@transaction.atomic
def match_instruments(
    *,
    year: int,
    market: str,
    by: User,
    at: datetime,
    record_ids: Collection[int] | None = None,
) -> Matching:
    """Match what is left of the instruments to what is not covered, and propose the new results.

    Run again, it changes nothing. Two at once take turns.
    Raises: as `plan_matching`; StepRefused, if a factor has changed; NotAllowed; else as
            `propose_recalculation`.
    """
    require(by, Permission.ENTER_INSTRUMENT, said("match instruments"))
    _one_at_a_time()
    planned = plan_matching(year=year, market=market, record_ids=record_ids)
    ids = sorted({match.record_id for match in planned.matches})
    lock_records(ids)
    InstrumentUse.objects.bulk_create(
        InstrumentUse(
            instrument_id=match.instrument_id,
            activity_record_id=match.record_id,
            covered_kwh=match.covered_kwh,
            coverable_kwh=match.coverable_kwh,
            matched_by=by,
            matched_at=at,
        )
        for match in planned.matches
    )
    reason = f"Instruments of {market} {year} matched."
    return replace(planned, proposed_ids=tuple(_propose(ids, by=by, at=at, reason=reason)))


@transaction.atomic
def approve_matching(*, year: int, market: str, by: User, at: datetime) -> list[int]:
    """Approve the results that wait for records of this market and year that instruments cover.

    Returns: the ids of the records whose result changed.
    Raises:  as `approve_recalculation`.
    """
    waiting = EmissionRecord.objects.filter(
        approval_number=None,
        location_kgco2e=F("supersedes__location_kgco2e"),  # whoever changed a factor has it read
        activity_record__in=InstrumentUse.objects.filter(
            instrument__market=market, instrument__generated_from__year=year
        ).values("activity_record"),
    )
    ids = set(waiting.values_list("activity_record_id", flat=True))
    return recalculation.approve_recalculation(record_ids=ids, by=by, at=at) if ids else []


@transaction.atomic
def release_uses(*, record_ids: Collection[int], by: User, at: datetime, reason: str) -> list[int]:
    """Take back what covers these records, and propose their results without it.

    Returns: the ids of the records whose result would change.
    Raises:  NotAllowed; else as `propose_recalculation`.
    """
    require(by, Permission.ENTER_INSTRUMENT, said("take back what instruments cover"))
    _one_at_a_time()
    lock_records(record_ids)
    uses_in_force(record_ids).order_by().update(released_at=at)
    return _propose(record_ids, by=by, at=at, reason=reason)


# How it is shared out


def _matches(
    instruments: list[Instrument],
    left: dict[int, Decimal],
    records: list[Coverable],
    needed: dict[int, Decimal],
) -> Iterator[Match]:
    """Pool by pool; what a pool covers, the next one does not."""
    coverable = {each.record_id: each.coverable_kwh for each in records}
    names = {row.pk: str(row) for row in instruments}
    entity_of = cache(lambda department_id, on: legal_entity_of(department_id, on=on))
    for key, pool in groupby(sorted(instruments, key=_pool), key=_pool):
        theirs = [
            each
            for each in records
            if key.is_companys or entity_of(each.department_id, each.ended_on) == key.entity_id
        ]
        shares = share_out(
            available_kwh={row.pk: left[row.pk] for row in pool},
            needed_kwh={each.record_id: needed[each.record_id] for each in theirs},
        )
        for share in shares:
            needed[share.need] -= share.covered_kwh
            yield Match(
                record_id=share.need,
                instrument_id=share.lot,
                instrument=names[share.lot],
                covered_kwh=plain(share.covered_kwh),
                coverable_kwh=coverable[share.need],
            )


class _Pool(NamedTuple):
    """Instruments that are the same to a record: of one owner and one factor, entities first."""

    is_companys: bool
    entity_id: int
    kgco2e_per_kwh: Decimal


def _pool(row: Instrument) -> _Pool:
    return _Pool(row.legal_entity_id is None, row.legal_entity_id or 0, row.kgco2e_per_kwh)


def _approved(year: int, market: str) -> QuerySet[Instrument]:
    rows = Instrument.objects.filter(
        market=market, generated_from__year=year, approved_by__isnull=False
    )
    return with_used(rows).order_by("generated_from", "registry", "serial")


def _left(row: Instrument) -> Decimal:
    used: Decimal | None = row.used_kwh  # type: ignore[attr-defined]  # annotated
    return plain(row.volume_kwh) - plain(used or Decimal(0))


# What the steps share


def _one_at_a_time() -> None:
    """Matchings take turns, so that each plans on what the one before has left."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('inventory_matching'))")


def _propose(record_ids: Collection[int], *, by: User, at: datetime, reason: str) -> list[int]:
    """The new results; location-based they are what they were.

    Raises: StepRefused, with every record whose factor has changed.
    """
    proposed = recalculation.propose_recalculation(
        record_ids=record_ids, by=by, at=at, reason=reason
    )
    moved = EmissionRecord.objects.filter(
        activity_record__in=proposed, approval_number=None
    ).exclude(location_kgco2e=F("supersedes__location_kgco2e"))
    problems = [
        RecordProblem(
            row.activity_record_id,
            "factor_changed",
            said(
                "Its factor has changed since: %(location)s kg location-based. Recalculate it and "
                "have that approved, then match.",
                location=f"{row.location_kgco2e:f}",
            ),
        )
        for row in moved.order_by("activity_record_id")
    ]
    if problems:
        raise StepRefused(step="matched", problems=problems)
    return proposed
