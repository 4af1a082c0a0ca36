"""Door. Finance rejects an export."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ledger.exports.rejection import reject
from ledger.management.steps import StepCommand, person
from ledger.models.exports import ExportRejection


class Command(StepCommand):
    help = """Say that finance could not take an export into its own books, and why; for good.

  manage.py reject_export --sequence 3 --reason "684000 is blocked in 1000" --by finance
  manage.py export_journal --replaces 3 --out fy24-again.csv                     # Export 4: …

Exit codes: 0 rejected, 1 refused (the message says what to do), 2 wrong usage."""

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--sequence", type=int, required=True, metavar="N", help="the export's number"
        )
        parser.add_argument("--reason", required=True, metavar="TEXT", help="what has to be mended")
        parser.add_argument("--by", required=True, metavar="USER", help="someone in finance")

    def handle(self, *args: Any, **options: Any) -> None:
        longest = ExportRejection._meta.get_field("reason").max_length or 0
        if len(options["reason"]) > longest:
            raise CommandError(f"A reason has at most {longest} characters.", returncode=2)
        export = reject(
            sequence=options["sequence"],
            reason=options["reason"],
            by=person(options["by"]),
            at=timezone.now(),
        )
        self.stdout.write(f"Export {export.sequence} is rejected.")
