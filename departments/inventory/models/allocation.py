"""Tables: keys by which shared emissions are allocated, and the records that came of it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from departments.inventory.models.activity import ActivityRecord


class Driver(models.TextChoices):
    """What emissions are shared by."""

    HEADCOUNT = "headcount", _("headcount")
    FLOOR_AREA = "floor_area", _("floor area")
    COMPUTE_HOURS = "compute_hours", _("compute hours")
    REVENUE = "revenue", _("revenue")
    PERCENT = "percent", _("agreed percentages")


class AllocationKey(models.Model):
    """A version of the key of a pool: of those that cover a day, the newest approved one counts.

    Proposed by one person, approved by another, never edited.
    """

    pool = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="+",
        verbose_name=_("pool"),
        db_comment="the department whose own emissions are shared out",
    )
    version = models.PositiveIntegerField(_("version"), db_comment="counts from 1 in its pool")
    driver = models.CharField(_("driver"), max_length=20, choices=Driver)
    unit = models.CharField(_("unit"), max_length=60, db_comment="of the driver's quantities")
    valid = DateRangeField(_("valid"), db_comment="days of activity; no end: until further notice")
    source = models.CharField(
        _("source"), max_length=500, db_comment="where the driver's quantities are from"
    )
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("allocation key")
        verbose_name_plural = _("allocation keys")
        ordering = ["pool", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "version"], name="inventory_key_version_is_unique_in_its_pool"
            ),
            models.CheckConstraint(
                condition=Q(valid__startswith__isnull=False, valid__isempty=False),
                name="inventory_key_has_a_first_day",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | (
                    Q(approved_by__isnull=False, approved_at__isnull=False)
                    & ~Q(approved_by=F("proposed_by"))
                ),
                name="inventory_key_approved_by_another_person",
                violation_error_message=_("Whoever proposed a key can't approve it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pool.code} {self.version}"


class AllocationShare(models.Model):
    """A department's quantity of the driver; its share is this ÷ the sum of the key's."""

    key = models.ForeignKey(AllocationKey, models.CASCADE, related_name="shares")
    department = models.ForeignKey("organisation.Department", models.PROTECT, related_name="+")
    quantity = models.DecimalField(
        _("quantity"), max_digits=30, decimal_places=10, db_comment="in the key's unit"
    )

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        ordering = ["department__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "department"], name="inventory_share_is_unique_in_its_key"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="inventory_share_is_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department_id}: {self.quantity}"


class AllocatedPart(models.Model):
    """A record that came of sharing out a pool's record: what a department gets, or the pool gives.

    The pool's own part is the others' sum below zero, so that all of a record's parts are nothing.
    """

    pool_record = models.ForeignKey(ActivityRecord, models.PROTECT, related_name="+")
    part_record = models.OneToOneField(ActivityRecord, models.PROTECT, related_name="+")
    department = models.ForeignKey("organisation.Department", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("allocated part")
        verbose_name_plural = _("allocated parts")
        constraints = [
            models.UniqueConstraint(
                fields=["pool_record", "department"],
                name="inventory_department_has_one_part_of_a_record",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pool_record_id}: {self.department_id}"
