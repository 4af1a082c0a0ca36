"""Door. Let the time pass in a sandbox; `manage.py sandbox` calls it."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.sandbox import clock, people
from config.sandbox.errors import NotASandbox, SandboxError
from ledger import rehearsal, verification
from ledger.errors import LedgerError
from ledger.management.steps import day

PASSWORD = "CFL_REHEARSAL_PASSWORD"


class Command(BaseCommand):
    help = (
        "Let the time pass in a sandbox: use `manage.py sandbox advance NAME --to DATE`. "
        "On the books it is refused."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=day, metavar="DATE", help="until this day begins")
        parser.add_argument("--scheme", action="append", default=[], metavar="CODE")
        parser.add_argument("--accrue", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if not settings.SANDBOX:
                raise NotASandbox
            by = people.ensure_people(password=os.environ.get(PASSWORD, ""))
            if options["to"] is not None:
                self._advance(by, options)
        except (SandboxError, LedgerError) as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal

    def _advance(self, by: rehearsal.People, options: dict[str, Any]) -> None:
        began = time.monotonic()
        done = rehearsal.advance(
            now=timezone.now(),
            to=options["to"],
            people=by,
            set_clock=clock.set_to,
            say=self._say,
            schemes=frozenset(options["scheme"]),
            accrues=options["accrue"],
        )
        result = verification.verify()
        for finding in result.findings:
            self._say(f"BROKEN {finding.check}: {finding.place}: {finding.detail}")
        self._say(
            f"{options['to']}: {done.periods} periods closed, {done.settlements} settlements "
            f"posted, in {time.monotonic() - began:.1f} s. All {len(result.checked)} checks of "
            + ("the sandbox's books hold." if result.holds else "its books do not hold.")
        )
        if not result.holds:
            raise CommandError("The sandbox's books do not verify.", returncode=1)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
