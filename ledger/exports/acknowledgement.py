"""Writes. Finance says that it has taken an export into its own books."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from departments.organisation.access import Permission, may
from departments.organisation.models import User
from departments.organisation.said import said
from ledger.errors.exports import ExportAcknowledged, ExportRejected
from ledger.errors.settlements import NotAllowed
from ledger.exports.registered import find
from ledger.models.exports import ExportAcknowledgement, JournalExport
from ledger.webhooks import events


@transaction.atomic
def acknowledge(*, sequence: int, by: User, at: datetime, reference: str = "") -> JournalExport:
    """Acknowledge an export, once. Called again with the same reference, it changes nothing.

    Raises: NotAllowed, ExportNotFound, ExportAcknowledged, ExportRejected.
    """
    if not may(by, Permission.ACKNOWLEDGE_EXPORT):
        roles = Permission.ACKNOWLEDGE_EXPORT.roles_text
        raise NotAllowed(by.get_username(), said("acknowledge an export"), roles)
    export = find(sequence=sequence)
    wait_for_other_answers(export)
    export.refresh_from_db()
    if hasattr(export, "rejection"):
        raise ExportRejected.of(sequence, export.rejection)
    kept, is_new = ExportAcknowledgement.objects.select_related("acknowledged_by").get_or_create(
        export=export,
        defaults={"reference": reference, "acknowledged_by": by, "acknowledged_at": at},
    )
    if kept.reference != reference:
        raise ExportAcknowledged.of(sequence, kept)
    if is_new:
        events.export_moved(export, "acknowledged")
    return find(sequence=sequence)


def wait_for_other_answers(export: JournalExport) -> None:
    """Two answers to one export at once: the second waits and then sees the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('journal export answer', %s))",
            [export.pk],
        )
