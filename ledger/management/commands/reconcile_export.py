"""Door. What the ERP booked of an export, beside what was sent."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ledger.exports.reconciliation import reconcile
from ledger.management.steps import StepCommand, person

SHOWN = 50


class Command(StepCommand):
    help = """Compare what the ERP booked of an export with what was sent, and keep what was found.

  manage.py reconcile_export 3 booked.csv --by finance

The file is CSV: legal_entity (its code here, or what the system calls it), currency, account;
amount (debit above zero) or debit and credit; and, if the system tells them, cost_centre and
document, our number in the document's header. Rows of the same key are added up. The same file
again is answered with what was found.

Exit codes: 0 the same, 1 differences (listed) or refused (the message says what to do), 2 wrong
usage."""

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sequence", type=int, metavar="EXPORT", help="the export's number")
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--by", required=True, metavar="USER", help="someone in finance")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} can't be read: {error.strerror}.", returncode=2) from error
        found = reconcile(
            sequence=options["sequence"],
            file_name=file.name,
            content=content,
            by=person(options["by"]),
            at=timezone.now(),
        )
        for row in found.differences[:SHOWN]:
            key = ("legal_entity", "currency", "account", "cost_centre", "document")
            named = " ".join(row[name] for name in key if row[name])
            self.stdout.write(
                f"{row['state']}: {named}: sent {row['sent'] or 'nothing'}, booked "
                f"{row['booked'] or 'nothing'}, difference {row['difference']}"
            )
        said = (
            f"{found.matched} matched, {found.missing} missing, {found.extra} extra, "
            f"{found.differing} differing; sha256 {found.sha256}"
        )
        if found.difference_count:
            raise CommandError(f"Export {options['sequence']}: {said}", returncode=1)
        self.stdout.write(f"Export {options['sequence']}: {said}")
