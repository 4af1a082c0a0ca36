"""Door. Load the mapping of accounts to the general ledger from a CSV file."""

from __future__ import annotations

import csv
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ledger.gl_mapping import COLUMNS, load_gl_mapping
from ledger.management.steps import StepCommand, person


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
        done = load_gl_mapping(read(options["file"]), by=person(options["by"]), at=timezone.now())
        self.stdout.write(
            f"{done.added} mappings added, {done.ended} ended, {done.unchanged} as they were."
        )


def read(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, or exit code 2 with what is wrong with the file itself."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            table = csv.DictReader(text)
            rows = list(table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{file} can't be read: {error}.", returncode=2) from error
    names = set(table.fieldnames or ())
    unknown = sorted(names - set(COLUMNS))
    missing = sorted({"legal_entity", "account_kind", "gl_account"} - names)
    if unknown or missing:
        raise CommandError(
            f"{file}: unknown columns: {', '.join(unknown) or 'none'}; missing columns: "
            f"{', '.join(missing) or 'none'}. Known: {', '.join(COLUMNS)}.",
            returncode=2,
        )
    return rows
