"""The engines start with the first command and stop with the last, whatever is killed."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from config.engines import (
    APP_ROLE,
    BACKUP_ROLE,
    DATABASE,
    OWNER_ROLE,
    READER_ROLE,
    Engines,
)
from config.engines.places import ROOT

USE = "from config import engines; engines.ensure()"
HOLD = f"{USE}; print('ready', flush=True); import sys; sys.stdin.read()"


@pytest.fixture
def engines() -> Iterator[Engines]:
    """Engines in a new folder that everyone can enter; the test must leave none running."""
    folder = Path(tempfile.mkdtemp(prefix="cfl-test-")).resolve()
    folder.chmod(0o755)
    made = Engines(folder / "var")
    yield made
    left = [] if await_quiet(made) else processes_of(made)
    kill(*left)
    shutil.rmtree(made.sockets, ignore_errors=True)
    shutil.rmtree(folder)
    assert not left


def command(engines: Engines, script: str = HOLD, **variables: str) -> subprocess.Popen[str]:
    """A command that takes a lease, and keeps it until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "CFL_TEST_ENGINES": "0", "CFL_VAR": str(engines.var), **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def started(engines: Engines) -> subprocess.Popen[str]:
    """A command that has its engines."""
    holder = command(engines)
    assert holder.stdout
    assert holder.stdout.readline() == "ready\n"
    return holder


def ended(*holders: subprocess.Popen[str]) -> list[str]:
    """Let the commands end by themselves, and give what they said on the way."""
    said = [holder.communicate(timeout=60)[1] for holder in holders]
    assert [holder.returncode for holder in holders] == [0] * len(holders), said
    return said


def query(engines: Engines, statement: str, *, role: str = OWNER_ROLE) -> list[tuple]:
    connection = psycopg2.connect(host=str(engines.sockets), port=5432, dbname=DATABASE, user=role)
    with contextlib.closing(connection), connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if statement.startswith(("SELECT", "SHOW")) else []


