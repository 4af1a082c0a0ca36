"""The people: they hand in results, prepare, approve, post and close, and try again when told no.

Calculation is left to the workers, and most of the time nobody rings for them: then the sweep does.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from ledger import period_close, settlement_run, tasks
from ledger.errors.calendar import PeriodNotReady
from ledger.models.settlements import Settlement, SettlementState, ShardState
from tests.chaos.company import Company, hand_in
from tests.promises.paper_books import Period

RINGS = 0.3  # how often somebody rings
GIVES_UP_SECONDS = 180
SHUTS_DOWN = "57P"  # admin_shutdown, crash_shutdown, cannot_connect_now

Answer = TypeVar("Answer")


class GaveUp(Exception):
    """What must happen did not happen."""


def persist(step: Callable[[], Answer]) -> Answer:
    """Take a step until the database answers. It may have been taken already: steps are safe."""
    deadline = time.monotonic() + GIVES_UP_SECONDS
    while True:
        try:
            return step()
        except (DatabaseError, InterfaceError) as error:
            if not is_away(error):
                raise
            connection.close()
            if time.monotonic() > deadline:
                raise GaveUp("the database stays away") from error
            time.sleep(0.05)


def is_away(error: Exception) -> bool:
    """Whether the connection broke or the server is down; a deadlock, say, is no excuse."""
    code = getattr(error.__cause__, "pgcode", None)
    return code is None or code.startswith(SHUTS_DOWN)


class Driver(threading.Thread):
    """Settles one scheme month after month; once it is `enough`, up to the last month fed."""

    def __init__(self, company: Company, scheme: str, seed: int, enough: threading.Event) -> None:
        super().__init__(name=scheme, daemon=True)
        self.company, self.scheme, self.enough = company, scheme, enough
        self.random = random.Random(f"{seed} {scheme}")
        self.settled = 0
        self.problem: Exception | None = None

    def run(self) -> None:
        try:
            while (period := self.feed(self.settled)) is not None:
                self.settle(period)
                self.settled += 1
        except Exception as problem:
            self.problem = problem
        finally:
            connection.close()

    def settle(self, period: Period) -> None:
        people = self.company.books.people
        settlement = persist(
            lambda: settlement_run.prepare(
                scheme_code=self.scheme, period_code=period.code, by=people["analyst"]
            )
        )
        if self.random.random() < RINGS:
            tasks.ring(settlement.pk, shard_count=settlement.shard_count)
        self.wait_for_workers(settlement)
        pk, now = settlement.pk, timezone.now()
        persist(partial(settlement_run.approve, settlement_id=pk, by=people["approver"], at=now))
        persist(partial(settlement_run.post, settlement_id=pk, by=people["finance"], at=now))
        self.close(period)

    def feed(self, number: int) -> Period | None:
        """The month and its results, handed in by whoever comes to it first; None: enough."""
        company = self.company
        with company.feeding:
            if number == company.fed and self.enough.is_set():
                return None
            if number == company.fed:
                results = company.next_results()
                persist(lambda: hand_in(company.books, company.month(number), results))
                company.paper.periods.append(company.month(number))
                company.paper.approve(results)
                company.fed += 1
        return company.month(number)

    def wait_for_workers(self, settlement: Settlement) -> None:
        """As long as it takes under attack; once that is over, they must come to an end."""
        began = time.monotonic()
        while persist(lambda: state_of(settlement)) == SettlementState.CALCULATING:
            if persist(lambda: is_quarantined(settlement)):
                raise GaveUp(f"a shard of settlement {settlement.pk} is quarantined")
            if not self.enough.is_set():
                began = time.monotonic()
            if time.monotonic() > began + GIVES_UP_SECONDS:
                raise GaveUp(f"no worker finishes settlement {settlement.pk}")
            time.sleep(0.05)

    def close(self, period: Period) -> None:
        """Close the month, and the quarters before the first one; whoever posts last can."""
        finance = self.company.books.people["finance"]
        for code in (*self.company.books.periods, period.code):
            step = partial(period_close.close, period_code=code, by=finance, at=timezone.now())
            try:
                persist(step)
            except PeriodNotReady:
                return


def state_of(settlement: Settlement) -> str:
    settlement.refresh_from_db(fields=["state"])
    return settlement.state


def is_quarantined(settlement: Settlement) -> bool:
    return settlement.shards.filter(state=ShardState.QUARANTINED).exists()
