"""Reads the clock. The journal as CSV through HTTP, beside COPY of the same join."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPResponse
from pathlib import Path
from uuid import uuid4

from django.db import connection

from config import engines
from config.bench import clock
from config.bench.measure import Measure, Target
from config.bench.scratch import SQL
from config.bench.sizes import Size
from config.bench.web import HTTPOverUnixSocket, start_web
from config.management.commands import demo
from departments.organisation import api_keys
from departments.organisation.models import User
from ledger import export_runs

AT = datetime(2025, 1, 31, tzinfo=UTC)
SCOPES = ("journal:read", "exports:read", "exports:write")
PIECE = 65_536


def measure(size: Size) -> Iterator[Measure]:
    """The stream of all lines, and the file of a registered export, hashed before it is sent."""
    address = engines.here().sockets / f"bench-{os.getpid()}"
    server = start_web(address)
    try:
        program = _Program(address, _key())
        export = program.register()
        if (copied := copy_lines()) != export.line_count:
            raise AssertionError(f"the export has {export.line_count} lines, COPY {copied}")
        stream, file, floor = clock.alternate(
            lambda: clock.timed(lambda: program.take("/api/v1/journal-lines/", "text/csv")),
            lambda: clock.timed(lambda: program.take(export.file, "*/*")),
            lambda: clock.timed(copy_lines),
        )
        work = f"{export.line_count:,} journal lines as CSV by HTTP"
        beside, target = "COPY of the same join, unordered", Target(at_most=1.2)
        peak = clock.peak_mib_of(server.pid)
        yield Measure(f"{work}: streamed", stream, beside, floor, "s", target, peak)
        yield Measure(f"{work}: registered file", file, beside, floor, "s", target, peak)
    finally:
        demo.stop([server])


def copy_lines() -> int:
    """The floor: PostgreSQL writes the lines itself. Returns: how many there were."""
    with connection.cursor() as cursor, open(os.devnull, "wb") as nowhere:
        cursor.copy_expert((SQL / "copy_lines.sql").read_text(), nowhere)
        return int(cursor.rowcount)


@dataclass(frozen=True, slots=True)
class _Export:
    """A registered export: where its file is, and how many lines that has."""

    file: str
    line_count: int


@dataclass(frozen=True, slots=True)
class _Program:
    """A program that takes files and only counts their bytes."""

    address: Path
    secret: str

    def register(self) -> _Export:
        """Ask for an export, and make it as a worker does."""
        body = json.dumps({"format": "generic-csv"}).encode()
        answer = self._ask("POST", "/api/v1/exports/", body, {"Content-Type": "application/json"})
        asked = json.loads(answer.read())
        export_runs.fulfil(run_id=int(asked["id"].removeprefix("export_")), clock=lambda: AT)
        made = json.loads(self._ask("GET", asked["url"], None, {}).read())["export"]
        return _Export(made["file"], made["line_count"])

    def take(self, path: str, media_type: str) -> int:
        """Take a file to its end. Returns: its bytes."""
        answer = self._ask("GET", path, None, {"Accept": media_type})
        buffer = bytearray(PIECE)
        total = 0
        while count := answer.readinto(buffer):
            total += count
        return total

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> HTTPResponse:
        web = HTTPOverUnixSocket(self.address)
        proof = {"Authorization": f"Bearer {self.secret}", "Idempotency-Key": str(uuid4())}
        web.request(method, path, body, headers | proof)
        answer = web.getresponse()
        if answer.status not in (200, 202):
            raise AssertionError(f"{method} {path}: {answer.status} {answer.read().decode()}")
        return answer


def _key() -> str:
    finance = User.objects.get(username="finance")
    issued = api_keys.issue_key(
        name="bench", scopes=SCOPES, departments=(), acts_for=finance, expires_at=None, at=AT
    )
    return issued.secret