def processes_of(engines: Engines, part: str = "") -> list[int]:
    """Everything that runs for these engines: servers, their children and the guardian."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            inside = (entry / "cwd").readlink().is_relative_to(engines.var)
        except OSError:
            continue
        ours = inside or str(engines.sockets) in line or f"config.engines {engines.var} " in line
        if line and ours and part in line:
            found.append(int(entry.name))
    return found


def guardians_of(engines: Engines) -> list[int]:
    return processes_of(engines, "-m config.engines")


def await_quiet(engines: Engines) -> bool:
    return await_that(lambda: not processes_of(engines) and not engines.sockets.exists())


def await_that(condition: Callable[[], bool]) -> bool:
    for _ in range(1500):
        if condition():
            return True
        time.sleep(0.02)
    return False


def kill(*pids: int) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


# Life


def test_first_command_starts_them_and_says_so_in_one_line(engines: Engines):
    holder = started(engines)
    assert query(engines, "SELECT current_user", role=APP_ROLE) == [(APP_ROLE,)]
    assert ended(holder) == [f"Starting PostgreSQL and Valkey in {engines.var} …\n"]


def test_roles(engines: Engines):
    holder = started(engines)
    roles = query(
        engines,
        "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles "
        "WHERE rolname LIKE 'carbon%' ORDER BY 1",
    )
    assert roles == [
        (APP_ROLE, False, False, False, False),
        (BACKUP_ROLE, False, False, False, True),
        (OWNER_ROLE, True, True, True, True),
        (READER_ROLE, False, False, False, False),
    ]
    ended(holder)


def test_second_command_shares_them_and_the_last_one_stops_them(engines: Engines):
    first, second = started(engines), started(engines)
    postmaster = engines.pid_file_of("postgres").read_text().split()[0]
    ended(first)
    time.sleep(0.3)
    assert query(engines, "SELECT 1") == [(1,)]
    assert engines.pid_file_of("postgres").read_text().split()[0] == postmaster
    assert ended(second) == [""]
    assert await_quiet(engines)


def test_six_commands_at_once_start_one_pair(engines: Engines):
    holders = [command(engines) for _ in range(6)]
    for holder in holders:
        assert holder.stdout
        assert holder.stdout.readline() == "ready\n"
    assert len(guardians_of(engines)) == 1
    assert sum("Starting" in said for said in ended(*holders)) == 1


def test_a_command_that_comes_while_they_stop_gets_them_again(engines: Engines):
    connect = f"psycopg2.connect(host=here, port=5432, dbname='{DATABASE}', user='{APP_ROLE}')"
    for _ in range(8):
        script = f"import psycopg2; {USE}; here = str(engines.here().sockets); {connect}"
        ended(command(engines, script))


def test_rows_survive_a_stop(engines: Engines):
    holder = started(engines)
    query(engines, "CREATE TABLE kept AS SELECT 42 AS answer")
    ended(holder)
    assert await_quiet(engines)
    holder = started(engines)
    assert query(engines, "SELECT answer FROM kept") == [(42,)]
    ended(holder)


def test_urls_replace_them(engines: Engines):
    ended(
        command(engines, USE, DATABASE_URL="postgres://elsewhere/x", BROKER_URL="redis://elsewhere")
    )
    assert not engines.var.exists()


def test_broker_url_alone_leaves_only_postgres_to_start(engines: Engines):
    said = ended(command(engines, USE, BROKER_URL="redis://elsewhere"))
    assert said == [f"Starting PostgreSQL in {engines.var} …\n"]


def test_a_forked_process_that_closed_its_files_takes_its_own_lease(engines: Engines):
    """As a beat inside a worker does."""
    forked = "if os.fork() == 0: os.closerange(3, 99); time.sleep(1); engines.ensure(); os._exit(7)"
    script = (
        f"import os, time\n{USE}\n{forked}\nassert os.waitstatus_to_exitcode(os.wait()[1]) == 7"
    )
    ended(command(engines, script))


# Walls


def test_nobody_else_reaches_the_sockets_and_nothing_listens_on_the_network(engines: Engines):
    holder = started(engines)
    assert engines.sockets.stat().st_mode & 0o777 == 0o700
    assert query(engines, "SHOW listen_addresses") == [("",)]
    with socket.socket(socket.AF_UNIX) as valkey:
        valkey.connect(str(engines.socket_of("valkey")))
        valkey.sendall(b"CONFIG GET port\r\n")
        assert b"port\r\n$1\r\n0\r\n" in valkey.recv(1000)
    ended(holder)


def test_two_folders_have_two_pairs(engines: Engines, tmp_path: Path):
    other = Engines(tmp_path.resolve())  # private, so that root can't use nobody
    here, there = started(engines), started(other)
    query(engines, "CREATE TABLE only_here ()")
    assert query(other, "SELECT to_regclass('only_here')") == [(None,)]
    ended(here)
    assert await_quiet(engines)
    assert query(other, "SELECT 1") == [(1,)]
    ended(there)
    assert await_quiet(other)


def test_a_socket_folder_of_somebody_else_is_refused(engines: Engines):
    elsewhere = engines.var.parent / "elsewhere"
    elsewhere.mkdir()
    engines.sockets.symlink_to(elsewhere)
    refused = command(engines, USE)
    assert "belongs to somebody else" in refused.communicate(timeout=60)[1]
    assert list(elsewhere.iterdir()) == []
    engines.sockets.unlink(missing_ok=True)


# kill -9


def test_killed_command_leaves_nothing_running(engines: Engines):
    holder = started(engines)
    holder.kill()
    holder.communicate()
    assert await_quiet(engines)


def test_a_start_killed_at_any_moment_leaves_nothing_running(engines: Engines):
    ended(command(engines, USE))
    for milliseconds in range(0, 400, 25):
        assert await_quiet(engines)
        starting = command(engines)
        time.sleep(milliseconds / 1000)
        starting.kill()
        starting.communicate()


def test_killed_guardian_is_replaced(engines: Engines):
    holder = started(engines)
    kill(*guardians_of(engines))
    assert await_that(lambda: not guardians_of(engines))
    time.sleep(0.3)  # the kernel takes its locks back a moment after its name
    ended(holder)
    assert await_quiet(engines)


def test_killed_postgres_comes_back_with_its_rows(engines: Engines):
    holder = started(engines)
    query(engines, "CREATE TABLE kept AS SELECT 42 AS answer")
    kill(int(engines.pid_file_of("postgres").read_text().split()[0]))
    ended(command(engines, USE))
    assert query(engines, "SELECT answer FROM kept") == [(42,)]
    ended(holder)


def test_a_busy_backend_that_outlived_its_postgres_is_no_obstacle(engines: Engines):
    holder = started(engines)
    connect = f"psycopg2.connect(host=here, port=5432, dbname='{DATABASE}', user='{OWNER_ROLE}')"
    work = "cursor().execute('SELECT count(*) FROM generate_series(1, 1000000000)')"
    script = (
        f"import psycopg2; {USE}; here = str(engines.here().sockets); print(); {connect}.{work}"
    )
    busy = command(engines, f"import sys; sys.stdout.reconfigure(line_buffering=True); {script}")
    assert busy.stdout
    busy.stdout.readline()
    assert await_that(lambda: bool(processes_of(engines, "SELECT")))
    kill(int(engines.pid_file_of("postgres").read_text().split()[0]))
    ended(command(engines, USE))
    assert query(engines, "SELECT 1") == [(1,)]
    busy.communicate(timeout=60)
    ended(holder)


def test_killed_valkey_comes_back(engines: Engines):
    holder = started(engines)
    kill(int(engines.pid_file_of("valkey").read_text()))
    assert ended(command(engines, USE)) == [f"Starting Valkey in {engines.var} …\n"]
    ended(holder)


def test_everything_killed_at_once(engines: Engines):
    holder = started(engines)
    kill(holder.pid, *guardians_of(engines), *processes_of(engines, str(engines.sockets)))
    holder.communicate()
    ended(started(engines))


def test_stale_pid_files_that_name_a_stranger_harm_nobody(engines: Engines):
    ended(started(engines))
    assert await_quiet(engines)
    stranger = subprocess.Popen(["sleep", "600"])
    engines.sockets.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.copystat(engines.postgres_data, engines.sockets)
    for file in (
        engines.pid_file_of("postgres"),
        engines.pid_file_of("valkey"),
        engines.postgres_data / "postmaster.pid",
    ):
        file.write_text(f"{stranger.pid}\n{engines.postgres_data}\n0\n5432\n\n\n\nready\n")
    ended(started(engines))
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_deleted_folder_stops_and_begins_anew(engines: Engines):
    holder = started(engines)
    shutil.rmtree(engines.var, ignore_errors=True)  # while PostgreSQL still writes to it
    second = started(engines)
    assert query(engines, "SELECT 1") == [(1,)]
    ended(holder)
    time.sleep(0.3)
    assert query(engines, "SELECT 1") == [(1,)]
    ended(second)


def test_an_interrupted_first_start_is_begun_again(engines: Engines):
    interrupted = command(engines, USE)
    unfinished = engines.var / "postgres.unfinished"
    assert await_that(lambda: (unfinished / "PG_VERSION").exists())
    interrupted.kill()
    interrupted.communicate()
    ended(started(engines))
