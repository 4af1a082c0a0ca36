"""Tables: the aims of the company's emissions, proposed by one person and approved by another."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class AimKind(models.TextChoices):
    NEGATIVE_FROM = "negative_from", _("takes out more than it adds from")
    ZERO_BY = "zero_by", _("nothing of all that was emitted is left by the end of")


class ClimateAim(models.Model):
    """A year that the company wants to reach; of each kind, the one approved last counts."""

    kind = models.CharField(_("aim"), max_length=20, choices=AimKind)
    year = models.PositiveSmallIntegerField(_("year"))
    reason = models.TextField(_("reason"), blank=True)
    source_url = models.URLField(_("source"), max_length=500, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True)

    class Meta:
        verbose_name = _("aim")
        verbose_name_plural = _("aims")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False)
                & ~Q(approved_by=F("proposed_by")),
                name="ledger_aim_approved_by_another_person",
            ),
            models.CheckConstraint(
                condition=Q(year__range=(2000, 2200)), name="ledger_aim_is_a_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"
