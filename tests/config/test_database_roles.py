"""`manage.py create_database_roles`: on a server that lacks them, again, and without the rights."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg2
import pytest

from config.engines import APP_ROLE, DATABASE, OWNER_ROLE, Engines
from config.engines.places import ROOT
from config.engines.roles import ROLES
from tests.config.test_engines import ended, query, started
from tests.config.test_engines import engines as engines


@pytest.fixture
def server(engines: Engines) -> Iterator[Engines]:
    """A server as it was before there were a reader and a backup."""
    holder = started(engines)
    query(engines, "DROP ROLE carbon_reader")
    query(engines, "DROP ROLE carbon_backup")
    yield engines
    ended(holder)


def manage(
    server: Engines,
    *arguments: str,
    as_role: str = OWNER_ROLE,
    database: str = DATABASE,
    **more: str,
) -> subprocess.CompletedProcess[str]:
    place = f"/{server.sockets}/{database}"
    urls = {
        "DATABASE_URL": f"postgres://{APP_ROLE}@{place}",
        "DATABASE_OWNER_URL": f"postgres://{as_role}@{place}",
        "SECRET_KEY": "for tests only, and only on this machine",
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "CFL_TEST_ENGINES": "0", "CFL_VAR": str(server.var), **urls, **more},
        capture_output=True,
        text=True,
    )


def roles_of(server: Engines) -> dict[str, list]:
    """Each role with its rights and what it is a member of."""
    found = query(
        server,
        "SELECT r.rolname, r.rolcanlogin, r.rolsuper, r.rolcreaterole, r.rolbypassrls, "
        "array(SELECT roleid::regrole::text FROM pg_auth_members WHERE member = r.oid), "
        "(SELECT setconfig FROM pg_db_role_setting WHERE setrole = r.oid) "
        "FROM pg_roles r WHERE r.rolname LIKE 'carbon%'",
    )
    return {name: facts for name, *facts in found}


READ_ONLY = ["default_transaction_read_only=on"]
AS_THEY_SHOULD_BE = {
    "carbon_app": [True, False, False, False, [], None],
    "carbon_reader": [True, False, False, False, [], READ_ONLY],
    "carbon_backup": [True, False, False, True, ["pg_read_all_data"], READ_ONLY],
}


def test_it_makes_what_is_missing_and_nothing_the_second_time(server: Engines):
    query(server, "ALTER ROLE carbon_app CREATEROLE")
    first = manage(server, "create_database_roles")
    said = [line.split()[:2] for line in first.stdout.splitlines()]
    assert said[:4] == [
        ["carbon_owner", "as"],
        ["carbon_app", "changed"],
        ["carbon_reader", "made"],
        ["carbon_backup", "made"],
    ]
    made = roles_of(server)
    assert {name: made[name] for name in AS_THEY_SHOULD_BE} == AS_THEY_SHOULD_BE
    second = manage(server, "create_database_roles")
    assert second.returncode == 0
    assert second.stdout.count("as it was") == len(ROLES)
    assert roles_of(server) == made


def test_who_may_not_is_told_what_an_administrator_has_to_run(server: Engines):
    query(server, "CREATE ROLE clerk LOGIN CREATEROLE")
    told = manage(server, "create_database_roles", as_role="clerk")
    assert told.returncode == 1
    assert "carbon_reader  made" in told.stdout
    assert "carbon_backup  unfinished" in told.stdout
    assert "carbon_backup" not in roles_of(server)
    for statement in told.stderr.split("\n\n", 1)[1].strip().splitlines():
        query(server, statement)
    again = manage(server, "create_database_roles", as_role="clerk")
    assert (again.returncode, again.stdout.count("as it was")) == (0, len(ROLES))
    made = roles_of(server)
    assert {name: made[name] for name in AS_THEY_SHOULD_BE} == AS_THEY_SHOULD_BE


def test_a_password_comes_from_the_environment_and_leaves_only_as_a_hash(server: Engines):
    done = manage(server, "create_database_roles", CFL_READER_PASSWORD="correct horse battery")
    assert "carbon_reader  made, password set" in done.stdout
    assert "correct horse" not in done.stdout + done.stderr
    kept = query(server, "SELECT rolname, rolpassword FROM pg_authid WHERE rolname LIKE 'carbon%'")
    hashes = {name: password for name, password in kept if password is not None}
    assert list(hashes) == ["carbon_reader"]
    assert hashes["carbon_reader"].startswith("SCRAM-SHA-256$")


def test_the_printed_sql_makes_the_same(server: Engines):
    printed = manage(server, "create_database_roles", "--print-sql")
    lines = [line for line in printed.stdout.splitlines() if line.endswith(";")]
    for line in lines:
        query(server, line)
    made = roles_of(server)
    assert {name: made[name] for name in AS_THEY_SHOULD_BE} == AS_THEY_SHOULD_BE
    assert 'CREATE DATABASE "carbon" OWNER carbon_owner' in printed.stdout
    assert "\\password carbon_reader" in printed.stdout


def test_an_owner_that_is_nothing_else_migrates_a_new_database_and_grants_on_it(server: Engines):
    manage(server, "create_database_roles")
    query(server, "CREATE ROLE plain LOGIN")
    maker = psycopg2.connect(host=str(server.sockets), port=5432, dbname=DATABASE, user=OWNER_ROLE)
    maker.autocommit = True
    with maker.cursor() as cursor:
        cursor.execute("CREATE DATABASE other OWNER plain")
    maker.close()
    migrated = manage(server, "migrate", "-v0", as_role="plain", database="other")
    assert (migrated.returncode, migrated.stderr) == (0, "")
    reader = psycopg2.connect(
        host=str(server.sockets), port=5432, dbname="other", user="carbon_reader"
    )
    with reader, reader.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_journalline")
        assert cursor.fetchone() == (0,)
    reader.close()
