"""Reads the clock. The fund's balance and statement, however large the journal has grown."""

from __future__ import annotations

from collections.abc import Iterator

from config.bench import clock, scratch
from config.bench.measure import Measure, Target
from config.bench.posting_door import accounts
from config.bench.sizes import Size
from ledger import account_statements

LINES_A_PERIOD = 80_000  # ten years of months at 10,000,000 lines
PAGE = 25
FUND = "Equity:Carbon-Fund:FEE"


def measure(size: Size) -> Iterator[Measure]:
    """Read balance and page in each journal; the smallest one is what the others stand beside."""
    expenses, fund = accounts()
    first, *others = size.journals
    grow(first, from_lines=0, fund=fund, expenses=expenses)
    balance_ms, page_ms = read(fund)
    target = Target(at_most=1.5, below=5)
    before = first
    for lines in others:
        grow(lines, from_lines=before, fund=fund, expenses=expenses)
        before = lines
        ours_balance, ours_page = read(fund)
        beside = f"the same with {first:,} lines"
        work = f"in a journal of {lines:,} lines, half of them the fund's"
        yield Measure(f"balance {work}", ours_balance, beside, balance_ms, "ms", target)
        yield Measure(f"page of {PAGE} lines {work}", ours_page, beside, page_ms, "ms", target)


def read(fund: int) -> tuple[float, float]:
    """Milliseconds in the database: the fund's balance, and the newest page of its statement."""
    return (
        clock.database_ms(lambda: account_statements.balance_minor(fund)),
        clock.database_ms(lambda: account_statements.account_page(code=FUND, size=PAGE)),
    )


def grow(to_lines: int, *, from_lines: int, fund: int, expenses: list[int]) -> None:
    """Add periods of entries of two lines, each on the fund."""
    while from_lines < to_lines:
        more = min(LINES_A_PERIOD, to_lines - from_lines)
        scratch.run_sql("grow.sql", entries=more // 2, fund=fund, expenses=expenses)
        from_lines += more
    scratch.as_owner(scratch.NAME, "VACUUM (ANALYZE)")
    scratch.settle_disk()
