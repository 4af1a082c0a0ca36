"""Tables: projects that absorb carbon, their measurements, and what removals claim of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from departments.inventory.models.emissions import DurabilityClass, EmissionRecord


class AbsorptionKind(models.TextChoices):
    MANGROVE = "mangrove", _("mangrove")
    FOREST = "forest", _("forest")
    SOIL = "soil", _("soil")
    BIOCHAR = "biochar", _("biochar")
    DIRECT_AIR = "direct_air", _("direct air capture")
    MINERALISATION = "mineralisation", _("mineralisation")
    OCEAN = "ocean", _("ocean")
    OTHER = "other", _("other")


class MeasurementMethod(models.TextChoices):
    DRONE = "drone", _("drone")
    SATELLITE = "satellite", _("satellite")
    IN_SITU = "in_situ", _("in situ")
    MODEL = "model", _("model")


class AbsorptionProject(models.Model):
    """Where carbon is taken out of the air, for how long, and which share is held back.

    Entered by one person, approved by another, then never edited.
    """

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=AbsorptionKind)
    place = models.CharField(_("place"), max_length=60, db_comment="ISO 3166")
    durability_class = models.CharField(
        _("durability class"), max_length=10, choices=DurabilityClass
    )
    buffer_share = models.DecimalField(
        _("buffer"),
        max_digits=6,
        decimal_places=5,
        db_comment="share of what is measured that nobody may claim, 0 to below 1",
    )
    evidence = models.CharField(_("evidence"), max_length=500)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(db_default=Now(), editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("absorption project")
        verbose_name_plural = _("absorption projects")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(buffer_share__gte=0, buffer_share__lt=1),
                name="inventory_buffer_is_a_share",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("entered_by")),
                name="inventory_project_approved_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class AbsorptionMeasurement(models.Model):
    """Tonnes that a project took out of the air since the measurement before, and how one knows."""

    project = models.ForeignKey(AbsorptionProject, models.PROTECT, related_name="measurements")
    method = models.CharField(_("method"), max_length=20, choices=MeasurementMethod)
    measured_on = models.DateField(_("measured on"))
    tonnes = models.DecimalField(
        _("tonnes"), max_digits=24, decimal_places=9, db_comment="tCO2e since the one before"
    )
    area_ha = models.DecimalField(
        _("area, ha"), max_digits=20, decimal_places=6, null=True, blank=True, db_comment="ha"
    )
    uncertainty_percent = models.DecimalField(
        _("uncertainty, %"), max_digits=6, decimal_places=3, db_comment="± percent of the tonnes"
    )
    evidence = models.CharField(_("evidence"), max_length=500)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(db_default=Now(), editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("measurement of absorption")
        verbose_name_plural = _("measurements of absorption")
        ordering = ["project_id", "measured_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "method", "measured_on"],
                name="inventory_measurement_is_entered_once",
            ),
            models.CheckConstraint(
                condition=Q(tonnes__gt=0, uncertainty_percent__range=(0, 100)),
                name="inventory_measurement_has_tonnes",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("entered_by")),
                name="inventory_measurement_approved_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.measured_on} {self.method}"


class AbsorptionClaim(models.Model):
    """What a verified removal claims of its project; written by a guard alone."""

    project = models.ForeignKey(AbsorptionProject, models.PROTECT, related_name="claims")
    emission_record = models.OneToOneField(EmissionRecord, models.PROTECT, related_name="+")
    claimed_kgco2e = models.DecimalField(max_digits=24, decimal_places=6, db_comment="kgCO2e")

    class Meta:
        verbose_name = _("claim on a project")
        verbose_name_plural = _("claims on projects")

    def __str__(self) -> str:
        return f"{self.claimed_kgco2e} kgCO2e of {self.project_id}"
