"""Writes. Databases of a bench's own, on the embedded server, gone afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

from config import engines

SQL = Path(__file__).parent
NAME = "carbon_bench"
PEER_NAME = "carbon_bench_peer"
SHOWN = (
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
    "work_mem",
    "maintenance_work_mem",
    "max_wal_size",
    "jit",
)
MUST_BE_ON = ("fsync", "synchronous_commit", "full_page_writes")


@contextmanager
def empty_database(name: str) -> Iterator[str]:
    """A fresh database without tables; gives its name."""
    as_owner("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    as_owner("postgres", f"CREATE DATABASE {name} OWNER {engines.OWNER_ROLE}")
    try:
        yield name
    finally:
        as_owner("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def scratch_database(name: str = NAME) -> Iterator[dict[str, str]]:
    """The environment in which commands and workers use a fresh, migrated database."""
    place = engines.here()
    with empty_database(name):
        address = f"/{place.sockets}/{name}"
        environment = {
            **os.environ,
            "DATABASE_URL": f"postgres://{engines.APP_ROLE}@{address}",
            "DATABASE_OWNER_URL": f"postgres://{engines.OWNER_ROLE}@{address}",
            "BROKER_URL": f"{place.broker_url}?virtual_host=9",
            "SEAL_HEADS_FILE": str(place.var / f"{name}-seal-heads.txt"),
            "SECRET_KEY": "for a bench only, and only on this machine",
        }
        Path(environment["SEAL_HEADS_FILE"]).unlink(missing_ok=True)
        manage(environment, "migrate", "--verbosity", "0")
        yield environment


def manage(environment: dict[str, str], *arguments: str) -> None:
    """Run a management command in that environment; its failure is ours."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR, env=environment
    )
    if done.returncode:
        raise CommandError(f"manage.py {arguments[0]} failed.", returncode=done.returncode)


def fill(*, records: int, departments: int, database: str = NAME) -> None:
    """Make the company that is measured; that is not what is measured."""
    run_sql("company.sql", database=database, records=records, departments=departments)
    as_owner(database, "VACUUM (ANALYZE)")


def run_sql(file: str, *, database: str = NAME, **facts: Any) -> None:
    """Run one of the bench's own statements in a scratch database, as its owner."""
    as_owner(database, (SQL / file).read_text(), facts or None)


def here() -> str:
    """The scratch database that this process works in."""
    return str(connection.settings_dict["NAME"])


def one(statement: str, *facts: Any) -> Any:
    """The only column of the first row that a statement finds in the database at hand."""
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        return cursor.fetchone()[0]


def query(statement: str, facts: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """What a statement finds in the scratch database, read by its owner."""
    with closing(_owner(NAME)) as owner, owner.cursor() as cursor:
        cursor.execute(statement, facts)
        return list(cursor.fetchall())


def settle_disk() -> None:
    """Write what is dirty now, so that no checkpoint of the filling falls into what is timed."""
    as_owner("postgres", "CHECKPOINT")


def server_settings() -> dict[str, str]:
    """How the server runs, as it says itself.

    Refused: a server that doesn't wait for the disk would make both sides look fast.
    """
    with closing(_owner("postgres")) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT name, current_setting(name) FROM unnest(%s) name", [list(SHOWN)])
        found: dict[str, str] = dict(cursor.fetchall())
    off = [name for name in MUST_BE_ON if found[name] != "on"]
    if off:
        raise CommandError(f"A bench needs a server as in production; off: {', '.join(off)}.")
    return found


def as_owner(database: str, sql: str, facts: dict[str, Any] | None = None) -> None:
    """Run statements as the owner, each committed."""
    with closing(_owner(database)) as owner, owner.cursor() as cursor:
        cursor.execute(sql, facts)


def _owner(database: str) -> psycopg2.extensions.connection:
    owner = psycopg2.connect(
        host=str(engines.here().sockets), dbname=database, user=engines.OWNER_ROLE
    )
    owner.autocommit = True
    return owner
