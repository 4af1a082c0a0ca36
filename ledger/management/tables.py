"""Reads. The rows of a CSV file that a command was given."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from django.core.management.base import CommandError


def read_table(file: Path, *, known: Iterable[str], needed: Iterable[str]) -> list[dict[str, str]]:
    """The rows, or exit code 2 with what is wrong with the file itself."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            table = csv.DictReader(text)
            rows = list(table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{file} can't be read: {error}.", returncode=2) from error
    names = set(table.fieldnames or ())
    unknown = sorted(names - set(known))
    missing = sorted(set(needed) - names)
    if unknown or missing:
        raise CommandError(
            f"{file}: unknown columns: {', '.join(unknown) or 'none'}; missing columns: "
            f"{', '.join(missing) or 'none'}. Known: {', '.join(known)}.",
            returncode=2,
        )
    return rows
