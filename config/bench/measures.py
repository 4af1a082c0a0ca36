"""Reads the clock. Each measure beside its floor, in one database, in one run."""

from __future__ import annotations

import io
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from django.db import connection

from departments.organisation.models import User
from ledger import period_close, posting, settlement_run, verification
from ledger.errors import AlreadySettled
from ledger.exports.run import export_journal

NOW = datetime(2025, 1, 31, tzinfo=UTC)
MONTHS = [f"2024-{month:02}" for month in range(1, 13)]
SQL = Path(__file__).parent
Ring = Callable[[int, int], None]  # settlement id, number of shards


@dataclass(frozen=True, slots=True)
class Measure:
    """What was done, how long it took, and how long its floor took in the same run."""

    work: str
    seconds: float
    floor: str
    floor_seconds: float
    target: str

    @property
    def ratio(self) -> float:
        """Ours over the floor."""
        return self.seconds / self.floor_seconds


def measure_all(*, records: int, ring: Ring, say: Callable[[str], None]) -> Iterator[Measure]:
    """Every measure, in an order in which each finds what the one before has left."""
    floor = timed(lambda: run_sql("floor.sql"))
    say(f"floor: {records:,} records into bare tables in {floor:.2f} s")
    posted, sealed = settle_year(ring, say)
    name = f"settle {records:,} records over 12 months, through workers"
    yield Measure(f"{name}, to posted", posted, "compute + bare insert", floor, "≤ 2")
    yield Measure(f"{name}, to sealed", sealed, "compute + bare insert", floor, "≤ 3")
    again = timed(settle_again)
    yield Measure("the same again: nothing to post", again, "the first run", posted, "≤ 0.05")
    late = timed(lambda: settle_late(records // 100))
    yield Measure("1 % late records, as true-ups", late, "the first run", posted, "≤ 0.05")
    yield from measure_export()
    proof = timed(verification.verify)
    yield Measure("verify the books", proof, "the first run", posted, "no target yet")
    yield measure_single_posts()


def settle_year(ring: Ring, say: Callable[[str], None]) -> tuple[float, float]:
    """Settle month by month. Returns: seconds to posted, and to posted and sealed."""
    posted = sealed = 0.0
    for month in MONTHS:
        started = time.perf_counter()
        settlement = settlement_run.prepare(
            scheme_code="fee", period_code=month, by=person("analyst")
        )
        ring(settlement.pk, settlement.shard_count)
        while settlement.state == "calculating":
            time.sleep(0.02)
            settlement.refresh_from_db()
        settlement_run.approve(settlement_id=settlement.pk, by=person("approver"), at=NOW)
        settlement_run.post(settlement_id=settlement.pk, by=person("finance"), at=NOW)
        posted += time.perf_counter() - started
        period_close.close(period_code=month, by=person("finance"), at=NOW)
        sealed += time.perf_counter() - started
        say(f"{month}: posted and sealed in {time.perf_counter() - started:.2f} s")
    return posted, sealed


def settle_again() -> None:
    """Ask for the last month once more."""
    try:
        settlement_run.prepare(scheme_code="fee", period_code=MONTHS[-1], by=person("analyst"))
    except AlreadySettled:
        return
    raise AssertionError("a settled month was settled again")


def settle_late(count: int) -> None:
    """Records that arrive after the year is closed, settled in the open month."""
    run_sql("late.sql", count=count)
    settlement = settlement_run.prepare(
        scheme_code="fee", period_code="2025-01", by=person("analyst")
    )
    settlement_run.calculate(settlement_id=settlement.pk, at=NOW)
    settlement_run.approve(settlement_id=settlement.pk, by=person("approver"), at=NOW)
    settlement_run.post(settlement_id=settlement.pk, by=person("finance"), at=NOW)


def measure_export() -> Iterator[Measure]:
    """The journal as CSV, beside COPY of the same join."""
    floor = timed(copy_journal)
    ours = timed(lambda: export_journal(format_name="generic-csv", into=io.BytesIO(), by=None))
    yield Measure("export the journal as CSV", ours, "COPY of the same join", floor, "≤ 1.2")


def copy_journal() -> None:
    """The floor of an export: PostgreSQL writes the CSV itself."""
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert((SQL / "copy_journal.sql").read_text(), io.StringIO())


def measure_single_posts(count: int = 300) -> Measure:
    """Entries one at a time through the posting door, beside two bare inserts and a commit."""
    expense, fund = accounts()

    def post(number: int) -> None:
        lines = [posting.Line(expense, "USD", debit=100), posting.Line(fund, "USD", credit=100)]
        posting.post(
            entry_date=date(2025, 1, 31),
            description="bench",
            lines=lines,
            source=posting.Source("bench", str(number), "charge"),
            by=finance,
        )

    def bare(number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("INSERT INTO floor_entry VALUES (%s, 1, now())", [number])
            cursor.execute("INSERT INTO floor_line VALUES (%s, 'a', 1, 0), (%s, 'b', 0, 1)", [1, 1])
            cursor.execute("COMMIT")

    finance = person("finance")
    ours = timed(lambda: repeat(post, count))
    floor = timed(lambda: repeat(bare, count))
    return Measure(f"{count} entries one at a time", ours, "bare inserts", floor, "no target yet")


def accounts() -> tuple[int, int]:
    """A fee expense and the fund."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(id) FILTER (WHERE kind = 'fee_expense'),"
            " min(id) FILTER (WHERE kind = 'carbon_fund') FROM ledger_account"
        )
        expense, fund = cursor.fetchone()
    return expense, fund


def repeat(work: Callable[[int], None], count: int) -> None:
    """Do a piece of work for 0, 1, 2 …"""
    for number in range(count):
        work(number)


def timed(work: Callable[[], object]) -> float:
    """Seconds that a piece of work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def run_sql(name: str, **facts: int) -> None:
    """Run one of the bench's own statements."""
    with connection.cursor() as cursor:
        cursor.execute((SQL / name).read_text(), facts or None)


def person(username: str) -> User:
    """One of the bench company's people."""
    return User.objects.get(username=username)


def peak_memory_mib() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
