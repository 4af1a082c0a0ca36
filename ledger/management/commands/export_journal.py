"""Door. Export the journal into a file that finance's programs read."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import CommandError

from ledger.exports.registered import manifest_of
from ledger.exports.registry import FORMATS
from ledger.exports.run import export_journal, replace_export, validate_export
from ledger.management.steps import StepCommand, person
from ledger.models.exports import JournalExport

STDOUT = "-"


class Command(StepCommand):
    help = (
        """Export the journal into a file, with a manifest that proves it.

  manage.py export_journal --format generic-csv --out journal.csv
  manage.py export_journal --format beancount --period FY22 --out fy22.beancount
  manage.py export_journal --format hledger --out - | hledger -f - balance
  manage.py export_journal --format sap --period FY22 --validate
  manage.py export_journal --replaces 3 --out fy22-again.csv

Formats:
"""
        + "".join(f"  {known.name:12} {known.description}\n" for known in FORMATS.values())
        + """
Every line of the books is in it, money and kgCO2e, unless --commodity names one; an ERP system gets
the money alone. --validate writes no file and draws no number: it says everything that keeps the
file from leaving. --replaces exports the part that a rejected export held, as it is now, under a
number of its own. Beside PATH comes
PATH.manifest.json: counts, debits and credits of each commodity, SHA-256, and the export's number,
1, 2, 3 … without a gap. The same closed period gives the same bytes each time. The file appears
whole or not at all.

Exit codes: 0 exported, 1 refused (the message says what to do), 2 wrong usage."""
    )

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--format", choices=sorted(FORMATS), help="see above")
        what.add_argument(
            "--replaces", type=int, metavar="N", help="in the format and part of this export"
        )
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--out", metavar="PATH", help="the file; - is standard output")
        where.add_argument(
            "--validate", action="store_true", help="only say what keeps the file from leaving"
        )
        parser.add_argument("--period", metavar="CODE", help="one period, e.g. FY22; else all")
        parser.add_argument("--scheme", metavar="CODE", help="one scheme's settlements; else all")
        parser.add_argument("--commodity", metavar="CODE", help="e.g. USD or KGCO2E; else all")
        parser.add_argument(
            "--by", metavar="USER", help="user name of who exports; else the system itself"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        part = {name: options[name] for name in ("period", "scheme", "commodity")}
        if options["replaces"] is not None and (options["validate"] or any(part.values())):
            raise CommandError("--replaces takes the part that it replaces.", returncode=2)
        asked: dict[str, Any] = {
            "by": person(options["by"]) if options["by"] else None,
            "progress": lambda done, of: self.stderr.write(f"{done:,} of {of:,} lines …"),
        }
        make: Callable[..., JournalExport] = export_journal
        if options["replaces"] is not None:
            make = replace_export
            asked["sequence"] = options["replaces"]
        else:
            asked |= {"format_name": options["format"], **part}
        if options["validate"]:
            self._validate(asked)
            return
        if options["out"] == STDOUT:
            export = make(into=sys.stdout.buffer, **asked)
            sys.stdout.buffer.flush()
            self.stderr.write(summary(export))
            return
        path = Path(os.path.realpath(options["out"]))
        manifest = path.with_name(f"{path.name}.manifest.json")
        with whole_or_not(path) as file, whole_or_not(manifest) as proof:
            export = make(into=file, **asked)
            proof.write(f"{json.dumps(manifest_of(export), indent=2)}\n".encode())
        self.stdout.write(f"{summary(export)} {options['out']}")

    def _validate(self, asked: dict[str, Any]) -> None:
        found = validate_export(**asked)
        for problem in found.problems:
            self.stdout.write(f"  {problem}")
        if found.problems:
            raise CommandError(
                f"{len(found.problems)} problems keep the file from leaving.", returncode=1
            )
        documents = "" if found.document_count is None else f", {found.document_count:,} documents"
        self.stdout.write(f"Nothing is wrong: {found.line_count:,} lines{documents}.")


def summary(export: JournalExport) -> str:
    """An export in one line."""
    totals = ", ".join(
        f"{name} {sides['debit']}" for name, sides in export.manifest["totals"].items()
    )
    return (
        f"Export {export.sequence}: {export.line_count:,} lines, debits = credits "
        f"({totals or 'none'}), sha256 {export.sha256}"
    )


@contextmanager
def whole_or_not(path: Path) -> Iterator[BinaryIO]:
    """A file that appears at its path when it is written to the end, and otherwise not at all."""
    if path.exists() and not path.is_file():
        raise CommandError(f"{path} is not a file that could be replaced.", returncode=2)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        file = part.open("xb")
    except OSError as error:
        raise CommandError(f"Can't write {path}: {error.strerror}.", returncode=2) from error
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
