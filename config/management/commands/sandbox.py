"""Door. A sandbox beside the books: make it, let its time pass, look at it, serve it, drop it."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from argparse import REMAINDER, ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import engines
from config.management.commands import demo
from config.management.commands.rehearse import PASSWORD
from config.sandbox import founding
from config.sandbox.errors import SandboxError
from config.sandbox.places import VARIABLE, NameRefused
from departments.organisation.calendar import Calendar
from ledger.management.steps import day

TEACHING = """
A sandbox is a database of its own on the server of the books, with the company's departments,
factors, schemes, prices and (unless --no-records) records, but never the journal, and with a clock
of its own. Nothing in it reaches the books, and nothing leaves it: it has no keys, passwords,
addresses or webhooks of the books, and sends no mail.

  manage.py sandbox create may-close                         from the first open period on
  manage.py sandbox advance may-close --to 2025-07-01        settle, approve, post, close, seal
  manage.py sandbox status                                   what there is, and where it stands

A whole year in months, although the books have years:

  manage.py sandbox create fy26 --from 2025-07-01 --calendar month --starts-in 7
  manage.py sandbox run fy26 import_activity forecast.csv --by analyst
  manage.py sandbox advance fy26 --to 2026-07-01 --accrue

Any other command works in it by `run`; pages and API are served on this machine:

  manage.py sandbox run fy26 export_journal --format sap --period FY26-M01 --out rehearsal.csv
  manage.py sandbox run fy26 create_api_key --name Rehearsal --for rehearsal-finance \\
      --scope journal:read
  manage.py sandbox serve fy26 --port 8100
  manage.py sandbox drop fy26

Its schemes begin on its first day: activity of before is not billed there. `advance` acts as
rehearsal-analyst, -approver and -finance; what the books would refuse it refuses, with the day.

Exit codes: 0 done, 1 refused (the message says what to do), 2 wrong usage.
"""
PORT = 8100
NOT_THERE = {"create_database_roles", "demo", "load_demo", "rehearse", "sandbox"}


class Command(BaseCommand):
    help = "Rehearse a close, or a whole fiscal year, without touching the books."
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, epilog=TEACHING)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
        create = steps.add_parser("create", help="make a sandbox from the books")
        create.add_argument("--from", dest="from_on", type=day, metavar="DATE")
        create.add_argument("--no-records", action="store_true", help="rules alone, no activity")
        create.add_argument("--calendar", choices=[str(known) for known in Calendar])
        create.add_argument("--starts-in", type=int, default=1, metavar="MONTH")
        advance = steps.add_parser("advance", help="let the time pass, and do what people would do")
        advance.add_argument("--to", type=day, required=True, metavar="DATE")
        advance.add_argument("--scheme", action="append", default=[], metavar="CODE")
        advance.add_argument("--accrue", action="store_true", help="accrue on each last day first")
        run = steps.add_parser("run", help="run another command in it")
        serve = steps.add_parser("serve", help="serve its pages and API on this machine")
        serve.add_argument("--port", type=int, default=PORT)
        drop = steps.add_parser("drop", help="remove it")
        status = steps.add_parser("status", help="show it, or all of them")
        for step in (create, advance, run, serve, drop):
            step.add_argument("name", metavar="NAME")
        status.add_argument("name", metavar="NAME", nargs="?")
        run.add_argument("arguments", nargs=REMAINDER, metavar="COMMAND …")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SANDBOX:
            raise CommandError(f"This is a sandbox: unset {VARIABLE}.", returncode=2)
        try:
            getattr(self, f"_{options['step']}")(options)
        except NameRefused as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        except SandboxError as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal

    def _create(self, options: dict[str, Any]) -> None:
        name, calendar = options["name"], options["calendar"]
        self._say(f"Making the tables of sandbox {name} …")
        made = founding.make(
            name,
            migrate=lambda: self._manage(name, "migrate", "--verbosity", "0"),
            from_on=options["from_on"],
            with_records=not options["no_records"],
            with_periods=calendar is None,
        )
        try:
            if calendar is not None:
                first = ("--calendar", calendar, "--from", made.begins_on.isoformat())
                starts_in = str(options["starts_in"])
                self._manage(name, "open_periods", *first, "--starts-in", starts_in, "--count", "1")
            self._manage(name, "rehearse")
        except CommandError:
            founding.drop(name, var=engines.here().var)
            raise
        self._say(
            f"Sandbox {name}: {made.rows:,} rows of {made.tables} tables, it is {made.begins_on}. "
            f"Next: manage.py sandbox advance {name} --to YYYY-MM-DD"
        )

    def _advance(self, options: dict[str, Any]) -> None:
        founding.require(options["name"])
        schemes = [word for code in options["scheme"] for word in ("--scheme", code)]
        accrue = ["--accrue"] if options["accrue"] else []
        self._manage(
            options["name"], "rehearse", "--to", options["to"].isoformat(), *schemes, *accrue
        )

    def _run(self, options: dict[str, Any]) -> None:
        founding.require(options["name"])
        arguments = options["arguments"]
        if not arguments or arguments[0] in NOT_THERE:
            raise CommandError("Name a command that works in a sandbox.", returncode=2)
        self._manage(options["name"], *arguments)

    def _status(self, options: dict[str, Any]) -> None:
        name = options["name"]
        found = [founding.require(name)] if name else founding.sandboxes()
        if not found:
            self._say("There is no sandbox. Make one: manage.py sandbox create NAME")
        for each in found:
            closed = f"{len(each.closed)} ({each.closed[-1]} last)" if each.closed else "none"
            self._say(
                f"{each.name}: it is {each.now:%Y-%m-%d %H:%M} UTC, begun on {each.begins_on}; "
                f"periods closed {closed}, open {each.open_count}; {each.entry_count:,} entries; "
                f"{'with' if each.has_records else 'without'} the books' records; "
                f"{each.bytes_on_disk / 1_000_000:,.0f} MB"
            )

    def _drop(self, options: dict[str, Any]) -> None:
        founding.drop(options["name"], var=engines.here().var)
        self._say(f"Sandbox {options['name']} is dropped.")

    def _serve(self, options: dict[str, Any]) -> None:
        name, port = options["name"], options["port"]
        founding.require(name)
        if not demo.is_free(port):
            raise CommandError(f"Port {port} is taken. Choose another: --port", returncode=1)
        password = secrets.token_urlsafe(12)
        self._manage(name, "rehearse", more={PASSWORD: password})
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        servers: list[subprocess.Popen[bytes]] = []
        try:
            servers.append(demo.start_web(port, environment=_environment(name, sees="nothing")))
            self._say(
                f"Sandbox {name} at http://127.0.0.1:{port} until Ctrl-C. Sign in as\n"
                "  rehearsal-analyst, rehearsal-approver, rehearsal-finance, rehearsal-auditor\n"
                f"  with the password {password}, which ends with the next `serve`."
            )
            demo.wait_for_any(servers)
        except KeyboardInterrupt:
            self._say("\nStopping …")
        finally:
            demo.stop(servers)

    def _manage(self, name: str, *arguments: str, more: dict[str, str] | None = None) -> None:
        """A command in the sandbox, in a process of its own with the database role it needs."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env={**_environment(name), **(more or {})},
        )
        if done.returncode:
            raise CommandError(
                f"In sandbox {name}, {arguments[0]} ended with {done.returncode}.",
                returncode=done.returncode,
            )

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _environment(name: str, *, sees: str = "all") -> dict[str, str]:
    return {**os.environ, VARIABLE: name, "CFL_DATABASE_ROLE": "app", "CFL_DATABASE_SEES": sees}
