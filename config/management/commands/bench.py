"""Door. Measure the product beside its floor."""

from __future__ import annotations

import json
import platform
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from config.bench import addresses, clock, rows, scratch
from config.bench.measure import Missing, cells_of, page_times, table, where_time_goes
from config.bench.sizes import SIZES

ONE_ROW = "--row"


class Command(BaseCommand):
    help = (
        "Measure the product beside a floor written in plain SQL or beside django-hordak, in the "
        "same run, in databases of its own; print ratios and write JSON. Sizes: small (20,000 "
        "records, about a minute), medium (200,000), full (1,000,000 records, 10,000,000 lines). "
        f"Rows: {', '.join(row.name for row in rows.ROWS)}. See docs/performance.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        names = [row.name for row in rows.ROWS]
        parser.add_argument("--size", choices=SIZES, default="small")
        parser.add_argument(
            "--only", nargs="+", choices=names, metavar="ROW", help="measure these rows alone"
        )
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
        own = "used by the command itself"
        parser.add_argument(ONE_ROW, choices=names, help=own)
        parser.add_argument("--settle-few", type=int, metavar="RECORDS", help=own)
        parser.add_argument("--list-pages", type=Path, metavar="FILE", help=own)
        parser.add_argument("--with", type=int, metavar="RECORDS", help=own)

    def handle(self, *args: Any, **options: Any) -> None:
        size = options["size"]
        if options["settle_few"]:
            addresses.found_few(records=options["settle_few"])
            return
        if options["list_pages"]:
            addresses.write_addresses(options["list_pages"], records=options["with"])
            return
        if options["row"]:
            self._measure_here(options["row"], size, options["json"])
            return
        facts = {
            "size": size,
            "machine": {"processors": clock.cores(), "python": platform.python_version()},
            "server": scratch.server_settings(),
        }
        self._print_conditions(facts)
        found = self._measure_all(rows.chosen(options["only"] or []), size)
        lines = ["", *table(found), "", *where_time_goes(found), *page_times(found)]
        self.stdout.write("\n".join(lines))
        if options["json"]:
            options["json"].write_text(json.dumps({**facts, "rows": found}, indent=2) + "\n")

    def _measure_all(self, wanted: list[rows.Row], size: str) -> list[dict[str, Any]]:
        """The rows in their order; those that share the books run one after the other."""
        found: dict[str, list[dict[str, Any]]] = {}
        for alone in (False, True):
            here = [row for row in wanted if row.alone is alone]
            if any(row.measure for row in here):
                found |= self._measure_in_one_database(here, size, alone=alone)
        for row in wanted:
            found.setdefault(row.name, [Missing(row.work, row.waits_for).facts()])
        return [facts for row in wanted for facts in found[row.name]]

    def _measure_in_one_database(
        self, wanted: list[rows.Row], size: str, *, alone: bool
    ) -> dict[str, list[dict[str, Any]]]:
        """Each row in a process of its own: its memory is its own, too."""
        found: dict[str, list[dict[str, Any]]] = {}
        with scratch.scratch_database() as environment, tempfile.TemporaryDirectory() as folder:
            records = 0 if alone else SIZES[size].records
            self.stderr.write(f"Making a company with {records:,} records …")
            scratch.fill(records=records, departments=SIZES[size].departments)
            for row in wanted:
                if row.measure is None:
                    continue
                self.stderr.write(f"{row.work} …")
                file = Path(folder) / f"{row.name}.json"
                arguments = (ONE_ROW, row.name, "--size", size, "--json", str(file))
                scratch.manage(environment, "bench", *arguments)
                found[row.name] = json.loads(file.read_text())
                for facts in found[row.name]:  # a long run that is stopped has said this much
                    self.stderr.write("  " + " | ".join(cells_of(facts)))
        return found

    def _measure_here(self, name: str, size: str, file: Path) -> None:
        (row,) = [row for row in rows.ROWS if row.name == name]
        assert row.measure is not None  # rows without are never sent here
        measures = list(row.measure(SIZES[size]))
        peak = clock.own_peak_mib()
        file.write_text(json.dumps([measure.with_peak(peak).facts() for measure in measures]))

    def _print_conditions(self, facts: dict[str, Any]) -> None:
        server = ", ".join(f"{name} {value}" for name, value in facts["server"].items())
        self.stdout.write(
            f"Size {facts['size']}; {facts['machine']['processors']} processors, "
            f"Python {facts['machine']['python']}; PostgreSQL with {server}."
        )
