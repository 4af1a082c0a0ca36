"""Tables: budgets of a fund, applications for a grant, their milestones and what they delivered."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class GrantState(models.TextChoices):
    APPLIED = "applied", _("applied")
    SCORED = "scored", _("scored")
    PROPOSED = "proposed", _("award proposed")
    AWARDED = "awarded", _("awarded")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    CLOSED = "closed", _("closed")
    FAILED = "failed", _("failed")


class GrantEffect(models.TextChoices):
    ABATEMENT = "abatement", _("emits less")
    ABSORPTION = "absorption", _("absorbs carbon")


def _person(*, null: bool = False, blank: bool = False) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=null, blank=blank
    )


class GrantBudget(models.Model):
    """What a fund may promise to projects that start on a range of days; it takes two people."""

    scheme = models.ForeignKey("pricing.Scheme", models.PROTECT, related_name="grant_budgets")
    days = DateRangeField(_("days"), db_comment="[first day, day after the last)")
    amount_minor = models.BigIntegerField(
        _("amount"), db_comment="in minor units of the scheme's currency"
    )
    reason = models.TextField(_("reason"), blank=True)
    proposed_by = _person()
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)
    approved_by = _person(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("budget for grants")
        verbose_name_plural = _("budgets for grants")
        ordering = ["scheme", "days"]
        constraints = [
            ExclusionConstraint(
                name="pricing_one_grant_budget_in_force",
                expressions=[
                    (F("scheme"), RangeOperators.EQUAL),
                    (F("days"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("There is a budget for some of these days already."),
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, days__isempty=False),
                name="pricing_grant_budget_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="pricing_grant_budget_approved_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.days}"


class GrantApplication(models.Model):
    """What a department asks the fund for, and promises; then who decided what about it."""

    scheme = models.ForeignKey("pricing.Scheme", models.PROTECT, related_name="grants")
    department = models.ForeignKey(
        "organisation.Department", models.PROTECT, related_name="+", verbose_name=_("department")
    )
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    effect = models.CharField(_("effect"), max_length=20, choices=GrantEffect)
    cost_minor = models.BigIntegerField(
        _("whole cost"), db_comment="of the project, in minor units of the scheme's currency"
    )
    asked_minor = models.BigIntegerField(
        _("asked"), db_comment="of the fund, in minor units of the scheme's currency"
    )
    saved_per_year_minor = models.BigIntegerField(
        _("saved a year"),
        default=0,
        db_comment="in minor units; below zero, if running it costs money",
    )
    tonnes_per_year = models.DecimalField(
        _("tonnes a year"), max_digits=24, decimal_places=9, db_comment="tCO2e, promised"
    )
    lifetime_years = models.PositiveSmallIntegerField(_("lifetime, years"))
    uncertainty_percent = models.DecimalField(
        _("uncertainty, %"), max_digits=6, decimal_places=3, db_comment="± percent of the tonnes"
    )
    starts_on = models.DateField(_("starts on"))
    is_illustrative = models.BooleanField(_("illustrative"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=GrantState, default=GrantState.APPLIED
    )
    applied_by = _person()
    applied_at = models.DateTimeField()
    discount_percent = models.DecimalField(
        _("discount, % a year"), max_digits=6, decimal_places=3, null=True, blank=True
    )
    score_note = models.TextField(_("note on the score"), blank=True)
    scored_by = _person(null=True, blank=True)
    scored_at = models.DateTimeField(null=True, blank=True)
    budget = models.ForeignKey(GrantBudget, models.PROTECT, null=True, related_name="grants")
    award_reason = models.TextField(_("why it should be awarded"), blank=True)
    award_proposed_by = _person(null=True, blank=True)
    award_proposed_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(_("reason of the decision"), blank=True)
    decided_by = _person(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.TextField(_("why it ended"), blank=True)
    ended_by = _person(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    asked_minor__gt=0,
                    cost_minor__gte=F("asked_minor"),
                    tonnes_per_year__gt=0,
                    lifetime_years__range=(1, 100),
                    uncertainty_percent__range=(0, 100),
                ),
                name="pricing_grant_promises_something",
            ),
            models.CheckConstraint(
                condition=Q(scored_by__isnull=True) | ~Q(scored_by=F("applied_by")),
                name="pricing_grant_scored_by_another_person",
            ),
            models.CheckConstraint(
                condition=(
                    Q(award_proposed_by__isnull=True) | ~Q(award_proposed_by=F("applied_by"))
                )
                & (
                    ~Q(state__in=["awarded", "closed", "failed"])
                    | Q(award_proposed_by__isnull=False, decided_by__isnull=False)
                    & Q(budget__isnull=False)
                    & ~Q(decided_by=F("award_proposed_by"))
                    & ~Q(decided_by=F("applied_by"))
                ),
                name="pricing_grant_awarded_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined")
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("applied_by")),
                name="pricing_grant_declined_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} · {self.title}"


class GrantMilestone(models.Model):
    """A part of a grant that is paid once what it asks for is shown, and accepted by another."""

    grant = models.ForeignKey(GrantApplication, models.PROTECT, related_name="milestones")
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    due_on = models.DateField(_("due on"))
    amount_minor = models.BigIntegerField(
        _("amount"), db_comment="in minor units of the scheme's currency"
    )
    evidence = models.TextField(_("evidence"), blank=True)
    evidenced_by = _person(null=True, blank=True)
    evidenced_at = models.DateTimeField(null=True, blank=True)
    accepted_by = _person(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("milestone of a grant")
        verbose_name_plural = _("milestones of grants")
        ordering = ["grant", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["grant", "number"], name="pricing_milestone_has_its_number"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="pricing_milestone_pays_something"
            ),
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True)
                | Q(evidenced_by__isnull=False) & ~Q(accepted_by=F("evidenced_by")),
                name="pricing_milestone_accepted_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id}.{self.number} {self.title}"


class GrantMeasurement(models.Model):
    """Tonnes that a project delivered between two days, and how one knows."""

    grant = models.ForeignKey(GrantApplication, models.PROTECT, related_name="measurements")
    days = DateRangeField(_("days"), db_comment="[first day, day after the last)")
    tonnes = models.DecimalField(
        _("tonnes"), max_digits=24, decimal_places=9, db_comment="tCO2e delivered in these days"
    )
    uncertainty_percent = models.DecimalField(
        _("uncertainty, %"), max_digits=6, decimal_places=3, db_comment="± percent of the tonnes"
    )
    evidence = models.TextField(_("evidence"))
    entered_by = _person()
    entered_at = models.DateTimeField()
    approved_by = _person(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("measurement of a grant")
        verbose_name_plural = _("measurements of grants")
        ordering = ["grant", "days"]
        constraints = [
            ExclusionConstraint(
                name="pricing_grant_is_measured_once",
                expressions=[
                    (F("grant"), RangeOperators.EQUAL),
                    (F("days"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Some of these days are measured already."),
            ),
            models.CheckConstraint(
                condition=Q(
                    tonnes__gte=0, uncertainty_percent__range=(0, 100), days__isempty=False
                ),
                name="pricing_grant_measurement_has_tonnes",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("entered_by")),
                name="pricing_grant_measurement_approved_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.days} {self.tonnes}"
