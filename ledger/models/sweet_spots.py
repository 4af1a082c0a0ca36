"""Tables: estimates of the sweet spot, each with what it was made of."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SweetSpotState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class SweetSpotRun(models.Model):
    """One estimate: its panel and seed are fixed when it is asked for, its answer comes once."""

    scheme = models.ForeignKey(
        "pricing.Scheme",
        models.PROTECT,
        related_name="+",
        verbose_name=_("scheme"),
        db_comment="whose posted settlements the panel was read from",
    )
    panel = models.TextField(
        _("panel"), db_comment="CSV: department, category, period, kgCO2e, price per tonne, driver"
    )
    panel_sha256 = models.CharField(
        max_length=64, editable=False, db_comment="over the panel's UTF-8 bytes"
    )
    cell_count = models.PositiveIntegerField(_("cells"), db_comment="rows of the panel")
    seed = models.BigIntegerField(_("seed"), default=1)
    state = models.CharField(
        _("state"), max_length=10, choices=SweetSpotState, default=SweetSpotState.WAITING
    )
    answer = models.JSONField(
        _("answer"), null=True, db_comment="what manage.py sweet_spot --json prints; estimates"
    )
    error = models.TextField(_("error"), blank=True, db_comment="why there is no answer at all")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("asked by"),
        db_comment="null: the command line, which knows no person",
    )
    asked_at = models.DateTimeField(_("asked at"), db_default=Now(), editable=False)
    done_at = models.DateTimeField(_("done at"), null=True)

    class Meta:
        verbose_name = _("sweet spot")
        verbose_name_plural = _("sweet spots")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | Q(answer__isnull=False, done_at__isnull=False),
                name="ledger_done_sweet_spot_has_its_answer",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(error=""),
                name="ledger_failed_sweet_spot_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(state="waiting"), name="ledger_sweet_spot_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"
