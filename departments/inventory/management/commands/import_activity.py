"""Door. Import a CSV file or a workbook of activity data."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from departments.inventory import activity_import
from departments.inventory.activity_import import ImportReport
from departments.inventory.column_mapping.inspection import has_our_columns, inspect
from departments.inventory.column_mapping.plan import (
    DAY_ORDERS,
    DECIMAL_SIGNS,
    ENCODINGS,
    ColumnPlan,
)
from departments.inventory.column_mapping.saved import find_mapping, save_mapping
from departments.inventory.errors import InventoryError, RowProblem
from departments.inventory.errors.imports import ImportRefused, MappingNotFound
from departments.inventory.errors_file import errors_csv
from departments.inventory.foreign_files.conversion import (
    FORMATS,
    Conversion,
    convert,
    read_owners,
)
from departments.inventory.preparation import prepare
from departments.inventory.prepared_file import Reading
from departments.inventory.workbooks.refusal import TableRefused
from departments.organisation.access import departments_visible_to, may_contribute
from departments.organisation.errors import OrganisationError
from departments.organisation.models import Department, User

MOST_SHOWN = 100


class Command(BaseCommand):
    help = """Import a file of activity data as drafts: all rows, or none and every problem.

The first line names the columns. Needed: department, activity, started_on, ended_on, quantity,
unit. Optional: external_id, place, note, estimated, and inputs of the calculation such as
accelerator_hours, average_power_w, pue, grid_kgco2e_per_kwh, covered_kwh, location_kgco2e,
durability_class, removal_state, citation. Numbers have a point and no separators; days are
written 2024-01-31.

  department,activity,started_on,ended_on,external_id,quantity,unit,place
  SITES,electricity/grid,2024-01-01,2024-01-31,london-01,412500,kWh,GB

Up to 5,000,000 rows and 1 GiB. A file of more than 4 MiB is streamed: --json then lists the rows
with problems, at most 1,000 of them, and counts the others.

A workbook (.xlsx) is known by its content. Read is the sheet that --sheet names, or the first one
that is shown and holds anything; its first row that is not empty names the columns. Lines are the
sheet's rows. Numbers are read as a cell shows them in full (15 digits, at most 10 decimals),
formulas by the results that were saved. A cell with an error, a time or a number of more than 15
digits is refused by its name, e.g. C17.

A file in its writer's own form is read with --map THEIRS=ours for each column that has another
name, --set ours=value for what the file lacks, and --unit THEIRS=ours for words that are no units
here; --detect takes the columns from their names in English, German, Korean and other languages.
The order of days (31.01.2024, 01/31/2024, 2024-01), the decimal sign, the delimiter and the
encoding are told from the whole file and reported. What can be read in two ways is refused until
--date-format dmy or mdy, --decimal point or comma, or --encoding tells. --save-mapping keeps all of
it under a name, and --mapping reads the next file so.

  manage.py import_activity zaehler.csv --by contributor --map Standort=place \
      --map Verbrauch=quantity --set activity=electricity/grid --detect --save-mapping meters
  manage.py import_activity zaehler-02.csv --by contributor --mapping meters

Files of other programs (--format) are turned into such rows first: emissions.csv of codecarbon,
sacct --parsable2 of slurm, and the JSON answer of opencost's /allocation. Whose a job is, by its
account, project or namespace, says --owners: a CSV file with owner, department and share. --set
writes a column into every row, such as place, pue or hardware.

  manage.py import_activity jobs.txt --format slurm --by contributor --owners owners.csv \\
      --set place=FR --set pue=1.2 --set hardware="A100-80GB" --dry-run
  manage.py import_activity january.csv --by contributor --dry-run
  manage.py import_activity january.csv --by contributor
  manage.py import_activity january.csv --by contributor --valid-rows-only --errors errors.csv

Rows that look wrong are taken in and flagged: see their warnings.

