"""Reads. Exports that were registered, and the manifests that prove them."""

from __future__ import annotations

from typing import Any

from ledger.errors.exports import ExportNotFound, ExportNotReplaceable
from ledger.exports.columns import moment
from ledger.models.exports import JournalExport


def find(*, sequence: int) -> JournalExport:
    """The export of that number.

    Raises: ExportNotFound.
    """
    exports = JournalExport.objects.select_related(
        "exported_by",
        "acknowledgement__acknowledged_by",
        "rejection__rejected_by",
        "replaces",
        "replacement",
    )
    export = exports.filter(sequence=sequence).first()
    if export is None:
        raise ExportNotFound(sequence)
    return export


def manifest_of(export: JournalExport) -> dict[str, Any]:
    """Everything that proves the file: what is in it, its hash, its number, when and by whom."""
    by, replaced = export.exported_by, export.replaces
    return {
        "sequence": export.sequence,
        "format": export.format_name,
        **export.manifest,
        "replaces": replaced.sequence if replaced else None,
        "line_count": export.line_count,
        "sha256": export.sha256,
        "exported_at": moment(export.exported_at),
        "exported_by": by.get_username() if by else None,
    }


def to_replace(*, sequence: int) -> JournalExport:
    """A rejected export that nothing replaces yet.

    Raises: ExportNotFound, ExportNotReplaceable.
    """
    export = find(sequence=sequence)
    replacement = getattr(export, "replacement", None)
    if replacement is not None or not hasattr(export, "rejection"):
        raise ExportNotReplaceable(
            export.sequence, None if replacement is None else replacement.sequence
        )
    return export


def part_of(export: JournalExport) -> tuple[str | None, str | None, str | None]:
    """Period, scheme and commodity of an export; None is all."""
    kept = export.manifest
    return kept["period"], kept["scheme"], kept["commodity"]
