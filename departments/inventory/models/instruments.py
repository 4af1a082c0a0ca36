"""Tables: contractual instruments for electricity, and which consumption each of them covers."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from departments.inventory.models.activity import ActivityRecord


class InstrumentKind(models.TextChoices):
    CERTIFICATE = "certificate", _("certificate")
    PPA = "ppa", _("PPA")
    SUPPLIER = "supplier", _("supplier contract")


class Technology(models.TextChoices):
    SOLAR = "solar", _("solar")
    WIND = "wind", _("wind")
    HYDRO = "hydro", _("hydropower")
    GEOTHERMAL = "geothermal", _("geothermal")
    MARINE = "marine", _("marine")
    BIOMASS = "biomass", _("biomass")
    NUCLEAR = "nuclear", _("nuclear")
    OTHER = "other", _("other")


RENEWABLE = tuple(
    str(each) for each in Technology if each not in (Technology.NUCLEAR, Technology.OTHER)
)


class Instrument(models.Model):
    """So much electricity of one vintage, whose attributes the company may claim in one market.

    Entered by one person, approved by another, then never edited but for its retirement, once.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=InstrumentKind)
    registry = models.CharField(
        _("registry"),
        max_length=60,
        db_comment="tracking system, or the other party of a contract; upper case",
    )
    serial = models.CharField(
        _("serial"), max_length=100, db_comment="number in its registry; upper case"
    )
    market = models.CharField(
        _("market"), max_length=10, db_comment="ISO 3166-1 alpha-2 code, or a market of several"
    )
    countries = ArrayField(
        models.CharField(max_length=2),
        verbose_name=_("countries"),
        db_comment="the countries of its market, as of when it was entered; ISO 3166-1 alpha-2",
    )
    generated_from = models.DateField(_("generated from"), db_comment="first day of the vintage")
    generated_to = models.DateField(
        _("generated to"), db_comment="last day of the vintage, in the same year"
    )
    volume_kwh = models.DecimalField(
        _("volume, kWh"), max_digits=30, decimal_places=10, db_comment="kWh"
    )
    technology = models.CharField(_("technology"), max_length=20, choices=Technology)
    kgco2e_per_kwh = models.DecimalField(
        _("kgCO2e per kWh"),
        max_digits=20,
        decimal_places=15,
        db_comment="kgCO2e per kWh, as the instrument conveys it",
    )
    factor_source = models.CharField(_("source of the factor"), max_length=300)
    legal_entity = models.ForeignKey(
        "organisation.LegalEntity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("legal entity"),
        db_comment="whose consumption it may cover; null: the whole company's",
    )
    evidence = models.CharField(
        _("evidence"), max_length=500, db_comment="where the certificate or contract is kept"
    )
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(db_default=Now(), editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    retired_on = models.DateField(
        _("retired on"), null=True, blank=True, db_comment="null: held, not retired yet"
    )
    retirement_reference = models.CharField(
        _("retirement"), max_length=200, blank=True, db_comment="the registry's number of it"
    )

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        ordering = ["generated_from", "registry", "serial"]
        constraints = [
            models.UniqueConstraint(
                fields=["registry", "serial"],
                name="inventory_instrument_is_entered_once",
                violation_error_message=_("This instrument is already there."),
            ),
            models.CheckConstraint(
                condition=Q(volume_kwh__gt=0, kgco2e_per_kwh__gte=0),
                name="inventory_instrument_has_a_volume",
            ),
            models.CheckConstraint(
                condition=Q(generated_from__lte=F("generated_to"))
                & Q(generated_from__year=F("generated_to__year")),
                name="inventory_vintage_lies_in_one_year",
                violation_error_message=_("Enter the days of one year; another year by itself."),
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("entered_by")),
                name="inventory_instrument_approved_by_another_person",
                violation_error_message=_("Whoever entered an instrument can't approve it."),
            ),
            models.CheckConstraint(
                condition=Q(retired_on__isnull=True, retirement_reference="")
                | (Q(retired_on__isnull=False) & ~Q(retirement_reference="")),
                name="inventory_retirement_has_its_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registry} {self.serial}"

    @property
    def vintage(self) -> str:
        """The days of generation for people: 2024, or 2024-03-01 to 2024-03-31."""
        first, last = self.generated_from, self.generated_to
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            return str(first.year)
        return f"{first} to {last}"


class InstrumentUse(models.Model):
    """What an instrument covers of one record's electricity; taken back by a date, never edited."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="uses")
    activity_record = models.ForeignKey(ActivityRecord, models.PROTECT, related_name="+")
    covered_kwh = models.DecimalField(
        _("covered, kWh"), max_digits=30, decimal_places=10, db_comment="kWh"
    )
    coverable_kwh = models.DecimalField(
        max_digits=30,
        decimal_places=10,
        db_comment="kWh of the record, less what its own inputs cover; the same on all its uses",
    )
    matched_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    matched_at = models.DateTimeField()
    released_at = models.DateTimeField(
        null=True, blank=True, db_comment="from then on the instrument is free again"
    )

    class Meta:
        verbose_name = _("use of an instrument")
        verbose_name_plural = _("uses of instruments")
        ordering = ["activity_record_id", "instrument_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(covered_kwh__gt=0, coverable_kwh__gt=0),
                name="inventory_use_covers_something",
            ),
            models.UniqueConstraint(
                fields=["activity_record", "instrument"],
                condition=Q(released_at__isnull=True),
                name="inventory_instrument_covers_a_record_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.covered_kwh} kWh of {self.instrument_id}"
