"""Reads the clock. Settling a year through workers, beside the same work without promises."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import median

from config.bench import clock, scratch
from config.bench.measure import Measure, Target
from config.bench.sizes import Size
from config.bench.worker import worker
from departments.organisation.models import User
from ledger import period_close, settlement_run, tasks
from ledger.errors.settlements import AlreadySettled

NOW = datetime(2025, 1, 31, tzinfo=UTC)
MONTHS = [f"2024-{month:02}" for month in range(1, 13)]
LATE_MONTH = "2025-01"

BOOKED = """
    SELECT (SELECT count(*) FROM ledger_journalentry WHERE settlement_id IS NOT NULL), count(*),
           sum(debit) FILTER (WHERE commodity_id = 'USD'),
           sum(debit) FILTER (WHERE commodity_id = 'KGCO2E')
      FROM ledger_journalline
"""
FLOOR_MADE = """
    SELECT (SELECT count(*) FROM floor_entry), count(*),
           sum(debit) FILTER (WHERE commodity = 'USD'),
           sum(debit) FILTER (WHERE commodity = 'KGCO2E')
      FROM floor_line
"""


def measure(size: Size) -> Iterator[Measure]:
    """The year to posted, and to posted and sealed; the same again; one per cent late records."""
    work = f"settle {size.records:,} records, {size.departments:,} departments, 12 months"
    beside = "compute + bare insert, one statement"
    settle_floor()  # warms the records; does not count
    floors = [settle_floor(), settle_floor()]
    with worker() as peak_mib:
        scratch.settle_disk()
        spent = settle_year()
        peak = peak_mib()
        floors.append(settle_floor())
        require_same_books()
        floor = median(floors)
        sealed = sum(spent.values())
        posted = sealed - spent["close and seal"]
        parts = tuple(spent.items())
        yield Measure(f"{work}: to posted", posted, beside, floor, "s", Target(at_most=2), peak)
        yield Measure(
            f"{work}: and sealed", sealed, beside, floor, "s", Target(at_most=3), peak, parts
        )
        again = clock.timed(settle_again)
        small = Target(at_most=0.05)
        yield Measure("the same again: nothing to post", again, "the first run", posted, "s", small)
        scratch.run_sql("late.sql", records=size.records)
        scratch.settle_disk()
        spent = {}
        settle_month(LATE_MONTH, spent)
        late, parts = sum(spent.values()), tuple(spent.items())
        name = f"{size.records // 100:,} late records (1 %), as true-ups"
        yield Measure(name, late, "the first run", posted, "s", small, peak_mib(), parts)


def settle_floor() -> float:
    """Seconds of the floor, into tables made anew."""
    scratch.run_sql("floor_tables.sql")
    scratch.settle_disk()
    return clock.timed(lambda: scratch.run_sql("floor.sql"))


def settle_year() -> dict[str, float]:
    """Settle and close month by month. Returns: seconds by step, all months together."""
    spent: dict[str, float] = {}
    for month in MONTHS:
        settle_month(month, spent)
        with spending(spent, "close and seal"):
            period_close.close(period_code=month, by=person("finance"), at=NOW)
    return spent


def settle_month(month: str, spent: dict[str, float]) -> None:
    """Prepare, ring, wait for the workers, approve, post."""
    with spending(spent, "prepare"):
        settlement = settlement_run.prepare(
            scheme_code="fee", period_code=month, by=person("analyst")
        )
    with spending(spent, "ring and calculate"):
        tasks.ring(settlement.pk, shard_count=settlement.shard_count)
        while settlement.state == "calculating":
            time.sleep(0.01)
            settlement.refresh_from_db()
    with spending(spent, "approve"):
        settlement_run.approve(settlement_id=settlement.pk, by=person("approver"), at=NOW)
    with spending(spent, "post"):
        settlement_run.post(settlement_id=settlement.pk, by=person("finance"), at=NOW)


@contextmanager
def spending(spent: dict[str, float], step: str) -> Iterator[None]:
    """Add the seconds of a block to a step."""
    started = time.perf_counter()
    yield
    spent[step] = spent.get(step, 0.0) + time.perf_counter() - started


def settle_again() -> None:
    """Ask for the last month of the year once more; it is closed and whole."""
    try:
        settlement_run.prepare(scheme_code="fee", period_code=MONTHS[-1], by=person("analyst"))
    except AlreadySettled:
        return
    raise AssertionError("a settled month was settled again")


def require_same_books() -> None:
    """Refuse to compare what is not the same: entries, lines, cents and milligrams."""
    booked, floor = scratch.query(BOOKED)[0], scratch.query(FLOOR_MADE)[0]
    if booked != floor:
        raise AssertionError(f"the journal holds {booked}, the floor made {floor}")


def person(username: str) -> User:
    """One of the bench company's people."""
    return User.objects.get(username=username)
