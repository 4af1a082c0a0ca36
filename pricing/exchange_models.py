"""Tables: what a currency was worth in another, by day and source."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ExchangeRate(models.Model):
    """So many units of one currency for one unit of another, on a day, as somebody published it.

    One person proposes it and another approves it; from then on it is never edited. A correction is
    another one for the same day: of several the one that was approved last counts.
    """

    from_currency = models.CharField(_("from"), max_length=3, db_comment="ISO 4217 code")
    to_currency = models.CharField(_("to"), max_length=3, db_comment="ISO 4217 code")
    rate_on = models.DateField(_("day"), db_comment="the day that the rate is of")
    rate = models.DecimalField(
        _("rate"),
        max_digits=20,
        decimal_places=10,
        db_comment="units of to_currency for one unit of from_currency",
    )
    source = models.CharField(
        _("source"), max_length=200, help_text=_("Who published it, and under which name.")
    )
    source_url = models.URLField(_("address of the source"), max_length=500, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["from_currency", "to_currency", "-rate_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="pricing_exchangerate_approved_by_another_person",
                violation_error_message=_("Whoever proposed it can't approve it."),
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="pricing_exchange_rate_says_when_it_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0), name="pricing_exchange_rate_is_above_zero"
            ),
            models.CheckConstraint(
                condition=~Q(from_currency=F("to_currency")),
                name="pricing_exchange_rate_is_between_two",
            ),
            models.CheckConstraint(
                condition=Q(from_currency__regex="^[A-Z]{3}$", to_currency__regex="^[A-Z]{3}$"),
                name="pricing_exchange_rate_names_currencies",
            ),
            models.CheckConstraint(
                condition=~Q(source=""), name="pricing_exchange_rate_has_a_source"
            ),
        ]
        indexes = [
            models.Index(
                fields=["to_currency", "from_currency", "rate_on"],
                condition=Q(approved_by__isnull=False),
                name="pricing_approved_exchange_rate",
            ),
        ]

    def __str__(self) -> str:
        rate = f"{self.rate.normalize():f}"
        return f"1 {self.from_currency} = {rate} {self.to_currency} on {self.rate_on}"
