"""Tables: policy. Schemes, what they cover, the prices and incentive rates in force."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Now, Replace, Upper
from django.utils.translation import gettext_lazy as _

from departments.organisation.calendar import days_told
from pricing.abatement_models import AbatementRate, IncentiveCap
from pricing.exchange_models import ExchangeRate
from pricing.grant_models import (
    GrantApplication,
    GrantBudget,
    GrantEffect,
    GrantMeasurement,
    GrantMilestone,
    GrantState,
)
from pricing.proposed import Proposed
from pricing.text_models import SchemeText, TextTopic

__all__ = [
    "AbatementRate",
    "CarbonPrice",
    "ExchangeRate",
    "GrantApplication",
    "GrantBudget",
    "GrantEffect",
    "GrantMeasurement",
    "GrantMilestone",
    "GrantState",
    "IncentiveCap",
    "IncentiveRate",
    "Mechanism",
    "Scheme",
    "SchemeCoverage",
    "SchemeText",
    "Scope2Basis",
    "TextTopic",
]


class Mechanism(models.TextChoices):
    FEE = "fee", _("carbon fee")
    SHOWBACK = "showback", _("showback (shadow price)")
    FEEBATE = "feebate", _("feebate")
    BASELINE_TARGET = "baseline_target", _("baseline target")
    BASELINE_TARGET_PAID = "baseline_target_paid", _("baseline target, less is paid")
    BUDGET_NEUTRAL_START = "budget_neutral_start", _("budget-neutral start")
    CONTRIBUTION = "contribution", _("contribution by share of budget")
    PER_EVENT = "per_event", _("levy per event")


class Scope2Basis(models.TextChoices):
    LOCATION = "location", _("location-based")
    MARKET = "market", _("market-based")


class Scheme(models.Model):
    """A mechanism with its scope and its calendar, e.g. the internal carbon fee.

    Only its name, its purpose and whether it is illustrative may change.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    mechanism = models.CharField(
        _("mechanism"), max_length=20, choices=Mechanism, default=Mechanism.FEE
    )
    currency = models.CharField(_("currency"), max_length=3, db_comment="ISO 4217, fixed for life")
    scope2_basis = models.CharField(
        _("charged Scope 2 basis"), max_length=10, choices=Scope2Basis, default=Scope2Basis.MARKET
    )
    starts_on = models.DateField(
        _("starts on"), db_comment="activity before this day is never charged"
    )
    fund_entity = models.ForeignKey(
        "organisation.LegalEntity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("legal entity of the fund"),
        help_text=_(
            "Whose books the carbon fund is in. Departments of other legal entities then pay and "
            "earn through due-to and due-from accounts. Empty: books are not told apart."
        ),
        db_comment="null: the scheme's accounts belong to no legal entity",
    )
    keeps_atmosphere = models.BooleanField(
        _("keeps the atmosphere account"),
        default=False,
        help_text=_("The one scheme that posts kgCO2e, so that no tonne is counted twice."),
    )
    fund_may_overdraw = models.BooleanField(
        _("fund may be overdrawn"),
        default=False,
        help_text=_("Whether grants and incentives are paid though the fund holds less."),
    )
    contributions_lapse = models.BooleanField(
        _("invest or lose"),
        default=False,
        help_text=_(
            "What a department has paid is set aside for its own grants until the end of the next "
            "fiscal year; what it has not invested by then is everybody's."
        ),
    )
    purpose = models.TextField(_("purpose"), blank=True)
    is_illustrative = models.BooleanField(_("illustrative"), default=False)

    class Meta:
        verbose_name = _("scheme")
        verbose_name_plural = _("schemes")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["keeps_atmosphere"],
                condition=Q(keeps_atmosphere=True),
                name="pricing_one_scheme_keeps_the_atmosphere",
            ),
            models.UniqueConstraint(
                Upper(Replace(F("code"), Value("_"), Value("-"))),
                name="pricing_scheme_code_makes_accounts_of_its_own",
                violation_error_message=_(
                    "Another scheme's accounts have this name already: codes that differ only in "
                    "case, “_” and “-” name the same accounts. Choose another code."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.name}"


class SchemeCoverage(models.Model):
    """A scope, or one Scope 3 category, that a scheme charges during a range of days.

    It is never changed; it may only be ended, and not in the past.
    """

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="coverage")
    scope = models.PositiveSmallIntegerField(_("scope"))
    category = models.PositiveSmallIntegerField(
        _("Scope 3 category"), null=True, blank=True, help_text=_("Empty: the whole scope.")
    )
    in_force = DateRangeField(_("in force"), db_comment="[first day, day after the last)")

    class Meta:
        verbose_name = _("coverage")
        verbose_name_plural = _("coverage")
        ordering = ["scheme", "scope", "category"]
        constraints = [
            ExclusionConstraint(
                name="pricing_one_coverage_in_force",
                expressions=[
                    (F("scheme"), RangeOperators.EQUAL),
                    (F("scope"), RangeOperators.EQUAL),
                    (Coalesce(F("category"), Value(0)), RangeOperators.EQUAL),
                    (F("in_force"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This scope is already covered on some of these days."),
            ),
            models.CheckConstraint(
                condition=Q(scope__in=[1, 2, 3])
                & (Q(category__isnull=True) | Q(scope=3, category__range=(1, 15))),
                name="pricing_coverage_names_a_scope",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope}.{self.category or '*'} {days_told(self.in_force)}"


class CarbonPrice(models.Model):
    """A price per tonne in force on a range of days, for all or part of a scheme.

    The most specific price wins: department (nearest ancestor), then category, then scope, then
    the scheme's default; a country narrows within each.
    """

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="prices")
    department = models.ForeignKey(
        "organisation.Department", models.PROTECT, null=True, blank=True, related_name="+"
    )
    scope = models.PositiveSmallIntegerField(_("scope"), null=True, blank=True)
    category = models.PositiveSmallIntegerField(_("Scope 3 category"), null=True, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    price_per_tonne = models.DecimalField(
        _("price per tonne"),
        max_digits=18,
        decimal_places=6,
        db_comment="in the scheme's currency per tCO2e",
    )
    in_force = DateRangeField(_("in force"), db_comment="[first day, day after the last)")
    reason = models.TextField(_("reason"), blank=True)
    source_url = models.URLField(_("source"), max_length=500, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("carbon price")
        verbose_name_plural = _("carbon prices")
        ordering = ["scheme", "in_force"]
        constraints = [
            ExclusionConstraint(
                name="pricing_one_price_in_force",
                expressions=[
                    (F("scheme"), RangeOperators.EQUAL),
                    (Coalesce(F("department"), Value(0)), RangeOperators.EQUAL),
                    (Coalesce(F("scope"), Value(0)), RangeOperators.EQUAL),
                    (Coalesce(F("category"), Value(0)), RangeOperators.EQUAL),
                    (F("country"), RangeOperators.EQUAL),
                    (F("in_force"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "A price for exactly this is already in force on some of these days."
                ),
            ),
            models.CheckConstraint(
                condition=Q(price_per_tonne__gte=0), name="pricing_price_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(category__isnull=True) | Q(scope=3, category__range=(1, 15)),
                name="pricing_price_category_is_scope_3",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="pricing_price_approved_by_another_person",
                violation_error_message=_("Whoever proposed a price can't approve it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.price_per_tonne.normalize():f} {days_told(self.in_force)}"


class IncentiveRate(models.Model):
    """What a verified absorbed tonne earns, by durability class, on a range of days."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="incentive_rates")
    durability_class = models.CharField(
        _("durability class"), max_length=10, db_comment="short, medium or long"
    )
    rate_per_tonne = models.DecimalField(
        _("rate per tonne"),
        max_digits=18,
        decimal_places=6,
        db_comment="in the scheme's currency per verified tCO2e",
    )
    in_force = DateRangeField(_("in force"), db_comment="[first day, day after the last)")
    reason = models.TextField(_("reason"), blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("incentive rate")
        verbose_name_plural = _("incentive rates")
        ordering = ["scheme", "durability_class", "in_force"]
        constraints = [
            ExclusionConstraint(
                name="pricing_one_incentive_rate_in_force",
                expressions=[
                    (F("scheme"), RangeOperators.EQUAL),
                    (F("durability_class"), RangeOperators.EQUAL),
                    (F("in_force"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "A rate for this durability class is already in force on some of these days."
                ),
            ),
            models.CheckConstraint(
                condition=Q(durability_class__in=["short", "medium", "long"]),
                name="pricing_rate_names_a_durability_class",
            ),
            models.CheckConstraint(
                condition=Q(rate_per_tonne__gte=0), name="pricing_rate_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="pricing_rate_approved_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        rate = f"{self.rate_per_tonne.normalize():f}"
        return f"{self.durability_class} {rate} {days_told(self.in_force)}"


class Measure(models.TextChoices):
    KGCO2E = "kgco2e", _("kgCO2e")
    BUDGET = "budget", _("budget")


class Baseline(Proposed):
    """What a department is measured against on a range of days: tonnes, or its budget.

    It belongs to the accounting period of its last day, like a record, and is priced like one.
    Once approved it is never edited; a correction is one more, above or below zero, of other days.
    """

    department = models.ForeignKey("organisation.Department", models.PROTECT, related_name="+")
    measure = models.CharField(_("measure"), max_length=10, choices=Measure, default=Measure.KGCO2E)
    quantity = models.DecimalField(
        _("quantity"),
        max_digits=24,
        decimal_places=6,
        db_comment="kgCO2e, or money in the scheme's currency, over the whole range of days",
    )
    scope = models.PositiveSmallIntegerField(_("scope"), null=True, blank=True)
    category = models.PositiveSmallIntegerField(_("Scope 3 category"), null=True, blank=True)

    class Meta(Proposed.Meta):
        abstract = False
        verbose_name = _("baseline")
        verbose_name_plural = _("baselines")
        ordering = ["scheme", "department", "in_force"]
        constraints = [
            *Proposed.Meta.constraints,
            ExclusionConstraint(
                name="pricing_one_baseline_in_force",
                expressions=[
                    (F("scheme"), RangeOperators.EQUAL),
                    (F("department"), RangeOperators.EQUAL),
                    (F("measure"), RangeOperators.EQUAL),
                    (Coalesce(F("scope"), Value(0)), RangeOperators.EQUAL),
                    (Coalesce(F("category"), Value(0)), RangeOperators.EQUAL),
                    (F("in_force"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("There is a baseline on some of these days already."),
            ),
            models.CheckConstraint(
                condition=Q(in_force__isempty=False)
                & Q(in_force__lower_inf=False, in_force__upper_inf=False),
                name="pricing_baseline_is_of_days",
            ),
            models.CheckConstraint(
                condition=Q(scope__isnull=True) | Q(scope__in=[1, 2, 3], measure="kgco2e"),
                name="pricing_baseline_names_a_scope",
            ),
            models.CheckConstraint(
                condition=Q(category__isnull=True)
                | Q(scope__isnull=False, scope=3, category__range=(1, 15)),
                name="pricing_baseline_category_is_scope_3",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} {self.measure} {days_told(self.in_force)}"


class EventRate(Proposed):
    """What an event costs: a record of an activity, or a unit of what the record counts."""

    activity = models.CharField(
        _("activity"),
        max_length=250,
        help_text=_("A path, e.g. travel/flight: it and every activity below it."),
    )
    unit = models.CharField(
        _("unit"),
        max_length=60,
        blank=True,
        help_text=_("Count what records state in this unit. Empty: count one for each record."),
    )
    rate = models.DecimalField(
        _("rate"), max_digits=18, decimal_places=6, db_comment="in the scheme's currency, an event"
    )

    class Meta(Proposed.Meta):
        abstract = False
        verbose_name = _("event rate")
        verbose_name_plural = _("event rates")
        ordering = ["scheme", "activity", "in_force"]
        constraints = [
            *Proposed.Meta.constraints,
            ExclusionConstraint(
                name="pricing_one_event_rate_in_force",
                expressions=[
                    (F("scheme"), RangeOperators.EQUAL),
                    (F("activity"), RangeOperators.EQUAL),
                    (F("unit"), RangeOperators.EQUAL),
                    (F("in_force"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "A rate for these events is already in force on some of these days."
                ),
            ),
            models.CheckConstraint(
                condition=Q(rate__gte=0), name="pricing_event_rate_is_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(activity=""), name="pricing_event_rate_names_an_activity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.rate.normalize():f} {days_told(self.in_force)}"


class Contribution(Proposed):
    """What all departments pay into the fund together over a range of days, by share of budget.

    It belongs to the accounting period of its last day. Once approved it is never edited; a
    correction is one more, above or below zero, of other days.
    """

    amount = models.DecimalField(
        _("amount"),
        max_digits=18,
        decimal_places=6,
        db_comment="in the scheme's currency, over the whole range of days",
    )

    class Meta(Proposed.Meta):
        abstract = False
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        ordering = ["scheme", "in_force"]
        constraints = [
            *Proposed.Meta.constraints,
            ExclusionConstraint(
                name="pricing_one_contribution_in_force",
                expressions=[
                    (F("scheme"), RangeOperators.EQUAL),
                    (F("in_force"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("There is a contribution on some of these days already."),
            ),
            models.CheckConstraint(
                condition=Q(in_force__isempty=False)
                & Q(in_force__lower_inf=False, in_force__upper_inf=False),
                name="pricing_contribution_is_of_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} {days_told(self.in_force)}"
