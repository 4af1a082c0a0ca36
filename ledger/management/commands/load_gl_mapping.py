"""Door. Load the mapping of accounts to the general ledger from a CSV file."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.utils import timezone

from ledger.gl_mapping import COLUMNS, load_gl_mapping
from ledger.management.steps import StepCommand, person
from ledger.management.tables import read_table

NEEDED = ("legal_entity", "account_kind", "gl_account")


class Command(StepCommand):
    help = """Say which GL account each kind of account is, for each legal entity.

  manage.py load_gl_mapping fixtures/chart_of_accounts/demo.csv --by finance
  manage.py gl_coverage

The file is CSV with a header. Columns: legal_entity, account_kind, gl_account; and, where they are
needed, scheme, category, gl_name, tax_code, segment, from (YYYY-MM-DD; empty: since ever).
The narrower row wins: scheme, then category, then the kind alone. What a row replaces ends on its
day and stays readable. The file is taken whole or not at all; all problems are shown at once.

Exit codes: 0 loaded, 1 refused (the message says what to do), 2 wrong usage."""

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--by", required=True, metavar="USER", help="someone in finance")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = read_table(options["file"], known=COLUMNS, needed=NEEDED)
        done = load_gl_mapping(rows, by=person(options["by"]), at=timezone.now())
        self.stdout.write(
            f"{done.added} mappings added, {done.ended} ended, {done.unchanged} as they were."
        )
