"""A worker is killed in the middle of a settlement; another one ends it in the same books."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from psycopg2.extensions import connection as PsycopgConnection

from ledger import balances, settlement_run, verification
from ledger.models.settlements import Settlement, SettlementState
from tests.ledger.books import NOON, Books

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_SECONDS = 60  # how long to wait for what must happen; nothing is measured


@pytest.fixture
def filled(books: Books) -> Books:
    for number in range(40):
        books.emit("CLOUD" if number % 2 else "OFFICES", date(2023, 2, 1), f"{1000 + number}")
    return books


def test_a_settlement_survives_its_killed_worker(
    filled: Books, program_environment: dict[str, str], tmp_path: Path
) -> None:
    settlement = prepare(filled)
    with blocked_lines() as blocker:
        worker = start_worker(program_environment, tmp_path)
        try:
            ring(settlement, program_environment)
            wait_until(lambda: waiting_for(blocker) > 0)
        finally:
            kill(worker)
    wait_until(lambda: other_sessions() == 0)  # the killed worker's transactions are undone
    settlement.refresh_from_db()
    assert settlement.state == SettlementState.CALCULATING

    second = start_worker(program_environment, tmp_path)
    try:
        sweep(program_environment)
        wait_until(lambda: state_of(settlement) == SettlementState.CALCULATED)
    finally:
        kill(second)
    assert books_after_posting(filled, settlement) == books_without_accident(filled)
    assert verification.verify().holds


def books_after_posting(books: Books, settlement: Settlement) -> dict[str, str]:
    settlement_run.approve(settlement_id=settlement.pk, by=books.people["approver"], at=NOON)
    settlement_run.post(settlement_id=settlement.pk, by=books.people["finance"], at=NOON)
    return {row.account: str(row.balance) for row in balances.trial_balance()}


def books_without_accident(books: Books) -> dict[str, str]:
    """By hand: 40 records of 1,000 to 1,039 kg, at $15 a tonne."""
    offices = sum(1000 + number for number in range(0, 40, 2))
    cloud = sum(1000 + number for number in range(1, 40, 2))
    return {
        "Equity:Atmosphere": f"-{offices + cloud}.000000",
        "Equity:Carbon-Fund:FEE": f"-{(offices + cloud) * 15 / 1000:.2f}",
        "Expenses:Carbon-Fee:FEE:CLOUD": f"{cloud * 15 / 1000:.2f}",
        "Expenses:Carbon-Fee:FEE:OFFICES": f"{offices * 15 / 1000:.2f}",
        "Expenses:Emissions:CLOUD:Scope-1": f"{cloud}.000000",
        "Expenses:Emissions:OFFICES:Scope-1": f"{offices}.000000",
    }


def prepare(books: Books) -> Settlement:
    return settlement_run.prepare(
        scheme_code="fee", period_code="2023Q1", by=books.people["analyst"]
    )


@contextmanager
def blocked_lines() -> Iterator[PsycopgConnection]:
    """Hold the statement lines, so that a calculating worker waits in mid-transaction."""
    place = connection.settings_dict
    blocker = psycopg2.connect(host=place["HOST"], dbname=place["NAME"], user=place["USER"])
    with blocker.cursor() as cursor:
        cursor.execute("LOCK TABLE ledger_settlementline IN SHARE ROW EXCLUSIVE MODE")
    try:
        yield blocker
    finally:
        blocker.close()


def waiting_for(blocker: PsycopgConnection) -> int:
    """How many sessions wait for the blocker."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))",
            [blocker.get_backend_pid()],
        )
        return int(cursor.fetchone()[0])


def other_sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def start_worker(environment: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "2", "-l", "INFO"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def kill(worker: subprocess.Popen[bytes]) -> None:
    """SIGKILL the worker and its processes."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def ring(settlement: Settlement, environment: dict[str, str]) -> None:
    call(
        environment,
        f"from ledger import tasks; tasks.ring({settlement.pk}, shard_count=4)",
    )


def sweep(environment: dict[str, str]) -> None:
    call(environment, "from ledger import tasks; tasks.sweep_settlements.delay()")


def call(environment: dict[str, str], code: str) -> None:
    subprocess.run(
        [sys.executable, "-c", f"import config.celery, django; django.setup(); {code}"],
        cwd=settings.BASE_DIR,
        env=environment,
        check=True,
        timeout=PATIENCE_SECONDS,
    )


def state_of(settlement: Settlement) -> str:
    settlement.refresh_from_db()
    return settlement.state


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if happened():
            return
        time.sleep(0.1)
    pytest.fail("it did not happen within a minute")
