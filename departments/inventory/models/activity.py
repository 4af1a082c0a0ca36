"""Tables: activity data as departments hand it in, and the files it came from."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

# The activity of a record that is a share of a pool's emissions; nobody enters one by hand.
ALLOCATED = "shared/allocated"


class ImportBatch(models.Model):
    """A file that was taken in whole: its hash, and who brought it; its bytes are its parts."""

    file_name = models.CharField(_("file name"), max_length=255)
    sha256 = models.CharField(max_length=64, db_comment="hex SHA-256 of the file")
    row_count = models.PositiveIntegerField(_("rows"))
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(db_default=Now(), editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    undone_at = models.DateTimeField(
        null=True, blank=True, db_comment="from then on its records are gone; null: they are there"
    )

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-imported_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"],
                condition=Q(undone_at__isnull=True),
                name="inventory_file_is_imported_once",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="inventory_undone_import_names_who_undid_it",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportPart(models.Model):
    """A piece of an imported file; all of them in the order of their numbers are the file."""

    batch = models.ForeignKey(ImportBatch, models.PROTECT, related_name="parts", db_index=False)
    number = models.PositiveIntegerField(db_comment="counts from 0")
    content = models.BinaryField(db_comment="bytes of the original file")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "number"], name="inventory_part_is_unique_in_its_file"
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number}"


class RecordState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    APPROVED = "approved", _("approved")
    RETURNED = "returned", _("returned")


class ActivityRecord(models.Model):
    """What a department did: so much of an activity, between two days, in a place.

    An approved record is never edited: a correction is a new record that supersedes it. What it
    refers to is guarded once per statement, see the promises beside the migrations.
    """

    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    activity = models.CharField(_("activity"), max_length=250)
    started_on = models.DateField(_("first day"))
    ended_on = models.DateField(_("last day"), db_comment="the activity date: it names the period")
    quantity = models.DecimalField(
        _("quantity"), max_digits=30, decimal_places=10, db_comment="in `unit`"
    )
    unit = models.CharField(_("unit"), max_length=60)
    place = models.CharField(
        _("place"), max_length=60, blank=True, db_comment="ISO 3166, eGRID subregion or WORLD"
    )
    inputs = models.JSONField(
        _("further inputs"),
        default=dict,
        blank=True,
        db_comment="arguments of the calculation by name; decimals as strings",
    )
    external_id = models.CharField(_("external id"), max_length=100, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    is_estimated = models.BooleanField(_("estimated"), default=False)

    doubts = models.JSONField(
        null=True,
        blank=True,
        editable=False,
        db_comment="what looked wrong when it came in: kind, column, value, reason, hint of each",
    )

    state = models.CharField(
        _("state"), max_length=10, choices=RecordState, default=RecordState.DRAFT
    )
    supersedes = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        db_constraint=False,
        db_index=False,
    )
    correction_reason = models.CharField(_("reason for the correction"), max_length=500, blank=True)
    batch = models.ForeignKey(
        ImportBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="records",
        db_constraint=False,
        db_index=False,
    )
    import_line = models.PositiveIntegerField(
        null=True,
        blank=True,
        editable=False,
        db_comment="line of the file that it was imported from",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        db_comment="who changed the draft last; null: nobody since it was entered",
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.CharField(_("reason for the return"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("activity record")
        verbose_name_plural = _("activity records")
        ordering = ["-id"]
        indexes = [
            # Read backwards for the newest first; filled forwards, which costs half as much.
            models.Index(fields=["department", "id"], name="inventory_record_of_department"),
            models.Index(
                fields=["state", "id"],
                name="inventory_record_waiting",
                condition=Q(state__in=["submitted", "returned"]),
            ),
            # The records of an import lie together: ranges of pages find them, and cost nothing.
            BrinIndex(fields=["batch"], name="inventory_record_by_batch", pages_per_range=16),
            models.Index(
                fields=["supersedes"],
                name="inventory_record_correction",
                condition=Q(supersedes__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__gte=F("started_on")),
                name="inventory_record_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            ),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | (Q(decided_by__isnull=False) & Q(submitted_by__isnull=False)),
                name="inventory_approved_record_names_its_approver",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | (~Q(decided_by=F("submitted_by")) & ~Q(decided_by=F("created_by"))),
                name="inventory_record_decided_by_another_person",
                violation_error_message=_("Whoever entered or submitted a record can't decide it."),
            ),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(edited_by__isnull=True)
                | ~Q(decided_by=F("edited_by")),
                name="inventory_record_approved_by_another_than_its_editor",
                violation_error_message=_("Whoever changed a record last can't approve it."),
            ),
            models.UniqueConstraint(
                fields=["external_id", "department"],  # found by the id alone, too
                condition=~Q(external_id="") & Q(supersedes__isnull=True),
                name="inventory_external_id_is_unique_in_its_department",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.quantity.normalize():f} {self.unit}"
