"""Tables: the files that finance took."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ledger.models.accounts import Commodity
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
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="replacement",
        db_comment="the export that finance rejected and this one stands in for",
    )

    class Meta:
        verbose_name = _("journal export")
        verbose_name_plural = _("journal exports")
        ordering = ["-sequence"]

    def __str__(self) -> str:
        return f"{self.sequence} {self.format_name}"


class ExportState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class ExportRun(models.Model):
    """An export that was asked for: a worker makes it once, or says why it could not."""

    format_name = models.CharField(_("format"), max_length=30)
    period = models.ForeignKey(
        AccountingPeriod,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("period"),
        db_comment="null: all",
    )
    scheme = models.ForeignKey(
        "pricing.Scheme",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("scheme"),
        db_comment="null: all",
    )
    commodity = models.ForeignKey(
        Commodity,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("commodity"),
        db_comment="null: all",
    )
    replaces = models.ForeignKey(
        JournalExport,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("replaces"),
        db_comment="the rejected export that this one is to stand in for",
    )
    through_line_id = models.PositiveBigIntegerField(
        null=True, db_comment="lines after it are not in it; fixed when a worker first began"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=ExportState, default=ExportState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lines_done = models.PositiveBigIntegerField(
        default=0, db_comment="told while it is written, from a transaction of its own"
    )
    line_count = models.PositiveBigIntegerField(default=0, db_comment="0: not counted yet")
    error = models.TextField(_("error"), blank=True, db_comment="why there is no file, or not yet")
    error_code = models.CharField(
        max_length=60, blank=True, db_comment="of the refusal, as a request would have had it"
    )
    problems = models.JSONField(
        default=list, db_comment="everything that keeps the file from leaving, as texts"
    )
    export = models.OneToOneField(
        JournalExport, models.PROTECT, null=True, related_name="run", verbose_name=_("export")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("asked by"),
        db_comment="null: the system itself",
    )
    asked_at = models.DateTimeField(_("asked at"), db_default=Now(), editable=False)
    started_at = models.DateTimeField(
        _("started at"), null=True, db_comment="when a worker last began with it"
    )
    done_at = models.DateTimeField(_("done at"), null=True)

    class Meta:
        verbose_name = _("export job")
        verbose_name_plural = _("export jobs")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="done", export__isnull=False, done_at__isnull=False)
                | ~models.Q(state="done") & models.Q(export__isnull=True),
                name="ledger_done_export_job_has_its_export",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="failed") | ~models.Q(error=""),
                name="ledger_failed_export_job_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(state="waiting"),
                name="ledger_export_job_waits",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.format_name}"


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


class ExportRejection(models.Model):
    """Finance could not take an export into its own books: once, for a reason, and for good."""

    export = models.OneToOneField(JournalExport, models.PROTECT, related_name="rejection")
    reason = models.CharField(_("reason"), max_length=500)
    rejected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    rejected_at = models.DateTimeField()

    class Meta:
        verbose_name = _("export rejection")
        verbose_name_plural = _("export rejections")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="ledger_rejection_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.export_id} {self.reason}"


class ExportReconciliation(models.Model):
    """What finance's system booked of an export beside what was sent, as one file had it."""

    export = models.ForeignKey(JournalExport, models.PROTECT, related_name="reconciliations")
    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64, db_comment="hex SHA-256 of the file that was read")
    matched = models.PositiveBigIntegerField(_("matched"))
    missing = models.PositiveBigIntegerField(_("missing"), db_comment="sent and not booked")
    extra = models.PositiveBigIntegerField(_("extra"), db_comment="booked and not sent")
    differing = models.PositiveBigIntegerField(_("differing"), db_comment="booked otherwise")
    differences = models.JSONField(db_comment="the first thousand, amounts as strings")
    reconciled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reconciled_at = models.DateTimeField()

    class Meta:
        verbose_name = _("export reconciliation")
        verbose_name_plural = _("export reconciliations")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["export", "sha256"], name="ledger_file_is_reconciled_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.export_id} {self.file_name}"

    @property
    def difference_count(self) -> int:
        """How many keys are not the same."""
        return self.missing + self.extra + self.differing


class ExportConstant(models.Model):
    """What a company has of its own in a system, such as its company code: the newest counts."""

    legal_entity = models.ForeignKey(
        "organisation.LegalEntity",
        models.PROTECT,
        related_name="+",
        verbose_name=_("legal entity"),
    )
    format_name = models.CharField(_("format"), max_length=30)
    name = models.CharField(_("name"), max_length=40)
    value = models.CharField(
        _("value"), max_length=100, blank=True, db_comment="empty: it has none any more"
    )
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("set by")
    )
    set_at = models.DateTimeField(_("set at"))

    class Meta:
        verbose_name = _("export constant")
        verbose_name_plural = _("export constants")
        ordering = ["format_name", "legal_entity", "name", "-pk"]

    def __str__(self) -> str:
        return f"{self.format_name} {self.name} = {self.value}"
