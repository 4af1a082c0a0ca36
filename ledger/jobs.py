"""Reads. Long work: settlements, scenarios, estimates, exports; how far it is, what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from ledger.errors.settlements import JobNotFound
from ledger.models.scenarios import ScenarioRun
from ledger.models.sweet_spots import SweetSpotRun
from ledger.sql import statement

KINDS = ("settlement", "scenario", "sweet_spot", "export")
STATES = ("waiting", "running", "done", "failed", "cancelled")
_CODE = re.compile(rf"({'|'.join(KINDS)})_([1-9][0-9]{{0,17}})")
_ANSWERS: dict[str, type[ScenarioRun] | type[SweetSpotRun]] = {
    "scenario": ScenarioRun,
    "sweet_spot": SweetSpotRun,
}


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work; `place` is its place in the order in which they were asked for.

    `error` says why it stands still or failed. A settlement is done once it is calculated; its
    further steps are taken by people. Of an export lines are counted, and `scheme` None is all.
    """

    place: int
    kind: str
    number: int
    state: str
    done: int
    total: int
    error: str
    asked_by: str
    scheme: str | None
    period: str | None
    asked_at: datetime
    ended_at: datetime | None

    @property
    def code(self) -> str:
        """Its id for programs: `settlement_3`."""
        return f"{self.kind}_{self.number}"


def jobs(
    *,
    kind: str | None = None,
    state: str | None = None,
    since: datetime | None = None,
    after_place: int = 0,
    limit: int = 50,
) -> list[Job]:
    """Jobs in the order in which they were asked for; `since`: asked for or ended from then on."""
    return _rows(kind=kind, state=state, since=since, after_place=after_place, size=limit)


def find_job(*, code: str) -> Job:
    """One job by its id.

    Raises: JobNotFound.
    """
    named = _CODE.fullmatch(code)
    if named is not None:
        for found in _rows(kind=named[1], job_id=int(named[2])):
            return found
    raise JobNotFound(code)


def answer_of(job: Job) -> Any:
    """What a scenario or an estimate came to, as its command prints it; None: see `url`."""
    table = _ANSWERS.get(job.kind)
    return None if table is None else table._default_manager.get(pk=job.number).answer


def _rows(**asked: Any) -> list[Job]:
    nothing = {"kind": None, "state": None, "since": None, "job_id": None}
    with connection.cursor() as cursor:
        cursor.execute(statement("jobs"), nothing | {"after_place": 0, "size": 1} | asked)
        return [Job(*row) for row in cursor.fetchall()]
