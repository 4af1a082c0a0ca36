"""Door. Tables of sustainability standards, computed from what is settled."""

from __future__ import annotations

import io
import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from ledger.disclosure.content import disclosure_content
from ledger.disclosure.datapoint_map import datapoint_maps
from ledger.disclosure.printing import printed
from ledger.disclosure.reading import disclosure
from ledger.disclosure.workbook import write_workbook
from ledger.management.steps import StepCommand


class Command(StepCommand):
    help = """Tables of sustainability standards for a year, computed from posted statement lines.

  manage.py disclosure --list
  manage.py disclosure --framework esrs --year FY23
  manage.py disclosure --framework esrs --year FY23 --explain
  manage.py disclosure --framework cdp --year FY2023 --format json
  manage.py disclosure --framework ifrs-s2 --year 2024 --format xlsx --out ifrs-s2-2024.xlsx

A year is a period's code, or what the codes of its periods begin with: FY23 (or FY2023) for FY23 or
FY23-Q1 to FY23-Q4, 2024 for 2024Q1 to 2024Q4. Figures come from posted lines alone, each with its
arithmetic and the lines behind it: --explain prints them, JSON and XLSX always have them. Words are
the approved texts of a scheme that are in force on the last day of the year: see scheme_texts. What
is approved and not settled, or settled and not charged, is shown as such.

Datapoints are data: a file for each version of a framework. Without --version it is the newest one
that the year is under.

Exit codes: 0 shown, 1 refused (the message says what to do), 2 wrong usage."""

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", action="store_true", help="the frameworks that there are")
        parser.add_argument("--framework", metavar="NAME", help="esrs, ifrs-s2 or cdp")
        parser.add_argument("--framework-version", metavar="VERSION", help="e.g. 2023")
        parser.add_argument("--year", metavar="YEAR", help="e.g. FY23")
        parser.add_argument("--scheme", metavar="CODE", help="leave other schemes out")
        parser.add_argument("--format", choices=("text", "json", "xlsx"), default="text")
        parser.add_argument("--out", type=Path, metavar="FILE", help="write it there")
        parser.add_argument("--explain", action="store_true", help="print the arithmetic, as text")
        parser.add_argument("--views", type=Path, metavar="FILE", help="other inventory views")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for each in datapoint_maps():
                self.stdout.write(f"{each.framework:10}{each.version:8}{each.title}: {each.status}")
            return
        if not options["framework"] or not options["year"]:
            raise CommandError("Say --framework and --year, or --list.", returncode=2)
        found = disclosure(
            framework=options["framework"],
            version=options["framework_version"],
            year=options["year"],
            scheme_code=options["scheme"],
            views_file=options["views"],
        )
        if options["format"] == "xlsx":
            self._send(_workbook(found), options["out"])
        elif options["format"] == "json":
            text = json.dumps(disclosure_content(found), ensure_ascii=False, indent=2)
            self._send(f"{text}\n".encode(), options["out"])
        else:
            text = "\n".join(printed(found, explain=options["explain"]))
            self._send(f"{text}\n".encode(), options["out"])

    def _send(self, content: bytes, out: Path | None) -> None:
        if out is not None:
            out.write_bytes(content)
            self.stdout.write(f"{out}: {len(content):,} bytes")
        elif content[:2] == b"PK":
            if sys.stdout.isatty():
                raise CommandError("A workbook is no text: say --out FILE.", returncode=2)
            sys.stdout.buffer.write(content)
        else:
            self.stdout.write(content.decode(), ending="")


def _workbook(found: Any) -> bytes:
    into = io.BytesIO()
    write_workbook(found, into)
    return into.getvalue()