Exit codes: 0 imported (or, on a dry run, could be; or the valid rows were), 1 refused, nothing was
stored, 2 wrong usage."""
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--by", required=True, metavar="USER", help="user name of who brings the file"
        )
        parser.add_argument("--dry-run", action="store_true", help="check it, store nothing")
        parser.add_argument(
            "--valid-rows-only", action="store_true", help="take in what is right, report the rest"
        )
        parser.add_argument(
            "--errors", type=Path, metavar="FILE", help="write every problem beside its row, as CSV"
        )
        parser.add_argument(
            "--json", action="store_true", help="answer every row as JSON, decimals as strings"
        )

        parser.add_argument("--sheet", default="", metavar="NAME", help="which sheet of a workbook")
        _add_plan_arguments(parser)
        parser.add_argument(
            "--format", choices=("csv", *FORMATS), default="csv", help="who wrote the file"
        )
        parser.add_argument(
            "--owners", type=Path, metavar="FILE", help="CSV: owner, department, share"
        )
        parser.add_argument(
            "--set", action="append", default=[], metavar="COLUMN=VALUE", help="for every row"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        by = _person(options["by"])
        if options["format"] == "csv" and options["owners"]:
            raise CommandError("--owners needs a --format.", returncode=2)
        options["reading"] = Reading(sheet=options["sheet"], plan=_plan(options))
        with _opened(options["file"]) as file:
            self._import(file, by, options)

    def _import(self, file: BinaryIO, by: User, options: dict[str, Any]) -> None:
        offered: dict[str, Any] = {
            "file_name": options["file"].name,
            "content": file,
            "by": by,
            "at": timezone.now(),
            "departments": _departments(by),
            "valid_rows_only": options["valid_rows_only"],
            "reading": options["reading"],
        }
        if options["format"] != "csv":
            offered["converted"] = _converted(file, options)
        self._save_mapping(file, by, options)
        try:
            report = activity_import.import_file(**offered, dry_run=options["dry_run"])
        except ImportRefused as refusal:
            self._offer_mapping(file, options)
            if options["errors"]:
                _write_errors(options, file, refusal.problems)
            if not options["json"]:
                raise CommandError(str(refusal), returncode=1) from refusal
            report = activity_import.import_file(**offered, dry_run=True)
        if options["errors"]:
            _write_errors(options, file, report.problems)
        self._answer(report, options)
        if report.problems and report.batch_id is None:
            raise CommandError(f"Nothing was imported: {report.rejected} refused.", returncode=1)

    def _save_mapping(self, file: BinaryIO, by: User, options: dict[str, Any]) -> None:
        if not options["save_mapping"]:
            return
        prepared = prepare(file, options["reading"])
        if prepared.plan is None:
            return  # no table; the import says why
        try:
            saved = save_mapping(
                name=options["save_mapping"],
                plan=prepared.plan,
                header=prepared.header,
                by=by,
                at=timezone.now(),
            )
        except (InventoryError, OrganisationError) as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal
        self.stderr.write(f"Mapping {saved.name}, version {saved.version}.")

    def _offer_mapping(self, file: BinaryIO, options: dict[str, Any]) -> None:
        """A file that is not in the standard form may be in one that is known."""
        if options["reading"].plan is not None or options["format"] != "csv":
            return
        if has_our_columns(file):
            return
        try:
            found = inspect(file, ColumnPlan(), sheet=options["sheet"]).fitting
        except TableRefused:
            return
        for each in found:
            self.stderr.write(f"These columns are known: add --mapping {each.name!r}.")
        if not found:
            self.stderr.write("Other columns are read with --detect or --map, see --help.")

    def _answer(self, report: ImportReport, options: dict[str, Any]) -> None:
        if options["json"]:
            content = activity_import.report_content(report)
            self.stdout.write(json.dumps(content, ensure_ascii=False, indent=2))
            return
        for left_out in report.left_out or ():
            self.stdout.write(f"Left out, {left_out}")
        for text in report.understood or ():
            self.stdout.write(f"Read so: {text}")
        for problem in report.problems[:MOST_SHOWN]:
            self.stdout.write(str(problem))
        more = len(report.problems[MOST_SHOWN:]) + report.unlisted.problems
        if more:
            self.stdout.write(f"… and {more} more problems")
        for row in report.flagged[:MOST_SHOWN]:
            for doubt in row.warnings:
                self.stdout.write(f"Warning, line {row.line}, {doubt}")
        if report.problems and report.batch_id is not None:
            self.stdout.write(f"{report.rejected:,} rows were left out.")
        if not report.problems or report.batch_id is not None:
            done = "could be imported" if options["dry_run"] else "imported as drafts"
            total = f"{report.market_kgco2e:,.6f} kgCO2e, market-based"
            self.stdout.write(f"{report.accepted:,} rows {done}: {total}.")
        if report.warnings:
            self.stdout.write(f"{report.warnings:,} warnings: these rows look wrong, see above.")
        if report.batch_id is not None:
            told = "see step_import; undo_import takes it back"
            self.stdout.write(f"This is import {report.batch_id}: {told}.")


def _add_plan_arguments(parser: ArgumentParser) -> None:
    several: dict[str, Any] = {"action": "append", "default": []}
    parser.add_argument("--mapping", metavar="NAME", help="read the file by a saved mapping")
    parser.add_argument("--map", metavar="THEIRS=OURS", help="a column of the file", **several)
    parser.add_argument("--unit", metavar="THEIRS=OURS", help="a word for a unit", **several)
    parser.add_argument("--detect", action="store_true", help="take columns from their names")
    parser.add_argument("--date-format", default="", choices=("", *DAY_ORDERS))
    parser.add_argument("--decimal", default="", choices=("", *DECIMAL_SIGNS))
    parser.add_argument("--encoding", default="", choices=("", *ENCODINGS))
    parser.add_argument("--skip-rows", type=int, default=0, metavar="N", help="above the header")
    parser.add_argument("--save-mapping", metavar="NAME", help="keep how this file is read")


def _plan(options: dict[str, Any]) -> ColumnPlan | None:
    """How to read a file in its writer's own form; None for the standard form."""
    told = {
        "columns": {ours: theirs for theirs, ours in map(_pair, options["map"])},
        "units": dict(map(_pair, options["unit"])),
        "day_order": options["date_format"],
        "decimal_sign": options["decimal"],
        "encoding": options["encoding"],
        "skip_rows": options["skip_rows"],
        "is_guessed": options["detect"],
    }
    if options["format"] != "csv":
        if any(told.values()) or options["mapping"]:
            raise CommandError("A --format knows its columns: leave the mapping out.", returncode=2)
        return None
    told["fixed"] = dict(map(_pair, options["set"]))
    if not (any(told.values()) or options["mapping"] or options["save_mapping"]):
        return None
    try:
        plan = find_mapping(options["mapping"]).plan if options["mapping"] else ColumnPlan()
    except MappingNotFound as refusal:
        raise CommandError(str(refusal), returncode=2) from refusal
    return plan.changed(**told)


