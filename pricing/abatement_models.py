"""Tables: what a tonne below the baseline earns, and how much incentives pay at most."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import DateField, F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from departments.organisation.calendar import days_told
from pricing.proposed import Proposed


class AbatementRate(Proposed):
    """What a tonne below the baseline earns, for all baselines or those of a scope or category.

    It is in force for an accounting period whose last day it is in force on. Once approved it is
    never edited, only ended.
    """

    rate_per_tonne = models.DecimalField(
        _("rate per tonne"),
        max_digits=18,
        decimal_places=6,
        db_comment="in the scheme's currency per tCO2e below the baseline",
    )
    scope = models.PositiveSmallIntegerField(_("scope"), null=True, blank=True)
    category = models.PositiveSmallIntegerField(_("Scope 3 category"), null=True, blank=True)

    class Meta(Proposed.Meta):
        abstract = False
        verbose_name = _("abatement rate")
        verbose_name_plural = _("abatement rates")
        ordering = ["scheme", "scope", "category", "in_force"]
        constraints = [
            *Proposed.Meta.constraints,
            ExclusionConstraint(
                name="pricing_one_abatement_rate_in_force",
                expressions=[
                    (F("scheme"), RangeOperators.EQUAL),
                    (Coalesce(F("scope"), Value(0)), RangeOperators.EQUAL),
                    (Coalesce(F("category"), Value(0)), RangeOperators.EQUAL),
                    (F("in_force"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "A rate for exactly this is already in force on some of these days."
                ),
            ),
            models.CheckConstraint(
                condition=Q(rate_per_tonne__gte=0), name="pricing_abatement_rate_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(scope__isnull=True) | Q(scope__in=[1, 2, 3]),
                name="pricing_abatement_rate_names_a_scope",
            ),
            models.CheckConstraint(
                condition=Q(category__isnull=True)
                | Q(scope__isnull=False, scope=3, category__range=(1, 15)),
                name="pricing_abatement_rate_category_is_scope_3",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rate_per_tonne.normalize():f} {days_told(self.in_force)}"


def _caps_have_the_same(bound: str) -> ExclusionConstraint:
    """Caps on the same add up where their days are the same, and have no days in common else."""
    return ExclusionConstraint(
        name=f"pricing_caps_have_the_same_{bound}_days",
        expressions=[
            (F("scheme"), RangeOperators.EQUAL),
            (Coalesce(F("department"), Value(0)), RangeOperators.EQUAL),
            (F("durability_class"), RangeOperators.EQUAL),
            (F("in_force"), RangeOperators.OVERLAPS),
            (Func("in_force", function=bound, output_field=DateField()), RangeOperators.NOT_EQUAL),
        ],
        violation_error_message=_("There is a cap on some of these days already, and of others."),
    )


class IncentiveCap(Proposed):
    """The most that incentives pay for accounting periods that end on a range of days.

    For all departments together or one, for all incentives or a durability class. Once approved it
    is never edited; a correction is one more for the same days, above or below zero.
    """

    department = models.ForeignKey(
        "organisation.Department", models.PROTECT, null=True, blank=True, related_name="+"
    )
    durability_class = models.CharField(
        _("durability class"),
        max_length=10,
        blank=True,
        help_text=_("short, medium or long. Empty: all incentives, those for abatement too."),
    )
    amount = models.DecimalField(
        _("amount"),
        max_digits=18,
        decimal_places=6,
        db_comment="in the scheme's currency, over the whole range of days",
    )

    class Meta(Proposed.Meta):
        abstract = False
        verbose_name = _("incentive cap")
        verbose_name_plural = _("incentive caps")
        ordering = ["scheme", "in_force"]
        constraints = [
            *Proposed.Meta.constraints,
            _caps_have_the_same("lower"),
            _caps_have_the_same("upper"),
            models.CheckConstraint(
                condition=Q(in_force__isempty=False)
                & Q(in_force__lower_inf=False, in_force__upper_inf=False),
                name="pricing_incentive_cap_is_of_days",
            ),
            models.CheckConstraint(
                condition=Q(durability_class__in=["", "short", "medium", "long"]),
                name="pricing_incentive_cap_names_a_durability_class",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} {self.durability_class} {days_told(self.in_force)}"
