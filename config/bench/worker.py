"""Writes. A Celery worker for a bench: started, answering, its memory read, stopped."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from config.bench import clock
from config.celery import app
from config.management.commands.demo import logs, start, stop

READY_SECONDS = 60


@contextmanager
def worker() -> Iterator[Callable[[], float]]:
    """A worker with a process for each processor; gives what reads its peak memory in MiB."""
    app.control.purge()
    name = f"bench-{os.getpid()}"
    program = ("celery", "-A", "config", "worker", "-c", str(clock.cores()), "-n", f"{name}@%h")
    process = start("bench-worker", *program)
    try:
        _wait_for(name)
        yield lambda: clock.peak_mib_of(process.pid)
    finally:
        stop([process])


def _wait_for(name: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if any(
            name in answering
            for reply in app.control.ping(timeout=0.5) or []
            for answering in reply
        ):
            return
    raise CommandError(f"The worker did not start: see {logs() / 'bench-worker.log'}.")
