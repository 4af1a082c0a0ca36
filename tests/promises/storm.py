"""A storm of identical POSTs at a real web server, so many at a time; standard library only."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

AT_A_TIME = 200
WORKERS, THREADS = 2, 8
READY_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Storm:
    """What came back: each different answer with how often it came, and how long it took."""

    answers: Counter[tuple[int, bytes]]
    seconds: float
    waits: list[float]

    @property
    def statuses(self) -> dict[int, int]:
        counted: Counter[int] = Counter()
        for (status, _), count in self.answers.items():
            counted[status] += count
        return dict(counted)

    def __str__(self) -> str:
        posts, waits = self.answers.total(), sorted(self.waits)
        return (
            f"{posts} POSTs, {AT_A_TIME} at a time: {len(self.answers)} different answers, "
            f"statuses {self.statuses}, {self.seconds:.1f} s, {posts / self.seconds:.0f} a second, "
            f"median wait {waits[posts // 2]:.2f} s, longest {waits[-1]:.2f} s"
        )


@contextmanager
def web_server(
    folder: Path, environment: dict[str, str], *, also_at: str | None = None
) -> Iterator[Path]:
    """gunicorn as in production, on a Unix socket; its log is `web.log` beside it.

    `also_at` is an address and port, for programs that know no Unix sockets.
    """
    socket = folder / "web"
    command = ["gunicorn", "config.wsgi", "--bind", f"unix:{socket}", "--workers", str(WORKERS)]
    command += ["--threads", str(THREADS), "--no-control-socket"]
    command += ["--bind", also_at] if also_at else []
    with (folder / "web.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        _wait_for(socket, server)
        yield socket
    finally:
        server.terminate()
        server.wait()


def storm(socket: Path, path: str, body: Any, *, posts: int, secret: str, key: str) -> Storm:
    """Send the same POST so often."""
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\n"
        f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    return asyncio.run(_storm(socket, head.encode() + content, posts))


async def _storm(socket: Path, request: bytes, posts: int) -> Storm:
    left = iter(range(posts))
    answers: Counter[tuple[int, bytes]] = Counter()
    waits: list[float] = []

    async def one_after_the_other() -> None:
        for _ in left:
            asked = time.perf_counter()
            answers[await _post(socket, request)] += 1
            waits.append(time.perf_counter() - asked)

    began = time.perf_counter()
    await asyncio.gather(*(one_after_the_other() for _ in range(min(AT_A_TIME, posts))))
    return Storm(answers, time.perf_counter() - began, waits)


async def _post(socket: Path, request: bytes) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_unix_connection(socket)
    try:
        writer.write(request)
        answer = await reader.read()
    finally:
        writer.close()
    head, _, content = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), content


def _wait_for(socket: Path, server: subprocess.Popen[bytes]) -> None:
    request = b"GET /sign-in/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if asyncio.run(_post(socket, request))[0] == 200:
                return
        except (OSError, IndexError):
            time.sleep(0.1)
    raise AssertionError(f"The web server did not start: see {socket.parent / 'web.log'}.")
