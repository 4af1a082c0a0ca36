"""Calculates. Which program wrote a file, told from its content."""

from __future__ import annotations

import csv

from departments.inventory.foreign_files import codecarbon, slurm
from departments.inventory.foreign_files.conversion import FORMATS, MOST_BYTES

_HEAD = 64 * 1024
_OF_OPENCOST = ('"gpuHours"', '"properties"', '"window"')


def format_of(content: bytes) -> str | None:
    """The format of a file as `conversion` names it; None for any other file."""
    head = content[:_HEAD].decode("utf-8-sig", errors="ignore")
    first = head.lstrip()
    if first[:1] in ("{", "["):
        is_known = any(name.encode() in content for name in _OF_OPENCOST)
        return "opencost" if is_known else None
    line = next(iter(head.splitlines()), "")
    if set(slurm.NEEDED) <= {name.strip() for name in line.split("|")}:
        return "slurm"
    names = next(csv.reader([line]), [])
    return "codecarbon" if set(codecarbon.NEEDED) <= set(names) else None


def owners_in(content: bytes, file_format: str) -> list[str]:
    """Who the jobs of a file were run for, by name; none where it can't be read."""
    if len(content) > MOST_BYTES:
        return []
    try:
        file = FORMATS[file_format](content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return []
    return sorted({row.owner for row in file.rows})
