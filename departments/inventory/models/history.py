"""Tables: what was done with records, a row a step; only ever added to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from departments.inventory.models.activity import ActivityRecord, ImportBatch


class RecordStep(models.TextChoices):
    IMPORTED = "imported", _("imported")
    CHANGED = "changed", _("changed")
    SUBMITTED = "submitted", _("submitted")
    APPROVED = "approved", _("approved")
    RETURNED = "returned", _("returned")
    PROPOSED = "proposed a recalculation", _("proposed a recalculation")
    RECALCULATED = "recalculated", _("recalculated")


class RecordEvent(models.Model):
    """A step of one record, or of all records of an import at once; it outlives a deleted draft.

    Who entered a record stands in the record itself, so that an import of a million rows is one row
    here. Which records a step of an import concerned follows from the state that they were in.
    """

    record = models.ForeignKey(
        ActivityRecord,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    batch = models.ForeignKey(
        ImportBatch,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    step = models.CharField(max_length=30, choices=RecordStep)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    words = models.CharField(
        max_length=500, blank=True, db_comment="the reason; of an import the name of its file"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["record"],
                name="inventory_event_of_record",
                condition=Q(record__isnull=False),
            ),
            models.Index(
                fields=["batch"],
                name="inventory_event_of_batch",
                condition=Q(batch__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(record__isnull=False, batch__isnull=True)
                | Q(record__isnull=True, batch__isnull=False),
                name="inventory_event_is_of_a_record_or_an_import",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.at}"
