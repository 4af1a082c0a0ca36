"""Door. Finance acknowledges an export."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from typing import Any

from django.utils import timezone

from ledger.exports.acknowledgement import acknowledge
from ledger.management.steps import StepCommand, person
from ledger.models.exports import ExportAcknowledgement


class Command(StepCommand):
    help = """Say that finance has taken an export into its own books, once and for good.

  manage.py export_journal --format generic-csv --period FY24 --out fy24.csv    # Export 3: …
  manage.py acknowledge_export --sequence 3 --reference "JE 4711" --by finance

A period that was exported closes only once an export of all its lines is acknowledged.

Exit codes: 0 acknowledged, 1 refused (the message says what to do), 2 wrong usage."""

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--sequence", type=int, required=True, metavar="N", help="the export's number"
        )
        parser.add_argument(
            "--reference",
            type=reference,
            default="",
            metavar="TEXT",
            help="what finance calls it, e.g. a document number; may be left out",
        )
        parser.add_argument("--by", required=True, metavar="USER", help="someone in finance")

    def handle(self, *args: Any, **options: Any) -> None:
        export = acknowledge(
            sequence=options["sequence"],
            reference=options["reference"],
            by=person(options["by"]),
            at=timezone.now(),
        )
        self.stdout.write(f"Export {export.sequence} is acknowledged.")


def reference(text: str) -> str:
    """A reference that fits, for argparse."""
    longest = ExportAcknowledgement._meta.get_field("reference").max_length
    if longest is not None and len(text) > longest:
        raise ArgumentTypeError(f"a reference has at most {longest} characters")
    return text
