"""Reads. Which files prove a record, and their bytes as they came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from departments.inventory.errors.records import EvidenceNotFound
from departments.inventory.evidence_kinds import download_name
from departments.inventory.history import was_submitted
from departments.inventory.models.activity import RecordState
from departments.inventory.models.evidence import EvidenceFile, EvidencePart


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file beside a record; `size` in bytes, `content_type` told from the bytes.

    `is_removable` as long as the record has not been submitted with it.
    """

    evidence_id: int
    record_id: int
    file_name: str
    download_name: str
    content_type: str
    size: int
    sha256: str
    added_by: str
    added_at: datetime
    is_removable: bool


def evidence_of(record_id: int) -> list[Evidence]:
    """The files of a record, oldest first; whoever may see it has been asked before."""
    return files_of([record_id])


def files_of(record_ids: Collection[int]) -> list[Evidence]:
    """The same of many records."""
    rows = EvidenceFile.objects.filter(record__in=record_ids).select_related("added_by", "record")
    return [_presented(row) for row in rows.order_by("pk")]


def evidence_file(
    *, record_id: int, evidence_id: int, department_ids: Collection[int] | None
) -> Evidence:
    """One file, of a record of the departments that may be seen (None: all).

    Raises: EvidenceNotFound, also for another department's record.
    """
    rows = EvidenceFile.objects.filter(pk=evidence_id, record=record_id)
    if department_ids is not None:
        rows = rows.filter(record__department_id__in=department_ids)
    found = rows.select_related("added_by", "record").first()
    if found is None:
        raise EvidenceNotFound(evidence_id=evidence_id)
    return _presented(found)


def evidence_bytes(evidence_id: int) -> Iterator[bytes]:
    """A file, part by part."""
    parts = EvidencePart.objects.filter(file=evidence_id).order_by("number")
    for content in parts.values_list("content", flat=True):
        yield bytes(content)


def evidence_counts(record_ids: Collection[int]) -> dict[int, int]:
    """How many files prove each of these records; those without any are not in it."""
    rows = EvidenceFile.objects.filter(record__in=record_ids)
    return dict(Counter(rows.values_list("record_id", flat=True)))


def may_be_removed(file: EvidenceFile) -> bool:
    """Whether its record is open, and was not submitted since the file came."""
    is_open = file.record.state in (RecordState.DRAFT, RecordState.RETURNED)
    return is_open and not was_submitted(file.record, since=file.added_at)


def _presented(row: EvidenceFile) -> Evidence:
    return Evidence(
        evidence_id=row.pk,
        record_id=row.record_id,
        file_name=row.file_name,
        download_name=download_name(row.file_name, row.content_type),
        content_type=row.content_type,
        size=row.size,
        sha256=row.sha256,
        added_by=row.added_by.get_username(),
        added_at=row.added_at,
        is_removable=may_be_removed(row),
    )
