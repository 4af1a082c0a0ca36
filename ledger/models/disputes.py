"""Tables: what departments dispute of their bills, and how it was answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.manual_entries import ManualEntry
from ledger.models.settlements import SettlementLine


class DisputeState(models.TextChoices):
    OPEN = "open", _("open")
    ACCEPTED = "accepted", _("accepted")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Dispute(models.Model):
    """A posted line that its department holds to be wrong; the line itself never changes.

    Accepted, it names what puts it right: a record of the line, whose correction comes as a true-up
    with the next settlement, or an entry by hand.
    """

    line = models.ForeignKey(
        SettlementLine,
        models.PROTECT,
        related_name="disputes",
        db_constraint=False,
        verbose_name=_("statement line"),
    )
    department = models.ForeignKey(
        "organisation.Department", models.PROTECT, related_name="+", verbose_name=_("department")
    )
    reason = models.TextField(_("reason"), db_comment="what is wrong, for who answers")
    evidence = models.TextField(_("evidence"), blank=True, db_comment="a link, or words")
    state = models.CharField(
        _("state"), max_length=10, choices=DisputeState, default=DisputeState.OPEN
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(_("opened at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    record = models.ForeignKey(
        "inventory.ActivityRecord",
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        db_comment="accepted: the record of the line that is corrected",
    )
    manual_entry = models.ForeignKey(
        ManualEntry,
        models.PROTECT,
        null=True,
        related_name="disputes",
        db_index=False,
        db_comment="accepted: the entry by hand that puts it right",
    )

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(state="open"),
                name="ledger_decided_dispute_names_who_decided",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn")
                | Q(decided_by__isnull=True)
                | ~Q(decided_by=F("opened_by")),
                name="ledger_dispute_answered_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & (~Q(state__in=["accepted", "rejected"]) | ~Q(answer="")),
                name="ledger_dispute_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", record__isnull=False, manual_entry__isnull=True)
                | Q(state="accepted", record__isnull=True, manual_entry__isnull=False)
                | Q(record__isnull=True, manual_entry__isnull=True) & ~Q(state="accepted"),
                name="ledger_accepted_dispute_names_its_remedy",
            ),
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(state="open"),
                name="ledger_line_has_one_open_dispute",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="open"), name="ledger_dispute_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.line_id} {self.state}"
