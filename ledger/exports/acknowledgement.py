"""Writes. Finance says that it has taken an export into its own books."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from departments.organisation.access import Permission, may
from departments.organisation.models import User
from ledger.errors import ExportAcknowledged, NotAllowed
from ledger.exports.run import find
from ledger.models.exports import ExportAcknowledgement, JournalExport


@transaction.atomic
def acknowledge(*, sequence: int, by: User, at: datetime, reference: str = "") -> JournalExport:
    """Acknowledge an export, once. Called again with the same reference, it changes nothing.

    Raises: NotAllowed, ExportNotFound, ExportAcknowledged.
    """
    if not may(by, Permission.ACKNOWLEDGE_EXPORT):
        roles = Permission.ACKNOWLEDGE_EXPORT.roles_text
        raise NotAllowed(by.get_username(), "acknowledge an export", roles)
    export = find(sequence=sequence)
    kept, _ = ExportAcknowledgement.objects.select_related("acknowledged_by").get_or_create(
        export=export,
        defaults={"reference": reference, "acknowledged_by": by, "acknowledged_at": at},
    )
    if kept.reference != reference:
        raise ExportAcknowledged(
            sequence,
            kept.acknowledged_by.get_username(),
            kept.acknowledged_at.date().isoformat(),
            kept.reference,
        )
    return export
