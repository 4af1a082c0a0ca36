"""Door. Load what ERP formats take of each company from a CSV file."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ledger.exports.profile_file import COLUMNS, load_export_profile
from ledger.exports.registry import ERP_FORMATS
from ledger.exports.setup import constants_of, layout_now
from ledger.management.steps import StepCommand, person
from ledger.management.tables import read_table


class Command(StepCommand):
    help = f"""Say what each company is called in an ERP system: company code, ledger, subsidiary …

  manage.py load_export_profile fixtures/export_profiles/demo.csv --by finance
  manage.py load_export_profile --show sap

The file is CSV with the columns {", ".join(COLUMNS)}. It is taken whole or not at all; all problems
are shown at once. It counts from the next export on; an empty value takes a constant away. --show
lists what a format takes and what each company has.

Exit codes: 0 loaded, 1 refused (the message says what to do), 2 wrong usage."""

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", nargs="?")
        parser.add_argument("--by", metavar="USER", help="someone in finance")
        parser.add_argument("--show", choices=ERP_FORMATS, metavar="FORMAT")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["show"]:
            self._show(options["show"])
            return
        if options["file"] is None or options["by"] is None:
            raise CommandError("Name a FILE and --by USER, or --show FORMAT.", returncode=2)
        rows = read_table(options["file"], known=COLUMNS, needed=COLUMNS)
        done = load_export_profile(rows, by=person(options["by"]), at=timezone.now())
        self.stdout.write(f"{done.added} constants added, {done.unchanged} as they were.")

    def _show(self, format_name: str) -> None:
        layout = layout_now(format_name)
        self.stdout.write(f"{layout.title}, version {layout.version}\n")
        for name, known in layout.constants.items():
            must = "needed" if known.needed else f"else {known.default or 'none'}"
            self.stdout.write(f"  {name:22} {must:24} {known.meaning}\n")
        for entity, held in constants_of(format_name).items():
            named = ", ".join(f"{name} = {value}" for name, value in held.items())
            self.stdout.write(f"{entity}: {named or 'none'}\n")
