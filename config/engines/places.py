"""Calculates. Where the engines of this checkout keep their data and sockets; starts nothing."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWNER_ROLE = "carbon_owner"  # owns the tables: migrations and nothing else
APP_ROLE = "carbon_app"  # reads and writes rows, owns nothing
READER_ROLE = "carbon_reader"  # reads the books; no secrets
BACKUP_ROLE = "carbon_backup"  # reads everything, for pg_dump
DATABASE = "carbon"
REPLACED_BY = {"postgres": "DATABASE_URL", "valkey": "BROKER_URL"}

_SETTINGS = (
    "listen_addresses=",
    "port=5432",  # it names the socket, and PGPORT would change it
    "unix_socket_permissions=0700",
    "shared_buffers=256MB",
    "work_mem=64MB",
    "maintenance_work_mem=256MB",
    "max_wal_size=2GB",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
)
_FAST_SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Engines:
    """One PostgreSQL and one Valkey, by the folder that holds their data.

    fast: forget what was committed when the machine fails; for tests only.
    """

    var: Path
    fast: bool = False

    @property
    def sockets(self) -> Path:
        """Short: a socket's path has 107 bytes at most. Not $TMPDIR: sessions differ in it."""
        temporary = Path("/tmp")
        if not temporary.is_dir():
            temporary = Path(tempfile.gettempdir())
        return temporary / f"cfl-{hashlib.sha256(os.fsencode(self.var)).hexdigest()[:16]}"

    @property
    def postgres_data(self) -> Path:
        return self.var / "postgres"

    @property
    def postgres_unfinished(self) -> Path:
        """The data while it is being made."""
        return self.var / "postgres.unfinished"

    @property
    def postgres_settings(self) -> tuple[str, ...]:
        return _SETTINGS + (_FAST_SETTINGS if self.fast else ())

    @property
    def broker_url(self) -> str:
        return f"redis+socket://{self.socket_of('valkey')}"

    @property
    def shown(self) -> str:
        """The data folder as a person in the checkout would write it."""
        if self.var.is_relative_to(ROOT):
            return f"{self.var.relative_to(ROOT)}/"
        return str(self.var)

    def socket_of(self, name: str) -> Path:
        return self.sockets / {"postgres": ".s.PGSQL.5432", "valkey": "valkey.sock"}[name]

    def pid_file_of(self, name: str) -> Path:
        """Beside the socket, so that a server is found even when its data was deleted."""
        return self.sockets / {"postgres": ".s.PGSQL.5432.lock", "valkey": "valkey.pid"}[name]


def here() -> Engines:
    """The engines that CFL_VAR names, or, with CFL_TEST_ENGINES=1, the fast ones beside them."""
    var = ROOT / os.environ.get("CFL_VAR", "var")
    if os.environ.get("CFL_TEST_ENGINES") == "1":
        return Engines((var / "test-engines").resolve(), fast=True)
    return Engines(var.resolve())


def wanted() -> list[str]:
    """The engines that no URL in the environment replaces."""
    return [name for name, variable in REPLACED_BY.items() if not os.environ.get(variable)]
