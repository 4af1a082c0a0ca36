"""Reads the clock. Sealing and verifying the books, beside the same hash chain in one aggregate."""

from __future__ import annotations

from collections.abc import Iterator

from config.bench import clock, scratch
from config.bench.measure import Measure, Target
from config.bench.sizes import Size
from ledger import seal, seal_check

_SAME_CHAIN = """
    SELECT f.lines
      FROM floor_seal f
      LEFT JOIN LATERAL (SELECT chain, number FROM ledger_entryseal s
                          WHERE s.period_id = f.period_id ORDER BY number DESC LIMIT 1) s ON true
     WHERE s.chain = f.chain AND s.number = f.entries
"""


def measure(size: Size) -> Iterator[Measure]:
    """All books of the settled year, sealed anew in turns with the floor, then verified."""
    sealing, floor = clock.alternate(seal_all, seal_floor)
    lines = require_same_chain()
    verifying, floor_again = clock.alternate(lambda: clock.timed(verify_seals), seal_floor)
    beside, target = "the same hash chain, one aggregate", Target(at_most=2)
    yield Measure(f"seal {lines:,} lines", sealing, beside, floor, "s", target)
    yield Measure(f"verify {lines:,} lines", verifying, beside, floor_again, "s", target)


def seal_all() -> float:
    """Seconds that sealing takes, once the old seals are off."""
    scratch.run_sql("unseal.sql")
    scratch.settle_disk()
    return clock.timed(seal.seal_new_entries)


def seal_floor() -> float:
    """Seconds of the floor."""
    return clock.timed(lambda: scratch.run_sql("floor_seals.sql"))


def verify_seals() -> None:
    """Hash everything again and compare it with the seals; nothing may differ."""
    _, findings = seal_check.check_entries(lambda _: None)
    if findings:
        raise AssertionError(f"the books differ from their seals: {findings[0]}")


def require_same_chain() -> int:
    """Refuse to compare what is not the same. Returns: the lines that were sealed."""
    same = [lines for (lines,) in scratch.query(_SAME_CHAIN)]
    periods = scratch.query("SELECT count(*) FROM floor_seal")[0][0]
    if len(same) != periods:
        raise AssertionError(f"of {periods} periods only {len(same)} have the floor's chain")
    return sum(same)
