"""Tables: entries by hand, proposed by one person and decided by another."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.accounts import Account, Commodity
from ledger.models.journal import CurrentTransactionId


class ManualEntryState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")


class ManualEntry(models.Model):
    """A proposed entry, or the reversal of one; once decided, it never changes."""

    entry_date = models.DateField(_("entry date"))
    description = models.CharField(_("description"), max_length=300)
    reason = models.TextField(_("reason"), db_comment="why it is needed, for who decides")
    evidence = models.TextField(_("evidence"), blank=True, db_comment="a link, or words")
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="reversals",
        db_comment="the approved proposal whose entry this one takes back",
    )
    state = models.CharField(
        _("state"), max_length=10, choices=ManualEntryState, default=ManualEntryState.PROPOSED
    )
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decision_reason = models.TextField(_("decision's reason"), blank=True)
    posted_entry_id = models.BigIntegerField(
        null=True, unique=True, db_comment="the journal entry that its approval posted"
    )
    recorded_xid = models.BigIntegerField(
        db_default=CurrentTransactionId(),
        editable=False,
        db_comment="transaction that wrote it; only that one may add lines",
    )

    class Meta:
        verbose_name = _("manual entry")
        verbose_name_plural = _("manual entries")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="withdrawn")
                | Q(decided_by__isnull=True)
                | ~Q(decided_by=F("proposed_by")),
                name="ledger_manual_entry_decided_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | Q(decided_by=F("proposed_by")),
                name="ledger_manual_entry_withdrawn_by_its_author",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(state="proposed"),
                name="ledger_decided_manual_entry_names_who_decided",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", posted_entry_id__isnull=False)
                | Q(posted_entry_id__isnull=True) & ~Q(state="approved"),
                name="ledger_approved_manual_entry_is_posted",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & (~Q(state="rejected") | ~Q(decision_reason="")),
                name="ledger_manual_entry_says_why",
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(state__in=["proposed", "approved"]),
                name="ledger_manual_entry_is_reversed_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(state="proposed"), name="ledger_manual_entry_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.entry_date} {self.description}"


class ManualEntryLine(models.Model):
    """A debit or a credit of a proposed entry, in whole minor units of its commodity."""

    manual_entry = models.ForeignKey(ManualEntry, models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    commodity = models.ForeignKey(Commodity, models.PROTECT, related_name="+")
    debit = models.BigIntegerField(_("debit"), db_comment="minor units, ≥ 0")
    credit = models.BigIntegerField(_("credit"), db_comment="minor units, ≥ 0")

    class Meta:
        verbose_name = _("manual entry line")
        verbose_name_plural = _("manual entry lines")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0),
                name="ledger_manual_line_is_debit_or_credit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.debit} {self.credit} {self.commodity_id}"
