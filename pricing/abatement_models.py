"""Tables: what a tonne earns that a department stays below its baseline."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

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
        return f"{self.rate_per_tonne.normalize():f} {self.in_force}"
