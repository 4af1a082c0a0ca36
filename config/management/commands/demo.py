"""Door. The whole system on one machine: set up, settle, prove, serve."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo import company as demo_company
from config.demo import report

READY_SECONDS = 60
PORT, PORTS_TRIED = 8000, 20
PR_SET_PDEATHSIG = 1  # from linux/prctl.h


class Command(BaseCommand):
    help = (
        "Set everything up, load the demo company, settle it through a running Celery worker, "
        "print the books and their proof, then serve web, worker and beat until Ctrl-C."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--no-serve", action="store_true", help="exit once the books are proven"
        )
        parser.add_argument(
            "--port", type=int, help=f"the web page's port; else the first free one from {PORT}"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        port = None if options["no_serve"] else free_port(options["port"])
        os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{port or PORT}")
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        self._manage("create_database_roles", "--verbosity", "0")
        self._manage("migrate", "--verbosity", "0")
        self._manage("load_factors")
        servers: list[subprocess.Popen[bytes]] = []
        try:
            servers.append(start_worker())
            self._manage("load_demo", "--workers")
            company = demo_company.read_company()
            codes = (company.scheme_code, company.feebate_code)
            if not report.print_report(*codes, self.stdout.write):
                raise CommandError("The books do not verify.", returncode=1)
            if port is not None:
                servers += [start_beat(), start_web(port)]
                self._welcome(port)
                wait_for_any(servers)
        except KeyboardInterrupt:
            self.stdout.write("\nStopping …")
        finally:
            stop(servers)

    def _manage(self, *arguments: str) -> None:
        """A step in a process of its own, so that it gets the database role that it needs."""
        self.stdout.flush()
        done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR)
        if done.returncode:
            raise CommandError(f"manage.py {arguments[0]} failed.", returncode=done.returncode)

    def _welcome(self, port: int) -> None:
        address = f"http://127.0.0.1:{port}"
        self.stdout.write(
            f"\nServing at {address} until Ctrl-C. Sign in with one click: {address}/sign-in/\n"
            f"  a department's bill     {address}/        as sites-asia-contributor\n"
            f"  sustainability's desk   {address}/admin/  as analyst, approver, finance, auditor\n"
            f"  finance's API           {address}/api/docs/\n"
            f"Worth a look: {address}/atmosphere/, /grants/, /quote/ and, as analyst,\n"
            f"  /admin/ledger/scenariorun/ (replay a year), /admin/fairness/,\n"
            f"  /admin/ledger/sweetspotrun/ (where the price should sit), /admin/disclosures/.\n"
            f"Logs are in {logs()}, mails about notices in {logs().parent / 'mail'}."
        )
        self.stdout.flush()


def logs() -> Path:
    """Where the servers of the demo write."""
    folder = Path(settings.BEAT_SCHEDULE_FILE).parent / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def start_worker() -> subprocess.Popen[bytes]:
    """A Celery worker with two processes."""
    return start(
        "worker", "celery", "-A", "config", "worker", "-c", "2", "-l", "INFO", "-n", name()
    )


def start_beat() -> subprocess.Popen[bytes]:
    """The timetable, which sweeps up what a lost message left."""
    return start("beat", "celery", "-A", "config", "beat", "-l", "INFO", "--pidfile=")


def start_web(port: int, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    """The web server, on this machine only; of the demo, unless an environment is given."""
    server = start(
        "web",
        *("gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"),
        *("--threads", "2", "--access-logfile", "-", "--no-control-socket"),
        environment=environment,
    )
    wait_for_port(port, server)
    return server


def start(
    label: str, program: str, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a server of this environment in a group of its own, its output in a log file."""
    with (logs() / f"{label}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", program, *arguments],
            cwd=settings.BASE_DIR,
            env=environment or {**os.environ, "CFL_DEMO": "1"},  # one-click sign-in there alone
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )


def end_with_parent() -> None:
    """Let Linux end this process when the demo dies, even by kill -9; elsewhere, do nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def name() -> str:
    """A worker name that is this folder's own."""
    return f"demo-{os.getpid()}@%h"


def free_port(wanted: int | None) -> int:
    """The wanted port, or the first free one; refused before any work is done."""
    candidates = range(PORT, PORT + PORTS_TRIED) if wanted is None else [wanted]
    for port in candidates:
        if is_free(port):
            return port
    raise CommandError(
        f"Port {candidates[0]} is taken on this machine. Choose another: make demo PORT=8100",
        returncode=1,
    )


def is_free(port: int) -> bool:
    """Whether nothing listens on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wait_for_port(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until the web server answers."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise CommandError(f"The web server did not start: see {logs() / 'web.log'}.", returncode=1)


def wait_for_any(servers: list[subprocess.Popen[bytes]]) -> None:
    """Wait until one of the servers ends; Ctrl-C comes as KeyboardInterrupt."""
    while all(server.poll() is None for server in servers):
        time.sleep(0.5)
    raise CommandError(f"A server has stopped: see {logs()}.", returncode=1)


def stop(servers: list[subprocess.Popen[bytes]]) -> None:
    """Ask the servers to finish, the newest first, and see to it that they do."""
    for server in reversed(servers):
        if server.poll() is None:
            server.terminate()
    for server in reversed(servers):
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
