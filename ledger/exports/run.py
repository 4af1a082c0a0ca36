"""Writes. One export of the journal: a file, and the row with the manifest that proves it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from hashlib import sha256
from typing import BinaryIO

from django.db import connection, transaction
from django.db.models import Max

from departments.organisation.access import Permission, may
from departments.organisation.models import User
from ledger.errors import ExportFormatUnknown, NotAllowed, PeriodNotFound
from ledger.exports.registry import FORMATS, Format
from ledger.journal_lines import JournalRow, journal_rows
from ledger.models.exports import JournalExport
from ledger.models.periods import AccountingPeriod


@transaction.atomic
def export_journal(
    *,
    format_name: str,
    to: BinaryIO,
    by: User | None,
    period_code: str | None = None,
    scheme_code: str | None = None,
) -> JournalExport:
    """Write the journal to a file in one format, as UTF-8, and register the export.

    All of it is read in one snapshot. The same closed period gives the same bytes again. `by` None
    is the system itself: a command on the server.

    Raises: ExportFormatUnknown, PeriodNotFound, NotAllowed.
    """
    found = format_named(format_name)
    if by is not None and not may(by, Permission.EXPORT_JOURNAL):
        step = "export the journal"
        raise NotAllowed(by.get_username(), step, Permission.EXPORT_JOURNAL.roles_text)
    period = _period(period_code)
    tally = Tally()
    digest = sha256()
    for piece in found.write(tally.of(journal_rows(period=period_code, scheme=scheme_code))):
        data = piece.encode()
        digest.update(data)
        to.write(data)
    return JournalExport.objects.create(
        sequence=_next_sequence(),
        format_name=found.name,
        period=period,
        line_count=tally.line_count,
        sha256=digest.hexdigest(),
        manifest={
            "format": found.name,
            "schema_version": found.schema_version,
            "period": period_code,
            "scheme": scheme_code,
            "line_count": tally.line_count,
            "totals": tally.as_text(),
            "sha256": digest.hexdigest(),
        },
        exported_by=by,
    )


class Tally:
    """Counts lines and sums both sides of each commodity while rows pass through."""

    def __init__(self) -> None:
        self.line_count = 0
        self._sides: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])

    def of(self, rows: Iterable[JournalRow]) -> Iterator[JournalRow]:
        """The same rows, counted."""
        for row in rows:
            self.line_count += 1
            sides = self._sides[row.commodity]
            sides[0] += row.debit
            sides[1] += row.credit
            yield row

    def as_text(self) -> dict[str, dict[str, str]]:
        """Debit and credit of each commodity, in whole units, as text."""
        return {
            commodity: {"debit": f"{debit:f}", "credit": f"{credit:f}"}
            for commodity, (debit, credit) in sorted(self._sides.items())
        }


def format_named(name: str) -> Format:
    """The format of that name.

    Raises: ExportFormatUnknown.
    """
    if name not in FORMATS:
        raise ExportFormatUnknown(name, sorted(FORMATS))
    return FORMATS[name]


def _period(code: str | None) -> AccountingPeriod | None:
    if code is None:
        return None
    found = AccountingPeriod.objects.filter(code=code).first()
    if found is None:
        raise PeriodNotFound(code)
    return found


def _next_sequence() -> int:
    """The number after the last; whoever asks next waits for us, so that none is left out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger_export_sequence'))")
    return (JournalExport.objects.aggregate(last=Max("sequence"))["last"] or 0) + 1
