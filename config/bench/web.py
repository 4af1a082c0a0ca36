"""Runs. A web server of this run alone, and how to ask it."""

from __future__ import annotations

import socket
import subprocess
import time
from http.client import HTTPConnection
from pathlib import Path

from django.core.management.base import CommandError

from config.management.commands import demo

READY_SECONDS = 60


class HTTPOverUnixSocket(HTTPConnection):
    """HTTP to a server of this run alone: a port could be somebody else's."""

    def __init__(self, address: Path) -> None:
        super().__init__("localhost")
        self.address = address

    def connect(self) -> None:
        """Open the socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.address))


def start_web(
    address: Path, *, workers: int = 1, environment: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """The product's web server at this address, of this environment or another, ready to be asked.

    Raises: CommandError.
    """
    server = demo.start(
        "bench-web",
        *("gunicorn", "config.wsgi", "--bind", f"unix:{address}", "--workers", str(workers)),
        *("--threads", "2", "--no-control-socket"),
        environment=environment,
    )
    deadline = time.monotonic() + READY_SECONDS
    while not address.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            demo.stop([server])
            raise CommandError(f"The web server did not start: see {demo.logs()}/bench-web.log.")
        time.sleep(0.1)
    return server
