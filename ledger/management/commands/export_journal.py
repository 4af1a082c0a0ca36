"""Door. Export the journal to a file."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import CommandError

from ledger.exports.registry import FORMATS
from ledger.exports.run import export_journal
from ledger.management.steps import StepCommand, person
from ledger.models.exports import JournalExport


class Command(StepCommand):
    help = (
        "Export the journal, of one period or all, and write PATH and PATH.manifest.json with line "
        "count, totals per commodity and SHA-256. The file appears whole or not at all. "
        "`--out -` writes to standard output. A closed period gives the same bytes every time. "
        "Exit codes: 0 written, 1 refused (the message says why), 2 wrong usage. "
        "Example: manage.py export_journal --format beancount --out books.beancount"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", required=True, choices=sorted(FORMATS))
        parser.add_argument("--out", required=True, metavar="PATH")
        parser.add_argument("--period", metavar="CODE", help="entries of this period only")
        parser.add_argument("--scheme", metavar="CODE", help="entries of this scheme only")
        parser.add_argument("--by", metavar="USER", help="someone in finance; else the system")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["out"] == "-":
            self._export(sys.stdout.buffer, options)
            return
        path = Path(options["out"])
        try:
            made = self._to_file(path, options)
        except OSError as error:
            raise CommandError(
                f"{path} can't be written: {error.strerror}.", returncode=1
            ) from error
        self.stdout.write(
            f"{path}: {made.line_count:,} lines, sha256 {made.sha256}, export {made.sequence}"
        )

    def _to_file(self, path: Path, options: dict[str, Any]) -> JournalExport:
        """Write beside the file and rename, so that nobody meets half of it."""
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                made = self._export(file, options)
            manifest = {**made.manifest, "export": made.sequence}
            path.with_name(f"{path.name}.manifest.json").write_text(
                json.dumps(manifest, indent=2) + "\n"
            )
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return made

    def _export(self, file: BinaryIO, options: dict[str, Any]) -> JournalExport:
        return export_journal(
            format_name=options["format"],
            period_code=options["period"],
            scheme_code=options["scheme"],
            to=file,
            by=person(options["by"]) if options["by"] else None,
        )
