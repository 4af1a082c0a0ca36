"""Writes. A folder whose files are taken in, each once, and moved to done or refused."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection

from departments.inventory.activity_import import import_file
from departments.inventory.errors.imports import ImportRefused
from departments.inventory.errors_file import errors_csv
from departments.inventory.evidence import digest_of
from departments.inventory.models.activity import ImportBatch
from departments.organisation.access import departments_visible_to
from departments.organisation.models import User

# A file that was written to a moment ago may still be on its way.
SECONDS_AT_REST = 30
TAKEN = (".csv", ".xlsx")
LONGEST_NAME = 200  # bytes, of the 255 that a file system keeps


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a file: done or refused, and where it lies now."""

    name: str
    is_done: bool
    moved_to: Path


def take_in_folder(folder: Path, *, by: User, at: datetime) -> list[TakenIn]:
    """Import every CSV file and workbook of a folder that is at rest, in the order of their names.

    A file goes to `done`, also one that was taken in before; or, with errors.csv beside it, to
    `refused`. Whoever comes while another is at it does nothing.
    """
    if not _said("pg_try_advisory_lock"):
        return []
    try:
        paths = sorted(
            path for path in folder.glob("*") if _is_taken(path) and _is_at_rest(path, at)
        )
        return [_take_in(path, by=by, at=at) for path in paths]
    finally:
        _said("pg_advisory_unlock")


def _said(function: str) -> bool:
    """What PostgreSQL says to the lock; it is the connection's, so that each file is committed
    before it is moved."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtext('inventory_watched_folder'))")
        return bool(cursor.fetchone()[0])


def _is_taken(path: Path) -> bool:
    """A file of ours by its name; not what a spreadsheet program puts beside an open one."""
    return path.suffix.casefold() in TAKEN and not path.name.startswith("~$")


def _is_at_rest(path: Path, at: datetime) -> bool:
    is_plain = path.is_file() and not path.is_symlink() and not path.name.startswith(".")
    return is_plain and path.stat().st_mtime + SECONDS_AT_REST <= at.timestamp()


def _take_in(path: Path, *, by: User, at: datetime) -> TakenIn:
    with path.open("rb") as file:
        digest = digest_of(file)
        if ImportBatch.objects.filter(sha256=digest, undone_at__isnull=True).exists():
            return TakenIn(_readable(path), True, _moved(path, "done", digest))
        try:
            import_file(
                file_name=_readable(path),
                content=file,
                by=by,
                at=at,
                departments=departments_visible_to(by),
            )
        except ImportRefused as refusal:
            moved = _moved(path, "refused", digest)
            errors = errors_csv(file, refusal.problems)
            beside = moved.with_name(f"{moved.name}.errors.csv")
            beside.write_text(errors, encoding="utf-8", newline="")
            return TakenIn(_readable(path), False, moved)
    return TakenIn(_readable(path), True, _moved(path, "done", digest))


def _moved(path: Path, to: str, digest: str) -> Path:
    """The file in the folder beside it, under a name that no other content has."""
    folder = path.parent / to
    folder.mkdir(exist_ok=True)
    return path.rename(folder / f"{digest[:12]}-{_readable(path)}")


def _readable(path: Path) -> str:
    """The end of a file's name, as text that can be stored and written behind a digest."""
    return os.fsencode(path.name)[-LONGEST_NAME:].decode("utf-8", "ignore")
