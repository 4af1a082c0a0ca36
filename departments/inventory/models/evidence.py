"""Tables: files that prove a record, kept in parts; never changed, nor removed once submitted."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from departments.inventory.models.activity import ActivityRecord

# What a file may be, told from its bytes; files are never shown in a page, only downloaded.
KINDS = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "text/csv": ".csv",
    "text/plain": ".txt",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
MOST_BYTES = 10 * 1024 * 1024


class EvidenceFile(models.Model):
    """A file beside a record: an invoice, a photo of a meter, a list; its bytes are its parts."""

    record = models.ForeignKey(ActivityRecord, models.PROTECT, related_name="evidence")
    file_name = models.CharField(
        _("file name"), max_length=255, db_comment="as it was given; shown, never opened"
    )
    content_type = models.CharField(
        _("kind"),
        max_length=100,
        choices=[(kind, kind) for kind in KINDS],
        db_comment="told from the bytes",
    )
    size = models.PositiveIntegerField(_("size"), db_comment="bytes")
    sha256 = models.CharField(max_length=64, db_comment="hex SHA-256 of the file")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "sha256"], name="inventory_evidence_is_attached_once"
            ),
            models.CheckConstraint(
                condition=Q(size__gt=0, size__lte=MOST_BYTES),
                name="inventory_evidence_has_a_size",
            ),
            models.CheckConstraint(
                condition=Q(content_type__in=list(KINDS)), name="inventory_evidence_is_of_a_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class EvidencePart(models.Model):
    """A piece of such a file; all of them in the order of their numbers are the file."""

    file = models.ForeignKey(EvidenceFile, models.PROTECT, related_name="parts", db_index=False)
    number = models.PositiveIntegerField(db_comment="counts from 0")
    content = models.BinaryField(db_comment="bytes of the original file")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["file", "number"], name="inventory_evidence_part_is_unique_in_its_file"
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.number}"
