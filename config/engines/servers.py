"""Writes. Starts and stops one PostgreSQL and one Valkey; the caller has the turn, see lease.py."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from config.engines.places import DATABASE, OWNER_ROLE, Engines, wanted
from config.engines.programs import (
    Account,
    EnginesUnavailable,
    account_for,
    find_postgres,
    find_valkey,
    orphans_of,
    postgres_version,
    process_of,
)
from config.engines.roles import database_statement, role_statements

_NAMES = {"postgres": "PostgreSQL", "valkey": "Valkey"}
_LARGEST_LOG_BYTES = 5_000_000
_PATIENCE_SECONDS = (
    120  # a fast shutdown writes a checkpoint; after that, recovery at the next start does
)
_children: list[
    subprocess.Popen[bytes]
] = []  # kept: a server may outlive the command that started it


def start_missing(engines: Engines) -> None:
    """Start whichever wanted server doesn't answer, and wait until it does.

    Raises: EnginesUnavailable, with the end of the server's log.
    """
    missing = [name for name in wanted() if not _answers(engines, name)]
    if not missing:
        return
    _say(f"Starting {' and '.join(_NAMES[name] for name in missing)} in {engines.shown} …")
    for name in missing:
        _stop_server(engines, name)
    account = account_for(engines)
    _make_socket_folder(engines, account)
    servers = {name: _START[name](engines, account) for name in missing}
    for name, server in servers.items():
        _wait_for(engines, name, server)


def stop(engines: Engines) -> None:
    """Stop both servers cleanly and remove their sockets."""
    for name in ("valkey", "postgres"):
        _stop_server(engines, name)
    shutil.rmtree(engines.sockets, ignore_errors=True)


def open_log(engines: Engines, name: str) -> IO[bytes]:
    """The log of a server, begun anew when it has grown large."""
    path = engines.var / f"{name}.log"
    large = path.exists() and path.stat().st_size > _LARGEST_LOG_BYTES
    return path.open("wb" if large else "ab")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


# What is there


def _answers(engines: Engines, name: str) -> bool:
    """Whether the server takes connections, and serves the data of this folder."""
    if name == "postgres" and not _postgres_is_ready(engines):
        return False
    with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
        client.connect(str(engines.socket_of(name)))
        return True
    return False


def _postgres_is_ready(engines: Engines) -> bool:
    """What postmaster.pid says: its eighth line is the state."""
    with contextlib.suppress(FileNotFoundError):
        lines = (engines.postgres_data / "postmaster.pid").read_text().splitlines()
        return len(lines) >= 8 and lines[7].strip() == "ready"
    return False


def _wait_for(engines: Engines, name: str, server: subprocess.Popen[bytes]) -> None:
    """Wait as long as the server lives: recovery after a crash takes the time it takes."""
    while not _answers(engines, name):
        if server.poll() is not None:
            raise _refusal(engines, name)
        time.sleep(0.01)


def _refusal(engines: Engines, name: str) -> EnginesUnavailable:
    path = engines.var / f"{name}.log"
    last_lines = path.read_text(errors="replace").splitlines()[-8:]
    return EnginesUnavailable(
        "\n  ".join([f"{_NAMES[name]} did not start. {path} ends with:", *last_lines])
    )


# Starting


def _make_socket_folder(engines: Engines, account: Account) -> None:
    """A folder that only the servers' account (and root) can enter."""
    folder = engines.sockets
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if (
        folder.is_symlink()
        or not folder.is_dir()
        or found.st_uid not in {os.geteuid(), account.uid}
    ):
        raise EnginesUnavailable(f"{folder} belongs to somebody else. Remove it, then try again.")
    folder.chmod(0o700)
    _give(folder, account)


def _give(folder: Path, account: Account) -> None:
    if account.switches:
        os.chown(folder, account.uid, account.gid)


def _start_valkey(engines: Engines, account: Account) -> subprocess.Popen[bytes]:
    """Without persistence: the rows in PostgreSQL say what is left to do."""
    command = [str(find_valkey()), "--port", "0", "--unixsocket", str(engines.socket_of("valkey"))]
    command += ["--unixsocketperm", "700", "--pidfile", str(engines.pid_file_of("valkey"))]
    command += ["--dir", str(engines.sockets), "--save", "", "--appendonly", "no"]
    command += ["--set-proc-title", "no", "--loglevel", "warning"]
    return _spawn(engines, "valkey", command, account)


def _start_postgres(engines: Engines, account: Account) -> subprocess.Popen[bytes]:
    if not engines.postgres_data.exists():
        _make_cluster(engines, account)
    program = str(find_postgres() / "postgres")
    command = [program, "-D", str(engines.postgres_data), "-k", str(engines.sockets)]
    for setting in engines.postgres_settings:
        command += ["-c", setting]
    return _spawn(engines, "postgres", command, account)


_START = {"valkey": _start_valkey, "postgres": _start_postgres}


def _make_cluster(engines: Engines, account: Account) -> None:
    """Make the roles and the empty database, complete or not at all."""
    unfinished = engines.postgres_unfinished
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    _give(unfinished, account)
    binaries = find_postgres()
    initdb = [str(binaries / "initdb"), "-D", str(unfinished), "-U", OWNER_ROLE]
    initdb += ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"]
    if postgres_version(binaries) >= 17:
        initdb += ["--locale-provider=builtin"]
    if engines.fast:
        initdb += ["--no-sync"]
    _run(engines, account, initdb)
    single = [str(binaries / "postgres"), "--single", "-D", str(unfinished), "postgres"]
    made = "\n".join([*role_statements(), database_statement(DATABASE), ""])
    _run(engines, account, single, statements=made)
    unfinished.rename(engines.postgres_data)


def _run(engines: Engines, account: Account, command: list[str], *, statements: str = "") -> None:
    """Run one step of making the cluster to its end."""
    with open_log(engines, "postgres") as log:
        done = subprocess.run(
            [*account.prefix, *command],
            input=statements.encode(),
            stdout=log,
            stderr=log,
            cwd="/",
            check=False,
            start_new_session=True,
            **account.identity,
        )
    if done.returncode:
        raise _refusal(engines, "postgres")


def _spawn(
    engines: Engines, name: str, command: list[str], account: Account
) -> subprocess.Popen[bytes]:
    """Start a server that outlives this process and hears no Ctrl-C."""
    with open_log(engines, name) as log:
        server = subprocess.Popen(
            [*account.prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            **account.identity,
        )
    _children.append(server)
    return server


# Stopping


def _stop_server(engines: Engines, name: str) -> None:
    """Ask, insist, force; then remove what a killed server left behind."""
    for request, seconds in (
        (signal.SIGINT, _PATIENCE_SECONDS),
        (signal.SIGQUIT, 10),
        (signal.SIGKILL, 10),
    ):
        pid = process_of(engines, name)
        if pid is None:
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, request)
        _wait_until_gone(engines, name, pid, seconds)
    _end_orphans(engines, name)
    if name == "postgres":
        (engines.postgres_data / "postmaster.pid").unlink(missing_ok=True)
    engines.pid_file_of(name).unlink(missing_ok=True)
    engines.socket_of(name).unlink(missing_ok=True)


def _wait_until_gone(engines: Engines, name: str, pid: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while process_of(engines, name) == pid and time.monotonic() < deadline:
        time.sleep(0.01)


def _end_orphans(engines: Engines, name: str) -> None:
    """What outlived a killed parent: a backend holds shared memory, an initdb writes on."""
    deadline = time.monotonic() + 10
    while (orphans := orphans_of(engines, name)) and time.monotonic() < deadline:
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
