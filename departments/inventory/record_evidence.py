"""Writes. Files that prove a record: attached with their hash, none removed once submitted.

Each step is one transaction that locks the record.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.db import transaction

from departments.inventory.errors.records import EvidenceNotFound, EvidenceRefused, EvidenceStays
from departments.inventory.evidence_kinds import kind_of, shown_name
from departments.inventory.evidence_reading import may_be_removed
from departments.inventory.models.evidence import MOST_BYTES, EvidenceFile, EvidencePart
from departments.inventory.submission import lock_records, require_contributor
from departments.organisation.models import User
from departments.organisation.said import said

PART_BYTES = 1024 * 1024
MOST_FILES = 20


@transaction.atomic
def attach_evidence(
    *, record_id: int, file_name: str, content: bytes, by: User, at: datetime
) -> int:
    """Keep a file beside a record, in whatever state it is; what the record says is not touched.

    Returns: the id of the file; of the one that is there, if these very bytes are attached.
    Raises:  EvidenceRefused, for its size, its kind, or the twenty-first of a record;
             RecordNotFound, NotAllowed.
    """
    (record,) = lock_records([record_id])
    require_contributor(by, [record.department_id])
    kind = _checked(content)
    digest = sha256(content).hexdigest()
    there = EvidenceFile.objects.filter(record=record)
    same = there.filter(sha256=digest).first()
    if same is not None:
        return int(same.pk)
    if there.count() >= MOST_FILES:
        reason = said(
            "Record %(record_id)s has %(most_files)s files already.",
            record_id=record_id,
            most_files=MOST_FILES,
        )
        raise EvidenceRefused(reason=reason, hint=said("Put the others into one file."))
    file = EvidenceFile.objects.create(
        record=record,
        file_name=shown_name(file_name),
        content_type=kind,
        size=len(content),
        sha256=digest,
        added_by=by,
        added_at=at,
    )
    EvidencePart.objects.bulk_create(
        EvidencePart(file=file, number=number, content=content[start : start + PART_BYTES])
        for number, start in enumerate(range(0, len(content), PART_BYTES))
    )
    return int(file.pk)


@transaction.atomic
def remove_evidence(*, record_id: int, evidence_id: int, by: User) -> None:
    """Remove a file from a record that has not been submitted since the file came.

    Raises: EvidenceStays, EvidenceNotFound, RecordNotFound, NotAllowed.
    """
    (record,) = lock_records([record_id])
    require_contributor(by, [record.department_id])
    file = EvidenceFile.objects.filter(record=record, pk=evidence_id).first()
    if file is None:
        raise EvidenceNotFound(evidence_id=evidence_id)
    if not may_be_removed(file):
        raise EvidenceStays(record_id=record_id)
    EvidencePart.objects.filter(file=file).delete()
    file.delete()


def _checked(content: bytes) -> str:
    if not content or len(content) > MOST_BYTES:
        reason = said(
            "The file has %(content)s bytes; 1 to %(most_bytes)s are taken.",
            content=f"{len(content):,}",
            most_bytes=f"{MOST_BYTES:,}",
        )
        raise EvidenceRefused(
            reason=reason, hint=said("Attach a smaller one, such as one page of it.")
        )
    kind = kind_of(content)
    if kind is None:
        reason = said(
            "By its content this is no PDF, JPEG, PNG, CSV, workbook (.xlsx) or plain text."
        )
        raise EvidenceRefused(reason=reason, hint=said("Save it in one of these forms."))
    return kind
