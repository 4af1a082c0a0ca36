"""Calculates. JSON Lines: an object a journal line, decimals as strings, UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal

from ledger.exports.columns import COLUMNS, cells
from ledger.journal_lines import JournalRow


def pieces(rows: Iterable[JournalRow]) -> Iterator[str]:
    """The file, line by line; what a line does not have is null or empty text."""
    for row in rows:
        values = (f"{cell:f}" if isinstance(cell, Decimal) else cell for cell in cells(row))
        content = dict(zip(COLUMNS, values, strict=True))
        yield json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"
