"""Tables: sites, and what is measured there beside carbon; readings are superseded, not edited."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SiteKind(models.TextChoices):
    DATA_CENTRE = "data_centre", _("data centre")
    OFFICE = "office", _("office")
    LABORATORY = "laboratory", _("laboratory")
    WAREHOUSE = "warehouse", _("warehouse")
    LAND = "land", _("land")
    OTHER = "other", _("other")


class ReadingMethod(models.TextChoices):
    MEASURED = "measured", _("measured")
    CALCULATED = "calculated", _("calculated")
    ESTIMATED = "estimated", _("estimated")


class Site(models.Model):
    """A data centre, an office or another place that the company runs, and who answers for it."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=SiteKind)
    place = models.CharField(
        _("place"), max_length=60, db_comment="ISO 3166, eGRID subregion or cloud region"
    )
    legal_entity = models.ForeignKey(
        "organisation.LegalEntity", models.PROTECT, related_name="+", verbose_name=_("legal entity")
    )
    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="+",
        verbose_name=_("department"),
        db_comment="who answers for the site: its people see and enter readings",
    )
    opened_on = models.DateField(_("opened on"), db_comment="first day of readings")
    closed_on = models.DateField(
        _("closed on"), null=True, blank=True, db_comment="last day of readings; null: it is open"
    )
    floor_area_m2 = models.DecimalField(
        _("floor area, m²"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9-]*$"),
                name="inventory_site_code_is_upper_case",
                violation_error_message=_("Use capital letters, digits and hyphens."),
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="inventory_site_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(floor_area_m2__isnull=True) | Q(floor_area_m2__gt=0),
                name="inventory_floor_area_is_above_zero",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class SiteReading(models.Model):
    """So much of an indicator at a site during some days, with unit and source.

    Entered by one person, approved by another. A correction is a new reading that supersedes it.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="readings")
    indicator = models.CharField(_("indicator"), max_length=60)
    days = DateRangeField(_("days"), db_comment="first day, and the day after the last")
    quantity = models.DecimalField(
        _("quantity"), max_digits=30, decimal_places=10, db_comment="in `unit`"
    )
    unit = models.CharField(_("unit"), max_length=60)
    method = models.CharField(_("method"), max_length=20, choices=ReadingMethod)
    source = models.CharField(
        _("source"), max_length=500, db_comment="meter, report or evidence that it was taken from"
    )
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(db_default=Now(), editable=False)
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    reason = models.CharField(_("reason for the correction"), max_length=500, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(
        null=True, blank=True, editable=False, db_comment="when its correction was approved"
    )

    class Meta:
        verbose_name = _("site reading")
        verbose_name_plural = _("site readings")
        ordering = ["-id"]
        constraints = [
            ExclusionConstraint(
                name="inventory_one_reading_in_force",
                expressions=[
                    (F("site"), RangeOperators.EQUAL),
                    (F("indicator"), RangeOperators.EQUAL),
                    (F("days"), RangeOperators.OVERLAPS),
                ],
                condition=Q(approved_by__isnull=False, superseded_at__isnull=True),
                violation_error_message=_("Another reading covers some of these days."),
            ),
            models.UniqueConstraint(
                fields=["supersedes"], name="inventory_reading_is_corrected_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0), name="inventory_reading_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(days__startswith__isnull=False, days__endswith__isnull=False)
                & Q(days__isempty=False),
                name="inventory_reading_has_both_ends",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | (
                    Q(approved_by__isnull=False, approved_at__isnull=False)
                    & ~Q(approved_by=F("entered_by"))
                ),
                name="inventory_reading_approved_by_another_person",
                violation_error_message=_("Whoever entered a reading can't approve it."),
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True, reason="")
                | (Q(supersedes__isnull=False) & ~Q(reason="")),
                name="inventory_reading_is_corrected_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.indicator} {self.days.lower}"

    @property
    def last_day(self) -> date:
        """The last of its days: it names the month and year of a reading."""
        assert self.days.upper is not None
        return self.days.upper - timedelta(days=1)
