"""Reads. What a window of the journal holds: counts, sums and a hash to compute again outside."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from ledger.errors.journal import WindowTooWide
from ledger.journal_lines import whole_through
from ledger.sql import statement

MOST_LINES = 500_000


@dataclass(frozen=True, slots=True)
class CommodityWindow:
    """Both sides of one commodity, in its whole units."""

    commodity: str
    line_count: int
    entry_count: int
    debit: Decimal
    credit: Decimal

    @property
    def balances(self) -> bool:
        return self.debit == self.credit


@dataclass(frozen=True, slots=True)
class Window:
    """What the lines above `after_line_id`, up to `through_line_id`, come to.

    `sha256` is over their texts in the order of their ids, UTF-8, each ended by a line feed:
    `id,entry,entry_date,account,commodity,debit,credit`, amounts in whole units with every decimal.
    """

    after_line_id: int
    through_line_id: int
    line_count: int
    entry_count: int
    first_line_id: int | None
    last_line_id: int | None
    totals: tuple[CommodityWindow, ...]
    sha256: str


def window(
    *,
    period: str | None = None,
    scheme: str | None = None,
    account: str | None = None,
    commodity: str | None = None,
    department_ids: Collection[int] | None = None,
    after_line_id: int = 0,
    through_line_id: int | None = None,
    most: int = MOST_LINES,
) -> Window:
    """Counts, sums and hash of the same lines that `journal_rows` shows for the same filters.

    It reaches no further than `whole_through()`, and says how far: asked again with that end, the
    answer is the same for good. With departments given, only lines on their own accounts count.

    Raises: WindowTooWide, for more than `most` lines.
    """
    whole = whole_through()
    through = whole if through_line_id is None else min(through_line_id, whole)
    facts = {
        "period": period,
        "scheme": scheme,
        "account": account,
        "commodity": commodity,
        "department_ids": None if department_ids is None else sorted(department_ids),
        "after_line_id": after_line_id,
        "through_line_id": through,
        "most": most + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement("window"), facts)
        *rows, everything = cursor.fetchall()
    if everything[2] > most:
        raise WindowTooWide(most)
    return Window(
        after_line_id=after_line_id,
        through_line_id=through,
        line_count=everything[2],
        entry_count=everything[3],
        first_line_id=everything[6],
        last_line_id=everything[7],
        totals=tuple(_commodity(*row) for row in rows),
        sha256=everything[8],
    )


def _commodity(
    code: str, places: int, lines: int, entries: int, debit: int, credit: int, *_: object
) -> CommodityWindow:
    sides = (Decimal(debit).scaleb(-places), Decimal(credit).scaleb(-places))
    return CommodityWindow(code, lines, entries, *sides)
