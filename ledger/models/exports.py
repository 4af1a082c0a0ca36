"""Tables: the files that finance took."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ledger.models.periods import AccountingPeriod


class JournalExport(models.Model):
    """One export of the journal, with the manifest that proves it."""

    sequence = models.PositiveBigIntegerField(unique=True, db_comment="1, 2, 3 … without a gap")
    format_name = models.CharField(_("format"), max_length=30)
    period = models.ForeignKey(AccountingPeriod, models.PROTECT, null=True, related_name="exports")
    line_count = models.PositiveBigIntegerField(_("lines"))
    sha256 = models.CharField(max_length=64, db_comment="hex SHA-256 of the file")
    manifest = models.JSONField(db_comment="counts and totals per commodity, as strings")
    exported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    exported_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("journal export")
        verbose_name_plural = _("journal exports")
        ordering = ["-sequence"]

    def __str__(self) -> str:
        return f"{self.sequence} {self.format_name}"


class ExportAcknowledgement(models.Model):
    """Finance has taken an export into its own books: once, and for good."""

    export = models.OneToOneField(JournalExport, models.PROTECT, related_name="acknowledgement")
    reference = models.CharField(
        _("reference"),
        max_length=120,
        blank=True,
        db_comment="what finance calls it in its own books, e.g. a document number",
    )
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField()

    class Meta:
        verbose_name = _("export acknowledgement")
        verbose_name_plural = _("export acknowledgements")

    def __str__(self) -> str:
        return f"{self.export_id} {self.reference}"
