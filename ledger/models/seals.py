"""Tables: the hash of each entry and account, in the order they were sealed. Nobody edits them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.models.periods import AccountingPeriod


class EntrySeal(models.Model):
    """A journal entry as it was sealed: SHA-256 of its own fields and of each of its lines.

    `chain` = SHA-256(chain before ‖ entry id, 8 bytes big-endian ‖ hashes); a period's begins with
    nothing.
    """

    pk = models.CompositePrimaryKey("period", "number")
    period = models.ForeignKey(
        AccountingPeriod, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    number = models.PositiveBigIntegerField(db_comment="1, 2, 3 … in its period, without a gap")
    entry_id = models.BigIntegerField()
    hashes = models.BinaryField(
        db_comment="32 bytes for the entry's own fields, then 32 for each line, by line id"
    )
    chain = models.BinaryField(db_comment="32 bytes, over the chain before, entry id and hashes")

    class Meta:
        verbose_name = _("entry seal")
        verbose_name_plural = _("entry seals")

    def __str__(self) -> str:
        return f"{self.period_id}/{self.number}: entry {self.entry_id}"


class AccountSeal(models.Model):
    """An account as it was sealed by the close of the period that first found it there."""

    number = models.PositiveBigIntegerField(primary_key=True, db_comment="1, 2, 3 … without a gap")
    account_id = models.BigIntegerField(unique=True)
    sha256 = models.BinaryField(db_comment="32 bytes, over the account's fields")
    chain = models.BinaryField(db_comment="32 bytes, over the chain before and sha256")

    class Meta:
        verbose_name = _("account seal")
        verbose_name_plural = _("account seals")

    def __str__(self) -> str:
        return f"{self.number}: account {self.account_id}"
