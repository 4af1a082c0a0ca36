"""Reads. In which periods recalculated results wait, and baselines are worth a look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db import connection

from ledger.fairness_alerts import RAISED_PERCENT
from ledger.sql import statement


@dataclass(frozen=True, slots=True)
class Place:
    """A period and a scheme that was posted in it; both empty for everything else."""

    period: str
    scheme: str

    @property
    def query(self) -> str:
        """It, as pages ask for it."""
        return urlencode({"scheme": self.scheme, "period": self.period})


def recalculated_waiting() -> Iterator[Place]:
    """Where recalculated results wait; that there are any, not how many."""
    with connection.cursor() as cursor:
        cursor.execute(statement("overview_restatements"))
        rows = cursor.fetchall()
    yield from (Place(*row) for row in rows)


def baselines_to_look_at() -> Iterator[tuple[Place, int]]:
    """How often `fairness_alerts` points at a baseline of each scheme's newest posted period.

    Only while that period is open: then it can still be answered for. Emissions that moved are not
    looked for, since that takes every result of two periods.
    """
    with connection.cursor() as cursor:
        cursor.execute(statement("overview_baselines"), {"percent": RAISED_PERCENT})
        rows = cursor.fetchall()
    yield from ((Place(period, scheme), count) for scheme, period, count in rows)
