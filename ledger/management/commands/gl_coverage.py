"""Door. Which posted money has no account in the general ledger."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from ledger.gl_coverage import gaps
from ledger.management.steps import StepCommand


class Command(StepCommand):
    help = (
        "Name the kinds of account that were posted to and have no account in the general ledger "
        "of their legal entity. Exit codes: 0 all covered, 1 gaps."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the gaps as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = gaps()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(gap) for gap in found], default=str, indent=2))
        for gap in () if options["json"] else found:
            scheme = f" of {gap.scheme}" if gap.scheme else ""
            self.stdout.write(
                f"{gap.legal_entity}: {gap.account_kind}{scheme}, {gap.account_count} accounts, "
                f"{gap.line_count} lines from {gap.first_on} to {gap.last_on}"
            )
        if found:
            raise CommandError(
                f"{len(found)} kinds of account have no GL account. Add them with "
                "manage.py load_gl_mapping FILE.",
                returncode=1,
            )
        if not options["json"]:
            self.stdout.write("All posted money has a GL account.")
