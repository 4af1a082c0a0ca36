"""Tables: accounting periods, and the seals of closed ones."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class PeriodState(models.TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class AccountingPeriod(models.Model):
    """A range of days that is settled together and, once closed, never posted into again."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    days = DateRangeField(_("days"), db_comment="[first day, day after the last)")
    state = models.CharField(
        _("state"), max_length=10, choices=PeriodState, default=PeriodState.OPEN
    )
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("accounting period")
        verbose_name_plural = _("accounting periods")
        ordering = ["days"]
        constraints = [
            ExclusionConstraint(
                name="ledger_periods_do_not_overlap",
                expressions=[(F("days"), RangeOperators.OVERLAPS)],
                violation_error_message=_("These days already belong to another period."),
            ),
            models.CheckConstraint(
                condition=Q(days__startswith__isnull=False, days__endswith__isnull=False),
                name="ledger_period_has_both_ends",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_by__isnull=False, closed_at__isnull=False),
                name="ledger_closed_period_names_who_closed_it",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def first_day(self) -> date:
        """Its first day."""
        return cast(date, self.days.lower)  # a constraint says that both ends are there

    @property
    def ends_before(self) -> date:
        """The day after its last."""
        return cast(date, self.days.upper)

    @property
    def last_day(self) -> date:
        """Its last day: the entry date of its settlement."""
        return self.ends_before - timedelta(days=1)


class PeriodSeal(models.Model):
    """SHA-256 over a closed period's entries and all accounts, chained to the seal before it."""

    period = models.OneToOneField(AccountingPeriod, models.PROTECT, related_name="seal")
    number = models.PositiveIntegerField(unique=True, db_comment="1, 2, 3 … without a gap")
    entry_count = models.PositiveBigIntegerField()
    line_count = models.PositiveBigIntegerField()
    lines_sha256 = models.CharField(
        max_length=64, db_comment="hex, end of the chain of the period's entry seals"
    )
    account_count = models.PositiveBigIntegerField(db_comment="account seals so far")
    accounts_sha256 = models.CharField(
        max_length=64, db_comment="hex, the chain of account seals at that number"
    )
    previous_sha256 = models.CharField(max_length=64, blank=True)
    chain_sha256 = models.CharField(
        max_length=64, db_comment="hex SHA-256 of everything else here, and the period's own fields"
    )
    sealed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("period seal")
        verbose_name_plural = _("period seals")
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.chain_sha256[:12]}"
