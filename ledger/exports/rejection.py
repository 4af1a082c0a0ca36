"""Writes. Finance could not take an export: it is rejected with a reason, and then replaced."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from departments.organisation.access import Permission, may
from departments.organisation.models import User
from departments.organisation.said import said
from ledger.errors.exports import ExportAcknowledged, ExportRejected, RejectionWithoutReason
from ledger.errors.settlements import NotAllowed
from ledger.exports.acknowledgement import wait_for_other_answers
from ledger.exports.registered import find
from ledger.models.exports import ExportRejection, JournalExport
from ledger.webhooks import events


@transaction.atomic
def reject(*, sequence: int, by: User, at: datetime, reason: str) -> JournalExport:
    """Reject an export, once and for good: `replace_export` makes the one that stands in for it.

    Called again with the same reason, it changes nothing.

    Raises: NotAllowed, ExportNotFound, RejectionWithoutReason, ExportAcknowledged, ExportRejected.
    """
    if not may(by, Permission.ACKNOWLEDGE_EXPORT):
        roles = Permission.ACKNOWLEDGE_EXPORT.roles_text
        raise NotAllowed(by.get_username(), said("reject an export"), roles)
    reason = reason.strip()
    if not reason:
        raise RejectionWithoutReason(sequence)
    export = find(sequence=sequence)
    wait_for_other_answers(export)
    export.refresh_from_db()
    if hasattr(export, "acknowledgement"):
        raise ExportAcknowledged.of(export.sequence, export.acknowledgement)
    kept, is_new = ExportRejection.objects.select_related("rejected_by").get_or_create(
        export=export, defaults={"reason": reason, "rejected_by": by, "rejected_at": at}
    )
    if kept.reason != reason:
        raise ExportRejected.of(sequence, kept)
    if is_new:
        events.export_moved(export, "rejected")
    return find(sequence=sequence)
