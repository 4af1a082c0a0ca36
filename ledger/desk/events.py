"""Reads. What happened last, and who did it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from ledger.desk.words import called, name_of
from ledger.models.exports import JournalExport
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import Settlement

EVENTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, with who did it."""

    at: datetime
    text: str
    by: str
    settlement_id: int | None = None
    stage: int = 0


def events(
    periods: list[AccountingPeriod], settlements: list[Settlement], names: dict[int, str]
) -> list[Event]:
    happened = [event for settlement in settlements for event in _events_of(settlement, names)]
    happened += [
        Event(
            period.closed_at,
            _("Period %(period)s closed and sealed") % {"period": period.code},
            name_of(period.closed_by),
        )
        for period in periods
        if period.closed_at
    ]
    exports = JournalExport.objects.select_related("period", "exported_by")[:EVENTS_SHOWN]
    happened += [
        Event(
            export.exported_at,
            _("Journal exported as %(format)s (no. %(number)s)")
            % {"format": export.format_name, "number": export.sequence},
            name_of(export.exported_by),
        )
        for export in exports
    ]
    happened.sort(key=lambda event: (event.at, event.settlement_id or 0, event.stage), reverse=True)
    return happened[:EVENTS_SHOWN]


def _events_of(settlement: Settlement, names: dict[int, str]) -> Iterator[Event]:
    name = {"settlement": called(settlement, names)}
    steps = (
        (settlement.prepared_at, settlement.prepared_by, _("%(settlement)s prepared")),
        (settlement.calculated_at, None, _("%(settlement)s calculated")),
        (settlement.approved_at, settlement.approved_by, _("%(settlement)s approved")),
        (settlement.posted_at, settlement.posted_by, _("%(settlement)s posted")),
        (settlement.cancelled_at, settlement.cancelled_by, _("%(settlement)s cancelled")),
    )
    for stage, (at, by, text) in enumerate(steps):
        if at is not None:
            yield Event(at, text % name, name_of(by), settlement.pk, stage)
