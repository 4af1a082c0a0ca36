"""Door. Measure the product beside its floor."""

from __future__ import annotations

import json
import platform
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from config.bench import clock, rows, scratch
from config.bench.measure import Missing, table, where_time_goes
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
        parser.add_argument(ONE_ROW, choices=names, help="used by the command itself")

    def handle(self, *args: Any, **options: Any) -> None:
        size = options["size"]
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
        self.stdout.write("\n".join(["", *table(found), "", *where_time_goes(found)]))
        if options["json"]:
            options["json"].write_text(json.dumps({**facts, "rows": found}, indent=2) + "\n")

    def _measure_all(self, wanted: list[rows.Row], size: str) -> list[dict[str, Any]]:
        """The rows in one database, each in a process of its own: its memory is its own, too."""
        found: list[dict[str, Any]] = []
        with scratch.scratch_database() as environment, tempfile.TemporaryDirectory() as folder:
            self.stderr.write(f"Filling the company of size {size} …")
            records, departments = SIZES[size].records, SIZES[size].departments
            scratch.fill(records=records, departments=departments)
            for row in wanted:
                if row.measure is None:
                    found.append(Missing(row.work, row.waits_for).facts())
                    continue
                self.stderr.write(f"{row.work} …")
                file = Path(folder) / f"{row.name}.json"
                arguments = (ONE_ROW, row.name, "--size", size, "--json", str(file))
                scratch.manage(environment, "bench", *arguments)
                found += json.loads(file.read_text())
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
