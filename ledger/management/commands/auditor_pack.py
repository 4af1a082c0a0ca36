"""Door. Write the auditor pack."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from ledger import seal
from ledger.audit.pack import write_pack
from ledger.management.commands.export_journal import whole_or_not
from ledger.management.steps import StepCommand, person


class Command(StepCommand):
    help = (
        "Write lines, entries, accounts, seals, heads and trial balances as one zip file, with a "
        "checker that needs Python's standard library alone: python3 check.py FILE.zip. "
        "The file appears whole or not at all. "
        "Exit codes: 0 written, 1 refused, 2 wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", required=True, metavar="FILE.zip")
        parser.add_argument("--period", metavar="CODE", help="entries of one period; else all")
        parser.add_argument(
            "--by", metavar="USER", help="user name of who takes it; else the system itself"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        by = person(options["by"]) if options["by"] else None
        with whole_or_not(Path(options["out"]).resolve()) as file:
            write_pack(into=file, by=by, period=options["period"])
        self.stdout.write(f"{options['out']}; head of the seals: {seal.chain_head() or 'none yet'}")
