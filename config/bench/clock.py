"""Reads the clock: seconds, rates, time inside the database, and the memory of processes."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection


def timed(work: Callable[[], object]) -> float:
    """Seconds that a piece of work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def rate(work: Callable[[], object], *, count: int) -> float:
    """How many a second, if a piece of work does `count` of them."""
    return count / timed(work)


def alternate(*works: Callable[[], float], rounds: int = 3) -> list[float]:
    """The median figure of each work, done in turns after one round that does not count."""
    figures: list[list[float]] = [[] for _ in works]
    for turn in range(rounds + 1):
        for work, found in zip(works, figures, strict=True):
            figure = work()
            if turn:
                found.append(figure)
    return [median(found) for found in figures]


def database_ms(work: Callable[[], object], *, times: int = 100, warm_up: int = 10) -> float:
    """Milliseconds that the statements of a piece of work take, there and back: the median."""
    spent: list[float] = []
    for number in range(warm_up + times):
        with _statements_timed() as seconds:
            work()
        if number >= warm_up:
            spent.append(1000 * sum(seconds))
    return median(spent)


@contextmanager
def _statements_timed() -> Iterator[list[float]]:
    seconds: list[float] = []

    def watch(execute: Callable[..., Any], *arguments: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            seconds.append(time.perf_counter() - started)

    with connection.execute_wrapper(watch):
        yield seconds


def own_peak_mib() -> float:
    """The most memory this process, or the largest of its finished children, has held."""
    return (
        max(
            resource.getrusage(who).ru_maxrss
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        / 1024
    )


def peak_mib_of(pid: int) -> float:
    """The most memory that a running process, or any process it started, has held (Linux)."""
    return max((_high_water(found) for found in [pid, *_children(pid)]), default=0.0)


def _high_water(pid: int) -> float:
    for line in _read(f"/proc/{pid}/status").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(str(thread)).split():
            found += [int(child), *_children(int(child))]
    return found


def _read(path: str) -> str:
    """What a file of /proc says; nothing, once its process is gone."""
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
