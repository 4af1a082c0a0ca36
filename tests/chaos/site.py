"""A site that is thrown away: engines with fsync on, workers and a beat, and who restarts them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from config import engines
from config.engines import servers
from config.engines.programs import process_of

WORKERS = 2
PROCESSES_PER_WORKER = 2
PATIENCE_SECONDS = 60
PROGRESS = """
    SELECT (SELECT count(*) FROM ledger_settlementshard WHERE state = 'done')
         + (SELECT count(*) FROM ledger_settlement WHERE state = 'posted')
"""
CELERY = (sys.executable, "-m", "celery", "-A", "tests.chaos.bells")


@dataclass
class Program:
    """A worker or the beat: started anew whenever it is found dead, as a service manager would."""

    name: str
    arguments: tuple[str, ...]
    log: Path
    groups: list[int] = field(default_factory=list)  # process groups, one for each start
    process: subprocess.Popen[bytes] | None = None

    def ensure(self) -> None:
        if self.process is None or self.process.poll() is not None:
            self._start()

    def _start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*CELERY, *self.arguments, "-l", "WARNING"],
                cwd=engines.places.ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.groups.append(self.process.pid)

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process and self.process.poll() is None else None

    @property
    def children(self) -> list[int]:
        return children_of(self.pid) if self.pid else []

    def end(self) -> None:
        """End it, and whatever an earlier start left behind; a group's number stays its own."""
        for group in self.groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        if self.process is not None:
            self.process.wait()


class Site:
    """The engines of the folder in CFL_VAR, with workers and a beat."""

    def __init__(self, var: Path) -> None:
        self.engines = engines.here()
        assert self.engines.var == var.resolve()
        assert not self.engines.fast, "a crash must cost something here"
        logs = var / "logs"
        logs.mkdir(parents=True)
        worker = ("worker", "-c", str(PROCESSES_PER_WORKER))
        self.workers = [
            Program(f"worker-{n}", (*worker, "-n", f"chaos-{n}"), logs / f"worker-{n}.log")
            for n in range(WORKERS)
        ]
        self.known = 0  # progress before the last attack
        self.beat = Program("beat", ("beat", "--max-interval", "1"), logs / "beat.log")

    def found(self) -> None:
        """Make the servers and the tables."""
        engines.ensure()
        subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], check=True)

    def mend(self) -> None:
        """Start whatever is dead; the rest of mending itself is the product's own business."""
        engines.ensure()
        for program in (*self.workers, self.beat):
            program.ensure()

    def progress(self) -> int | None:
        """How much is calculated, approved and posted so far; None while nobody can say."""
        try:
            return int(self.ask(PROGRESS)[0][0])
        except psycopg2.Error:
            return None

    def wait_for_progress(self, seconds: float) -> None:
        """Until work went on, so that what is killed next is at work; no longer than `seconds`."""
        before = self.known
        wait_until(lambda: self.progress() not in (None, before), seconds)
        self.known = self.progress() or self.known

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Ask PostgreSQL as its owner, in a connection of its own."""
        opened = psycopg2.connect(
            host=str(self.engines.sockets), dbname=engines.DATABASE, user=engines.OWNER_ROLE
        )
        try:
            with opened.cursor() as cursor:
                cursor.execute(query)
                return cursor.fetchall()
        finally:
            opened.close()

    def server(self, name: str) -> int | None:
        """The process id of `postgres` or `valkey`."""
        return process_of(self.engines, name)

    def end(self) -> None:
        """Leave nothing running."""
        for program in (self.beat, *self.workers):
            program.end()
        servers.stop(self.engines)


def children_of(pid: int) -> list[int]:
    """The processes that a process started."""
    shown = subprocess.run(
        ["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    pairs = (line.split() for line in shown.splitlines())
    return [int(child) for child, parent in pairs if int(parent) == pid]


def wait_until(happened: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether it happened in time."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
