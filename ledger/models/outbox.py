"""Tables: what must leave the database, written by the transaction that makes it true."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class OutboxMessage(models.Model):
    """One thing to tell the outside world, at least once; its key says which, whoever retries."""

    topic = models.CharField(_("topic"), max_length=40, db_comment="says who delivers it")
    key = models.CharField(_("key"), max_length=120, db_comment="names the message in its topic")
    payload = models.JSONField(_("content"))
    created_at = models.DateTimeField(_("written at"), db_default=Now(), editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(
        _("next attempt"), null=True, db_comment="not before; null: at once"
    )
    delivered_at = models.DateTimeField(_("delivered at"), null=True)
    is_quarantined = models.BooleanField(
        _("in quarantine"), default=False, db_comment="failed too often: a person releases it"
    )
    error = models.TextField(_("error"), blank=True, db_comment="of the last attempt")

    class Meta:
        db_table = "ledger_outbox"
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "key"], name="ledger_outbox_key_is_unique"),
            models.CheckConstraint(
                condition=~Q(is_quarantined=True, delivered_at__isnull=False),
                name="ledger_delivered_message_is_not_in_quarantine",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(delivered_at__isnull=True),
                name="ledger_outbox_undelivered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"
