"""Tables: scenarios, each a settled period under other rules, with what came of it."""

from __future__ import annotations

from django.conf import settings as site
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ScenarioState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class ScenarioRun(models.Model):
    """One replay: its settings are fixed when it is asked for, its answer comes once."""

    name = models.CharField(_("name"), max_length=120)
    scheme = models.ForeignKey(
        "pricing.Scheme",
        models.PROTECT,
        related_name="+",
        verbose_name=_("scheme"),
        db_comment="that billed the period",
    )
    period = models.ForeignKey(
        "ledger.AccountingPeriod", models.PROTECT, related_name="+", verbose_name=_("period")
    )
    settings = models.JSONField(
        _("settings"), db_comment="what is other than it was; empty: nothing, which is the bill"
    )
    is_as_billed = models.BooleanField(
        _("as billed"), default=False, db_comment="the very inputs of the period's settlements"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=ScenarioState, default=ScenarioState.WAITING
    )
    answer = models.JSONField(
        _("answer"), null=True, db_comment="what manage.py replay --json prints"
    )
    answer_sha256 = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        db_comment="over the answer as UTF-8 JSON with sorted keys and no spaces",
    )
    error = models.TextField(_("error"), blank=True, db_comment="why there is no answer")
    asked_by = models.ForeignKey(
        site.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("asked by"),
        db_comment="null: the command line, which knows no person",
    )
    asked_at = models.DateTimeField(_("asked at"), db_default=Now(), editable=False)
    done_at = models.DateTimeField(_("done at"), null=True)

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(answer__isnull=False, done_at__isnull=False) & ~Q(answer_sha256=""),
                name="ledger_done_scenario_has_its_answer",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(error=""),
                name="ledger_failed_scenario_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="waiting"), name="ledger_scenario_waits")
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.name}"
