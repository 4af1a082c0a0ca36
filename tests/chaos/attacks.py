"""What is killed. Each attack says whether it found something to kill."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable

import psycopg2
from redis import Redis, RedisError

from config import engines
from tests.chaos.site import Site

Attack = Callable[[Site, random.Random], bool]


def kill(pid: int | None) -> bool:
    """SIGKILL; whether there was such a process."""
    if pid is None:
        return False
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def worker(site: Site, dice: random.Random) -> bool:
    """A worker's parent process; its children are orphans then."""
    return kill(dice.choice(site.workers).pid)


def worker_child(site: Site, dice: random.Random) -> bool:
    children = [child for worker in site.workers for child in worker.children]
    return bool(children) and kill(dice.choice(children))


def beat(site: Site, dice: random.Random) -> bool:
    return kill(site.beat.pid)


def postgres(site: Site, dice: random.Random) -> bool:
    return kill(site.server("postgres"))


def backend(site: Site, dice: random.Random) -> bool:
    """One backend, rather a busy one; PostgreSQL then restarts all of them."""
    try:
        busy, idle = backends(site)
    except psycopg2.OperationalError:
        return False  # it is away already
    return bool(busy or idle) and kill(dice.choice(busy or idle))


def backends(site: Site) -> tuple[list[int], list[int]]:
    """The process ids of those in a transaction, and of the others."""
    found = site.ask(
        "SELECT pid, xact_start IS NOT NULL FROM pg_stat_activity "
        f"WHERE usename = '{engines.APP_ROLE}' ORDER BY pid"
    )
    return [pid for pid, is_busy in found if is_busy], [
        pid for pid, is_busy in found if not is_busy
    ]


def flush(site: Site, dice: random.Random) -> bool:
    try:
        with Redis(unix_socket_path=str(site.engines.socket_of("valkey"))) as broker:
            return bool(broker.flushall())
    except RedisError:
        return False


def valkey(site: Site, dice: random.Random) -> bool:
    return kill(site.server("valkey"))


# What each is called, and how often it comes.
ATTACKS: dict[str, tuple[Attack, int]] = {
    "worker": (worker, 4),
    "worker process": (worker_child, 6),
    "beat": (beat, 1),
    "PostgreSQL": (postgres, 3),
    "backend": (backend, 4),
    "Valkey": (valkey, 2),
    "FLUSHALL": (flush, 3),
}
