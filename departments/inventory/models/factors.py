"""Tables: published emission factors and global warming potentials, never edited once loaded."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class FactorSet(models.Model):
    """One release: published, e.g. UK Government conversion factors 2024, or the company's own."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    publisher = models.CharField(_("publisher"), max_length=200)
    title = models.CharField(_("title"), max_length=300)
    year = models.PositiveSmallIntegerField(_("year"), db_comment="year of the release")
    gwp_set = models.CharField(_("GWP set"), max_length=40, blank=True)
    boundary = models.CharField(_("boundary"), max_length=200, blank=True)
    licence = models.CharField(_("licence"), max_length=200)
    attribution = models.TextField(_("attribution"), blank=True)
    source_url = models.URLField(_("source"), max_length=500, blank=True)
    sha256 = models.CharField(
        max_length=64, db_comment="hex SHA-256 of the file it was loaded from"
    )
    loaded_at = models.DateTimeField(db_default=Now(), editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="who brought the company's own factors; null: published by others",
    )
    proposed_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="who let the company's own factors count; null: not yet, or published",
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("factor set")
        verbose_name_plural = _("factor sets")
        ordering = ["publisher", "-year", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (Q(proposed_by__isnull=False) & ~Q(approved_by=F("proposed_by"))),
                name="inventory_company_factors_approved_by_another_person",
                violation_error_message=_("Whoever proposed factors can't approve them."),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class EmissionFactor(models.Model):
    """kgCO2e for one unit of an activity, in a place and year, within a boundary."""

    factor_set = models.ForeignKey(FactorSet, models.PROTECT, related_name="factors")
    code = models.CharField(_("code"), max_length=60)
    source_factor_id = models.CharField(_("publisher's id"), max_length=100, blank=True)
    activity = models.CharField(_("activity"), max_length=250)
    activity_group = models.CharField(_("group"), max_length=60, blank=True)
    scope = models.PositiveSmallIntegerField(
        _("scope"), null=True, db_comment="GHG Protocol scope 1, 2 or 3; null: outside of scopes"
    )
    category = models.PositiveSmallIntegerField(
        _("Scope 3 category"), null=True, blank=True, db_comment="1 to 15"
    )
    place = models.CharField(
        _("place"), max_length=60, blank=True, db_comment="ISO 3166, eGRID subregion or WORLD"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    in_force = DateRangeField(_("in force"), null=True, blank=True)  # type: ignore[misc]  # stubs
    unit = models.CharField(_("unit"), max_length=60)
    kgco2e_per_unit = models.DecimalField(
        _("kgCO2e per unit"), max_digits=30, decimal_places=15, db_comment="kgCO2e per unit"
    )
    co2_kgco2e = models.DecimalField(max_digits=30, decimal_places=15, null=True, blank=True)
    ch4_kgco2e = models.DecimalField(max_digits=30, decimal_places=15, null=True, blank=True)
    n2o_kgco2e = models.DecimalField(max_digits=30, decimal_places=15, null=True, blank=True)
    biogenic_kgco2e = models.DecimalField(max_digits=30, decimal_places=15, null=True, blank=True)
    boundary = models.CharField(_("boundary"), max_length=200, blank=True)
    gwp_set = models.CharField(_("GWP set"), max_length=40, blank=True)
    suspect = models.BooleanField(
        _("suspect"), default=False, help_text=_("Used only when a person confirms it.")
    )
    notes = models.TextField(_("notes"), blank=True)
    source_url = models.URLField(_("source"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("emission factor")
        verbose_name_plural = _("emission factors")
        ordering = ["factor_set", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["factor_set", "code"], name="inventory_factor_code_is_unique_in_its_set"
            ),
            models.UniqueConstraint(
                fields=["factor_set", "activity", "place", "year", "unit", "boundary"],
                name="inventory_one_factor_for_its_key",
            ),
            models.CheckConstraint(
                condition=Q(category__isnull=True) | Q(scope=3, category__range=(1, 15)),
                name="inventory_factor_category_is_scope_3",
            ),
        ]
        indexes = [
            models.Index(fields=["activity", "place", "year"], name="inventory_factor_by_activity"),
        ]

    def __str__(self) -> str:
        return f"{self.factor_set_id} {self.code}"


class GlobalWarmingPotential(models.Model):
    """kgCO2e for one kilogram of a gas or blend, 100 years, in one IPCC report's set."""

    gwp_set = models.CharField(_("GWP set"), max_length=40)
    gas = models.CharField(_("gas"), max_length=60)
    name = models.CharField(_("name"), max_length=200, blank=True)
    kgco2e_per_kg = models.DecimalField(max_digits=20, decimal_places=6)
    is_blend = models.BooleanField(default=False)
    suspect = models.BooleanField(
        _("suspect"), default=False, help_text=_("Used only when a person confirms it.")
    )
    source = models.CharField(_("source"), max_length=300, blank=True)
    source_url = models.URLField(max_length=500, blank=True)
    licence = models.CharField(max_length=200, blank=True)
    notes = models.TextField(blank=True)

    class Meta:
        verbose_name = _("global warming potential")
        verbose_name_plural = _("global warming potentials")
        ordering = ["gwp_set", "gas"]
        constraints = [
            models.UniqueConstraint(
                fields=["gwp_set", "gas"], name="inventory_one_gwp_for_a_gas_in_a_set"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gas} ({self.gwp_set})"
