"""Writes. A database of its own for a bench, on the embedded server, gone afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from django.conf import settings
from django.core.management.base import CommandError

from config import engines

NAME = "carbon_bench"


@contextmanager
def scratch_database() -> Iterator[dict[str, str]]:
    """The environment in which commands and workers use a fresh, migrated database."""
    place = engines.here()
    _server(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    _server(f"CREATE DATABASE {NAME} OWNER {engines.OWNER_ROLE}")
    address = f"/{place.sockets}/{NAME}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgres://{engines.APP_ROLE}@{address}",
        "DATABASE_OWNER_URL": f"postgres://{engines.OWNER_ROLE}@{address}",
        "BROKER_URL": f"{place.broker_url}?virtual_host=9",
        "SECRET_KEY": "for a bench only, and only on this machine",
    }
    try:
        manage(environment, "migrate", "--verbosity", "0")
        yield environment
    finally:
        _server(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


def manage(environment: dict[str, str], *arguments: str) -> None:
    """Run a management command in that environment; its failure is ours."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR, env=environment
    )
    if done.returncode:
        raise CommandError(f"manage.py {arguments[0]} failed.", returncode=done.returncode)


def fill(*, records: int, departments: int) -> None:
    """Make the company that is measured, as the owner: that is not what is measured."""
    text = (Path(__file__).parent / "company.sql").read_text()
    _as_owner(NAME, text, {"records": records, "departments": departments})


def _server(sql: str) -> None:
    _as_owner("postgres", sql, None)


def _as_owner(database: str, sql: str, facts: dict[str, int] | None) -> None:
    owner = psycopg2.connect(
        host=str(engines.here().sockets), dbname=database, user=engines.OWNER_ROLE
    )
    owner.autocommit = True
    with owner.cursor() as cursor:
        cursor.execute(sql, facts)
    owner.close()
