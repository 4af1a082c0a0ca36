"""Reads. How far a period's journal was exported, and how much of it finance acknowledged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from ledger.models.exports import JournalExport
from ledger.models.periods import AccountingPeriod


@dataclass(frozen=True, slots=True)
class Coverage:
    """Exports that hold lines of a period, of all schemes and commodities: parts don't count.

    `newest` is the number of the last of them; `is_acknowledged` says that finance acknowledged
    one that holds every line.
    """

    line_count: int
    export_count: int
    acknowledged_count: int
    newest: int | None
    newest_holds_all: bool
    newest_is_rejected: bool
    is_acknowledged: bool


def coverage_of(period: AccountingPeriod) -> Coverage:
    """What went to finance of a period's lines, as they are now."""
    line_count, first, last = _lines_of(period)
    exports = [export for export in _whole_exports(period) if _through(export) >= first]
    acknowledged = [export for export in exports if hasattr(export, "acknowledgement")]
    return Coverage(
        line_count=line_count,
        export_count=len(exports),
        acknowledged_count=len(acknowledged),
        newest=exports[0].sequence if exports else None,
        newest_holds_all=bool(exports) and _through(exports[0]) >= last,
        newest_is_rejected=bool(exports) and hasattr(exports[0], "rejection"),
        is_acknowledged=any(_through(export) >= last for export in acknowledged),
    )


def _whole_exports(period: AccountingPeriod) -> Iterator[JournalExport]:
    """Exports of this period or of all, newest first."""
    exports = JournalExport.objects.filter(Q(period=period) | Q(period__isnull=True))
    for export in exports.select_related("acknowledgement", "rejection").order_by("-sequence"):
        if export.manifest["scheme"] is None and export.manifest["commodity"] is None:
            yield export


def _through(export: JournalExport) -> int:
    """The number of the last journal line that there was when it was made."""
    return int(export.manifest["through_line_id"])


def _lines_of(period: AccountingPeriod) -> tuple[int, int, int]:
    """How many journal lines a period has, and the lowest and highest number among them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(min(l.id), 0), coalesce(max(l.id), 0) "
            "FROM ledger_journalline l WHERE l.period_id = %s",
            [period.pk],
        )
        count, first, last = cursor.fetchone()
        return count, first, last
