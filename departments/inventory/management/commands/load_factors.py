"""Door. Load published emission factors and global warming potentials."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from departments.inventory import factor_release
from departments.inventory.errors import InventoryError
from departments.inventory.factor_release import LoadReport

MOST_SHOWN = 20


class Command(BaseCommand):
    help = """Load published emission factors and global warming potentials.

Without a path: everything in fixtures/. A path is a folder with set.toml and factors.csv, or a
.csv file of global warming potentials. A release is loaded whole or not at all, and is never
edited: run it again at any time, what is there stays.

  manage.py load_factors
  manage.py load_factors fixtures/emission_factors/desnz_2025

Exit codes: 0 loaded or unchanged, 1 refused (every problem is listed), 2 wrong usage."""
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH")

    def handle(self, *args: Any, **options: Any) -> None:
        paths = options["paths"] or _everything()
        refusals = []
        for number, path in enumerate(paths, start=1):
            self.stdout.write(f"[{number}/{len(paths)}] {path.name} … ", ending="")
            self.stdout.flush()
            try:
                report = _load(path)
                self.stdout.write(_said(report))
                self._show_flags(report)
            except InventoryError as refusal:
                self.stdout.write("refused")
                refusals.append(str(refusal))
        if refusals:
            raise CommandError("\n".join(refusals), returncode=1)

    def _show_flags(self, report: LoadReport) -> None:
        for flag in report.flags[:MOST_SHOWN]:
            kept = " Kept as suspect: used only where a record confirms it." * flag.is_suspect
            self.stdout.write(f"  look at {flag}{kept}")
        if more := len(report.flags[MOST_SHOWN:]):
            self.stdout.write(f"  … and {more} more to look at")


def _everything() -> list[Path]:
    fixtures = Path(settings.BASE_DIR) / "fixtures"
    sets = sorted(path.parent for path in fixtures.glob("emission_factors/*/set.toml"))
    return [*sets, fixtures / "gwp" / "gwp.csv"]


def _load(path: Path) -> LoadReport:
    if path.suffix == ".csv":
        return factor_release.load_gwps(path)
    return factor_release.load_factor_set(path)


def _said(report: LoadReport) -> str:
    if report.is_unchanged:
        return f"unchanged ({report.rows:,} rows)"
    known = report.rows - report.loaded
    return f"{report.loaded:,} rows loaded" + (f", {known:,} unchanged" if known else "")