def _pair(text: str) -> tuple[str, str]:
    left, sign, right = text.rpartition("=")
    if not sign or not left.strip() or not right.strip():
        raise CommandError(f"{text!r} is not of the form A=B.", returncode=2)
    return left.strip(), right.strip()


def _write_errors(options: dict[str, Any], file: BinaryIO, problems: Sequence[RowProblem]) -> None:
    path: Path = options["errors"]
    try:
        errors = errors_csv(file, problems, options["reading"])
        path.write_text(errors, encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}.", returncode=2) from error


def _converted(file: BinaryIO, options: dict[str, Any]) -> Conversion:
    owners: dict[str, dict[str, Decimal]] = {}
    problems: list[RowProblem] = []
    if options["owners"]:
        with _opened(options["owners"]) as named:
            owners, problems = read_owners(named.read().decode("utf-8-sig"))
    fixed = dict(text.partition("=")[::2] for text in options["set"])
    if problems:
        raise CommandError("\n".join(map(str, problems)), returncode=2)
    return convert(file.read(), file_format=options["format"], owners=owners, fixed=fixed)


def _person(username: str) -> User:
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise CommandError(f"There is no active user {username!r}.", returncode=2)
    return found


def _departments(by: User) -> list[Department]:
    return [d for d in departments_visible_to(by) if may_contribute(by, d.pk)]


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}.", returncode=2) from error
