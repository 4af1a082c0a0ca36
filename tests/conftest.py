"""What tests stand on: fast engines, a database for each worker, the application's own role."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

# Before Django reads its settings. Tests have their own engines: no server of the environment.
os.environ["CFL_TEST_ENGINES"] = "1"
os.environ["CFL_DATABASE_ROLE"] = "owner"
os.environ["CFL_DATABASE_SEES"] = "nothing"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
for _variable in ("DATABASE_URL", "DATABASE_OWNER_URL", "BROKER_URL"):
    os.environ.pop(_variable, None)

import django

django.setup()

import hypothesis
import psycopg2
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils import translation
from psycopg2.extensions import connection as PsycopgConnection

from config import engines

hypothesis.settings.register_profile("patient", deadline=None)  # a slow machine is no failure
hypothesis.settings.load_profile("patient")


@pytest.fixture(scope="session")
def running_engines() -> engines.Engines:
    """PostgreSQL and Valkey with fsync off; they stop when the last test process ends."""
    engines.ensure()
    return engines.here()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    running_engines: engines.Engines,
    django_db_modify_db_settings_parallel_suffix: None,
) -> None:
    """The engines run before the first database is made; each worker has its own."""


@pytest.fixture(scope="session", autouse=True)
def flush_despite_promises() -> Iterator[None]:
    """Let a transactional test empty the tables afterwards, though triggers forbid TRUNCATE."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", _flush_without_triggers)
        yield


def _flush_without_triggers(operations: DatabaseOperations, statements: list[str]) -> None:
    database = operations.connection
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(_DROP_PARTITIONS)


# Those of periods that are gone: a thousand tests would leave thousands of them.
_DROP_PARTITIONS = """
    DO $$ DECLARE part regclass; BEGIN
        FOR part IN SELECT inhrelid FROM pg_inherits
                     WHERE inhparent::regclass::text LIKE 'ledger\\_journal%' AND inhrelid IN (
                           SELECT oid FROM pg_class WHERE relkind = 'r') LOOP
            EXECUTE format('DROP TABLE %s', part);
        END LOOP;
    END $$
"""


@pytest.fixture(autouse=True)
def heads_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Each test's database has its own file of heads."""
    file = tmp_path / "heads" / "seal-heads.txt"
    monkeypatch.setattr(settings, "SEAL_HEADS_FILE", file)
    return file


@pytest.fixture(autouse=True)
def forget_language() -> Iterator[None]:
    """A page in Korean doesn't make the tests after it speak Korean."""
    yield
    translation.deactivate()


@pytest.fixture
def app_role(transactional_db: None) -> Iterator[PsycopgConnection]:
    """A connection of its own to the test database, in the application's role, as a worker's."""
    opened = psycopg2.connect(
        host=connection.settings_dict["HOST"],
        port=5432,
        dbname=connection.settings_dict["NAME"],
        user=engines.APP_ROLE,
        options="-c carbon.sees=all",
    )
    yield opened
    opened.close()


@pytest.fixture
def program_environment(
    transactional_db: None, running_engines: engines.Engines, worker_id: str, heads_file: Path
) -> dict[str, str]:
    """The environment for a command, worker or server that shall work on this test's database."""
    place = f"/{running_engines.sockets}/{connection.settings_dict['NAME']}"
    number = int(worker_id.removeprefix("gw")) % 16 if worker_id.startswith("gw") else 0
    return {
        **os.environ,
        "DATABASE_URL": f"postgres://{engines.APP_ROLE}@{place}",
        "DATABASE_OWNER_URL": f"postgres://{engines.OWNER_ROLE}@{place}",
        "CFL_DATABASE_ROLE": "app",
        "CFL_DATABASE_SEES": "all",
        "BROKER_URL": f"{running_engines.broker_url}?virtual_host={number}",
        "SEAL_HEADS_FILE": str(heads_file),
        "SECRET_KEY": "for tests only, and only on this machine",
    }


@pytest.fixture(scope="session")
def require_program() -> Callable[..., str]:
    """Finds a program by any of its names; without it the test is skipped, or fails in CI."""

    def find(*names: str) -> str:
        beside_python = str(Path(sys.executable).parent)
        search = os.pathsep.join([beside_python, os.environ.get("PATH", "")])
        for name in names:
            found = shutil.which(name, path=search)
            if found:
                return found
        message = f"{names[0]} is not installed"
        if os.environ.get("CFL_REQUIRE_PROGRAMS") == "1":
            pytest.fail(f"{message}, and CFL_REQUIRE_PROGRAMS=1 asks for it")
        pytest.skip(message)

    return find
