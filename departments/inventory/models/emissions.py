"""Tables: emission records, the results that schemes charge; never edited."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.factors import EmissionFactor

# A billion tonnes: as milligrams it fits several times into the BIGINT that the books count in.
LARGEST_KGCO2E = Decimal(10) ** 12


class EmissionKind(models.TextChoices):
    EMISSION = "emission", _("emission")
    REMOVAL = "removal", _("removal")


class DurabilityClass(models.TextChoices):
    """How long the carbon stays out of the air."""

    SHORT = "short", _("short (under 100 years)")
    MEDIUM = "medium", _("medium (100 to 1,000 years)")
    LONG = "long", _("long (1,000 years or more)")


class RemovalState(models.TextChoices):
    CONTRACTED = "contracted", _("contracted")
    DELIVERED = "delivered", _("delivered")
    VERIFIED = "verified", _("verified")
    RETIRED = "retired", _("retired")


EARNED = (RemovalState.VERIFIED, RemovalState.RETIRED)  # tonnes that count and may earn


class CalculationRecipe(models.Model):
    """The printed arithmetic that results share, its figures left open; never edited."""

    digest = models.CharField(
        max_length=64, unique=True, db_comment="hex SHA-256 of the recipe: the same is kept once"
    )
    template = models.JSONField(db_comment="a trace whose figures follow from the quantity")

    def __str__(self) -> str:
        return self.digest[:12]


class EmissionRecord(models.Model):
    """The kgCO2e of one activity record, with the factor and the arithmetic that made it.

    Made when the activity record is submitted, so that the approver sees the very figure; becomes
    chargeable when it gets its approval number. Emissions and removals are both positive here; a
    removal that is undone is negative, and so is what a pool gives away when it is shared out.
    Outside Scope 2 both bases carry the same figure.
    """

    activity_record = models.ForeignKey(
        ActivityRecord,
        models.PROTECT,
        related_name="emission_records",
        db_constraint=False,
        db_index=False,
    )
    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    activity_on = models.DateField(db_comment="last day of the activity: names period and price")
    country = models.CharField(max_length=2, blank=True, db_comment="ISO 3166-1 alpha-2")
    kind = models.CharField(max_length=10, choices=EmissionKind, default=EmissionKind.EMISSION)
    scope = models.PositiveSmallIntegerField(null=True, db_comment="1, 2 or 3; null for removals")
    category = models.PositiveSmallIntegerField(null=True, db_comment="Scope 3 category 1 to 15")
    durability_class = models.CharField(max_length=10, choices=DurabilityClass, blank=True)
    removal_state = models.CharField(max_length=10, choices=RemovalState, blank=True)
    location_kgco2e = models.DecimalField(
        max_digits=24, decimal_places=6, db_comment="kgCO2e, location-based, to the milligram"
    )
    market_kgco2e = models.DecimalField(
        max_digits=24, decimal_places=6, db_comment="kgCO2e, market-based, to the milligram"
    )
    factor = models.ForeignKey(
        EmissionFactor,
        models.PROTECT,
        null=True,
        related_name="emission_records",
        db_constraint=False,
        db_index=False,
    )
    gwp_set = models.CharField(max_length=40, blank=True)
    quality_tier = models.PositiveSmallIntegerField(
        default=1, db_comment="data quality, 1 best to 5; each fallback step lowers it"
    )
    trace = models.JSONField(
        db_comment="the printed arithmetic: method, citation, fallbacks, steps; decimals as "
        "strings; empty where a recipe prints it"
    )
    recipe = models.ForeignKey(
        CalculationRecipe,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        db_comment="prints the arithmetic from the record's quantity",
    )
    supersedes = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="successors",
        db_constraint=False,
        db_index=False,
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        db_comment="who recalculated an approved record; null for a record's first result",
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        db_comment="who approved a recalculation; set once, before the approval number",
    )
    reason = models.CharField(max_length=500, blank=True, db_comment="of a recalculation")
    calculated_at = models.DateTimeField(db_default=Now(), editable=False)
    approval_number = models.BigIntegerField(
        null=True,
        unique=True,
        db_comment="order of approval; given once, under a lock, so that a settlement can say "
        "'everything up to this number'",
    )

    class Meta:
        verbose_name = _("emission record")
        verbose_name_plural = _("emission records")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["department", "activity_on"], name="inventory_emission_by_dept"),
            models.Index(
                fields=["activity_on"],
                name="inventory_emission_by_day",
                condition=Q(approval_number__isnull=False),
            ),
            # Few are removals, and pages about them would read all results of their days.
            models.Index(
                fields=["activity_on"],
                name="inventory_removal_by_day",
                condition=Q(kind="removal", approval_number__isnull=False),
            ),
            models.Index(fields=["activity_record"], name="inventory_emission_by_record"),
            models.Index(
                fields=["supersedes"],
                name="inventory_emission_supersedes",
                condition=Q(supersedes__isnull=False),
            ),
            models.Index(
                fields=["approval_number"],
                name="inventory_emission_successor",
                condition=Q(supersedes__isnull=False, approval_number__isnull=False),
            ),
            models.Index(
                fields=["activity_on"],
                name="inventory_emission_waiting",
                condition=Q(proposed_by__isnull=False, approval_number__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind="emission", scope__in=[1, 2, 3], durability_class="", removal_state="")
                    | (
                        Q(kind="removal", scope__isnull=True)
                        & ~Q(durability_class="")
                        & ~Q(removal_state="")
                    )
                ),
                name="inventory_emission_or_removal",
            ),
            models.CheckConstraint(
                condition=Q(category__isnull=True) | Q(scope=3, category__range=(1, 15)),
                name="inventory_category_is_scope_3",
            ),
            models.UniqueConstraint(
                fields=["supersedes"],
                condition=Q(approval_number__isnull=False),
                name="inventory_one_approved_successor",
            ),
            models.UniqueConstraint(
                fields=["activity_record"],
                condition=Q(approval_number__isnull=False, supersedes__isnull=True),
                name="inventory_one_first_approved_result",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=True)
                | Q(approval_number__isnull=True)
                | (Q(approved_by__isnull=False) & ~Q(approved_by=F("proposed_by"))),
                name="inventory_recalculation_approved_by_another_person",
                violation_error_message=_("Whoever recalculated a record can't approve it."),
            ),
            models.CheckConstraint(
                condition=Q(
                    location_kgco2e__range=(-LARGEST_KGCO2E, LARGEST_KGCO2E),
                    market_kgco2e__range=(-LARGEST_KGCO2E, LARGEST_KGCO2E),
                ),
                name="inventory_result_is_countable",
                violation_error_message=_("A record holds at most a billion tonnes."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity_on} {self.market_kgco2e.normalize():f} kgCO2e"
