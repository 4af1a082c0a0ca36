"""Tables: the journal. Written by posting.py alone; the database refuses every change.

Entries and lines lie in one partition an accounting period, so that ten years stay as quick as one
month: name the period wherever one is known. Guards on whole statements keep the references.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ledger.models.accounts import Account, Commodity
from ledger.models.periods import AccountingPeriod


class CurrentTransactionId(models.Func):
    """The number of the database transaction that runs, as an integer."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()
    allowed_default = True
    arity = 0


class JournalEntry(models.Model):
    """One event in the books: lines that balance in every commodity they touch."""

    entry_date = models.DateField(_("entry date"), db_comment="a day of its accounting period")
    period = models.ForeignKey(
        AccountingPeriod,
        models.PROTECT,
        related_name="entries",
        db_constraint=False,
        db_index=False,
        db_comment="names the partition",
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)
    recorded_xid = models.BigIntegerField(
        db_default=CurrentTransactionId(),
        editable=False,
        db_comment="transaction that wrote it; only that one may add lines",
    )
    description = models.CharField(_("description"), max_length=300)
    source_type = models.CharField(_("source"), max_length=30)
    source_id = models.CharField(_("source id"), max_length=120)
    purpose = models.CharField(_("purpose"), max_length=30)
    settlement = models.ForeignKey(
        "ledger.Settlement",
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    activity_period = models.ForeignKey(
        AccountingPeriod,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        db_comment="period of the activity; differs from `period` on a true-up",
    )
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="reversals",
        db_constraint=False,
        db_index=False,
        db_comment="at most one entry reverses another: its source says which",
    )
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["settlement", "department", "activity_period", "purpose", "period"],
                name="ledger_settlement_posts_an_entry_once",
            ),
        ]
        indexes = [
            models.Index(fields=["department", "id"], name="ledger_entry_by_department"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.entry_date} {self.description}"


class PostedSource(models.Model):
    """What an entry comes from, once in all periods; a settlement's entries have a key instead."""

    pk = models.CompositePrimaryKey("source_type", "source_id", "purpose")
    source_type = models.CharField(max_length=30)
    source_id = models.CharField(max_length=120)
    purpose = models.CharField(max_length=30)
    entry_id = models.BigIntegerField(unique=True)
    period = models.ForeignKey(
        AccountingPeriod, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        verbose_name = _("posted source")
        verbose_name_plural = _("posted sources")

    def __str__(self) -> str:
        return f"{self.source_type} {self.source_id} ({self.purpose})"


class JournalLine(models.Model):
    """A debit or a credit, in whole minor units of its account's commodity."""

    entry = models.ForeignKey(
        JournalEntry, models.PROTECT, related_name="lines", db_constraint=False, db_index=False
    )
    period = models.ForeignKey(
        AccountingPeriod,
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        db_comment="its entry's; names the partition",
    )
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="lines", db_constraint=False, db_index=False
    )
    commodity = models.ForeignKey(
        Commodity, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    debit = models.BigIntegerField(_("debit"), db_comment="minor units, ≥ 0")
    credit = models.BigIntegerField(_("credit"), db_comment="minor units, ≥ 0")

    class Meta:
        verbose_name = _("journal line")
        verbose_name_plural = _("journal lines")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0),
                name="ledger_line_is_debit_or_credit",
            ),
        ]
        indexes = [
            models.Index(fields=["entry"], name="ledger_line_by_entry"),
            models.Index(fields=["account", "id"], name="ledger_line_by_account"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.debit} {self.credit} {self.commodity_id}"


class PeriodBalance(models.Model):
    """What a period's lines add up to on an account, kept by the guard of the lines.

    An account that everybody posts to, such as the fund, is spread over slots, so that writers
    don't wait for each other; its balance is their sum.
    """

    pk = models.CompositePrimaryKey("account", "period", "slot")
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    period = models.ForeignKey(
        AccountingPeriod, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    slot = models.SmallIntegerField(db_comment="0 for a department's account")
    debit = models.DecimalField(max_digits=38, decimal_places=0, db_comment="minor units")
    credit = models.DecimalField(max_digits=38, decimal_places=0, db_comment="minor units")

    class Meta:
        verbose_name = _("period balance")
        verbose_name_plural = _("period balances")
        indexes = [models.Index(fields=["period"], name="ledger_balance_by_period")]

    def __str__(self) -> str:
        return f"{self.account_id} in {self.period_id}: {self.debit} {self.credit}"
