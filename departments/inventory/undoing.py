"""Writes. An import is taken back: its records go, the file and who undid it stay."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from departments.inventory.errors.imports import BatchNotFound, ImportNotUndoable
from departments.inventory.errors.records import EvidenceStays
from departments.inventory.models.activity import ActivityRecord, ImportBatch, RecordState
from departments.inventory.set_based import read_sql
from departments.organisation.access import contributed_department_ids
from departments.organisation.errors import NotAllowed
from departments.organisation.models import User
from departments.organisation.said import said

WHO = said("whoever brought the file, or sustainability analyst")


@transaction.atomic
def undo_import(*, batch_id: int, by: User, at: datetime) -> int:
    """Delete every record of an import, while none of them is approved; the file can come again.

    Approved records are never deleted: they are corrected, before and after their period closes.
    Returns: how many records were removed; 0 if the import was undone before.
    Raises:  BatchNotFound, NotAllowed, ImportNotUndoable, EvidenceStays.
    """
    batch = ImportBatch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise BatchNotFound(batch_id=batch_id)
    reach = contributed_department_ids(by)
    if reach is not None and batch.imported_by_id != by.pk:
        raise NotAllowed(by.get_username(), said("undo this import"), WHO)
    if batch.undone_at is not None:
        return 0
    records = ActivityRecord.objects.filter(batch=batch)
    approved = records.filter(state=RecordState.APPROVED)
    if count := approved.count():
        first = approved.order_by("pk").values_list("pk", flat=True)[0]
        raise ImportNotUndoable(batch_id=batch_id, approved=count, first_id=first)
    proven = records.filter(evidence__isnull=False).order_by("pk").values_list("pk", flat=True)
    if proven:
        raise EvidenceStays(record_id=proven[0])
    with connection.cursor() as cursor:
        cursor.execute(read_sql("batch_undo"), {"batch": batch_id})
        removed: int = cursor.rowcount
    batch.undone_by, batch.undone_at = by, at
    batch.save(update_fields=["undone_by", "undone_at"])
    return removed
