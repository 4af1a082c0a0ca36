"""Tables: who is told of what happens in the books, what happened, and each attempt to say so."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


def endpoint_code() -> str:
    """A name that nobody guesses and that two installations never share."""
    return f"we_{secrets.token_hex(12)}"


def event_code() -> str:
    """The same for an event; receivers know a repeat by it."""
    return f"evt_{secrets.token_hex(12)}"


class WebhookEndpoint(models.Model):
    """An address outside; its secrets are derived from salts and a key that no table holds."""

    code = models.CharField(max_length=40, unique=True, default=endpoint_code, editable=False)
    url = models.CharField(_("URL"), max_length=500)
    description = models.CharField(_("description"), max_length=200, blank=True)
    event_types = ArrayField(
        models.CharField(max_length=40), verbose_name=_("events"), db_comment="empty: all of them"
    )
    is_company_wide = models.BooleanField(
        _("whole company"), db_comment="false: only what happens to its departments"
    )
    departments = models.ManyToManyField(
        "organisation.Department",
        blank=True,
        related_name="+",
        verbose_name=_("departments"),
        help_text=_("Empty: the whole company."),
    )
    salt = models.CharField(max_length=64, editable=False, db_comment="of the secret in use")
    fingerprint = models.CharField(
        max_length=16, editable=False, db_comment="begin of the SHA-256 of the secret in use"
    )
    previous_salt = models.CharField(max_length=64, blank=True, editable=False)
    previous_until = models.DateTimeField(
        null=True, editable=False, db_comment="until when the secret before signs as well"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made at"))
    disabled_at = models.DateTimeField(_("off since"), null=True)
    disabled_because = models.CharField(_("off because"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(url__startswith="https://"), name="ledger_webhook_is_https"
            ),
            models.CheckConstraint(
                condition=Q(previous_salt="", previous_until__isnull=True)
                | (~Q(previous_salt="") & Q(previous_until__isnull=False)),
                name="ledger_previous_secret_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return self.url


class WebhookEvent(models.Model):
    """Something that happened, written by the transaction in which it did."""

    code = models.CharField(max_length=40, unique=True, default=event_code, editable=False)
    type = models.CharField(_("event"), max_length=40)
    key = models.CharField(
        max_length=120, unique=True, db_comment="names what happened, so that it is written once"
    )
    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("department"),
        db_comment="null: it happened to the whole company",
    )
    data = models.JSONField(_("content"), db_comment="names and addresses, never an amount")
    happened_at = models.DateTimeField(_("happened at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-id"]
        indexes = [models.Index(fields=["happened_at"], name="ledger_webhookevent_happened")]

    def __str__(self) -> str:
        return f"{self.type} {self.code}"


class WebhookDelivery(models.Model):
    """An event on its way to one endpoint: it waits, has arrived, or was given up."""

    event = models.ForeignKey(WebhookEvent, models.PROTECT, related_name="deliveries")
    endpoint = models.ForeignKey(WebhookEndpoint, models.PROTECT, related_name="deliveries")
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=0, db_comment="since it was last sent on its way"
    )
    due_at = models.DateTimeField(
        _("next attempt"), null=True, db_comment="not before; null: at once"
    )
    delivered_at = models.DateTimeField(_("delivered at"), null=True)
    given_up_at = models.DateTimeField(_("given up at"), null=True)

    class Meta:
        db_table = "ledger_webhookdelivery"
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "event"], name="ledger_webhook_event_goes_once_to_an_endpoint"
            ),
            models.CheckConstraint(
                condition=~Q(delivered_at__isnull=False, given_up_at__isnull=False),
                name="ledger_delivered_event_is_not_given_up",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(delivered_at__isnull=True, given_up_at__isnull=True),
                name="ledger_webhook_undelivered",
            )
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.endpoint_id}"


class WebhookAttempt(models.Model):
    """One line of the delivery log; it only grows."""

    delivery = models.ForeignKey(WebhookDelivery, models.PROTECT, related_name="log")
    attempted_at = models.DateTimeField(_("at"))
    milliseconds = models.PositiveIntegerField(_("ms"))
    status = models.PositiveSmallIntegerField(
        _("status"), null=True, db_comment="HTTP status; null: there was no answer"
    )
    error = models.CharField(_("error"), max_length=500, blank=True)
    body_sha256 = models.CharField(max_length=64, db_comment="of what was sent")
    answer_sha256 = models.CharField(
        max_length=64, blank=True, db_comment="of what was read of the answer, 64 KiB at most"
    )

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.delivery_id} at {self.attempted_at}"
