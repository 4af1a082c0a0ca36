"""Reads the clock. Posting through the door: one at a time, in batches, and eight at once."""

from __future__ import annotations

import itertools
import multiprocessing
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from multiprocessing.synchronize import Barrier

from django.db import connection, connections

from config.bench import clock, peer
from config.bench.measure import Measure, Target
from config.bench.settling import person
from config.bench.sizes import Size
from ledger import posting
from ledger.chart_of_accounts import AccountPlace, ensure_accounts, ensure_commodities

DAY = date(2025, 1, 31)
BATCH = 1_000
WRITERS = 8
ACCOUNTS = 200

_ACCOUNTS = """
    SELECT array_agg(id ORDER BY department_id)
               FILTER (WHERE kind = 'fee_expense' AND department_id <= %s),
           min(id) FILTER (WHERE kind = 'carbon_fund')
      FROM ledger_account WHERE scheme_id = 1 AND commodity_id = 'USD'
"""
_numbers = itertools.count()


def measure_single(size: Size) -> Iterator[Measure]:
    """Entries one at a time, in turns with django-hordak."""
    post = single_poster()
    count = size.single_entries
    with peer.hordak() as say:
        ours, theirs = clock.alternate(
            lambda: clock.rate(lambda: post(count), count=count),
            lambda: count / say("one", count),
        )
    work, beside = "entries one at a time, each committed", "django-hordak, transfer_to"
    yield Measure(work, ours, beside, theirs, "/s", Target(at_least=3))


def measure_batches(size: Size) -> Iterator[Measure]:
    """Entries in batches of 1,000, each batch committed, in turns with django-hordak."""
    post = batch_poster()
    count = size.batches * BATCH
    with peer.hordak() as say:
        ours, theirs = clock.alternate(
            lambda: clock.rate(lambda: post(size.batches), count=count),
            lambda: count / say("bulk", size.batches, BATCH),
        )
    work, beside = "entries in batches of 1,000", "django-hordak, bulk_create"
    yield Measure(work, ours, beside, theirs, "/s", Target(at_least=4))


def measure_writers(size: Size) -> Iterator[Measure]:
    """Eight writers at once, every entry on the fund's account, in turns with one writer."""
    count = size.entries_a_writer
    eight, one = clock.alternate(
        lambda: WRITERS * count / seconds_of_writers(WRITERS, count),
        lambda: count / seconds_of_writers(1, count),
    )
    work = "eight writers at once, all on the fund account"
    yield Measure(work, eight, "one writer", one, "/s", Target(at_least=2))


def single_poster() -> Callable[[int], None]:
    """What posts so many entries of two lines, through `posting.post`."""
    expenses, fund = accounts()
    finance = person("finance")

    def post(count: int) -> None:
        for _ in range(count):
            number = next(_numbers)
            posting.post(
                entry_date=DAY,
                description=f"bench {number}",
                lines=lines_of(number, expenses, fund),
                source=source_of(number),
                by=finance,
            )

    return post


def batch_poster() -> Callable[[int], None]:
    """What posts so many batches of 1,000 entries of two lines, through `posting.post_many`."""
    expenses, fund = accounts()
    finance = person("finance")

    def entry(number: int) -> posting.Entry:
        lines = lines_of(number, expenses, fund)
        return posting.Entry(DAY, f"bench {number}", lines, source_of(number))

    def post(batches: int) -> None:
        for _ in range(batches):
            entries = [entry(number) for number in itertools.islice(_numbers, BATCH)]
            posting.post_many(entries=entries, by=finance)

    return post


def lines_of(number: int, expenses: list[int], fund: int) -> list[posting.Line]:
    """A department's expense against the fund."""
    amount = 10_000 + number % 1_000
    return [
        posting.Line(expenses[number % len(expenses)], "USD", debit=amount),
        posting.Line(fund, "USD", credit=amount),
    ]


def source_of(number: int) -> posting.Source:
    """A source that no other entry of this bench has, whichever process posts it."""
    return posting.Source("bench", f"{multiprocessing.current_process().pid}/{number}", "charge")


def accounts() -> tuple[list[int], int]:
    """The fee expenses of some departments, and the fund; opened where they are missing."""
    fee = partial(AccountPlace, commodity="USD", scheme_id=1, scheme_code="fee")
    expenses = [
        fee("fee_expense", department_id=number, department_code=f"D{number:06}")
        for number in range(1, ACCOUNTS + 1)
    ]
    ensure_commodities("USD")
    ensure_accounts([fee("carbon_fund"), *expenses])
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNTS, [ACCOUNTS])
        expense_ids, fund_id = cursor.fetchone()
    return expense_ids, fund_id


def seconds_of_writers(writers: int, count: int) -> float:
    """Seconds in which so many processes post so many entries each, from a common start."""
    connections.close_all()  # a child must not share our connection
    context = multiprocessing.get_context("fork")
    start = context.Barrier(writers + 1)
    children = [context.Process(target=_write, args=(start, count)) for _ in range(writers)]
    for child in children:
        child.start()
    start.wait()
    started = time.perf_counter()
    for child in children:
        child.join()
    seconds = time.perf_counter() - started
    if any(child.exitcode for child in children):
        raise AssertionError("a writer failed; what it said is above")
    return seconds


def _write(start: Barrier, count: int) -> None:
    post = single_poster()
    post(5)  # its connection is made and its plans are known
    start.wait()
    post(count)
