"""Tables: commodities and the accounts that hold them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Commodity(models.Model):
    """What an account counts: a currency, or kgCO2e."""

    code = models.CharField(_("code"), max_length=10, primary_key=True)
    exponent = models.PositiveSmallIntegerField(
        _("decimals"),
        db_comment="amounts are stored as integers: units × 10^exponent "
        "(USD 2: cents; KGCO2E 6: milligrams)",
    )

    class Meta:
        verbose_name = _("commodity")
        verbose_name_plural = _("commodities")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class AccountKind(models.TextChoices):
    EMISSIONS = "emissions", _("emissions")
    REMOVALS = "removals", _("removals")
    ATMOSPHERE = "atmosphere", _("atmosphere")
    FEE_EXPENSE = "fee_expense", _("carbon fee expense")
    INCENTIVE_INCOME = "incentive_income", _("carbon incentive income")
    LEVY_EXPENSE = "levy_expense", _("carbon levy expense")
    FEE_RETURN = "fee_return", _("carbon fee return")
    CARBON_FUND = "carbon_fund", _("carbon fund")
    ACCRUED_EXPENSE = "accrued_expense", _("accrued fee expense")
    ACCRUED_INCOME = "accrued_income", _("accrued incentive income")
    ACCRUED_LIABILITY = "accrued_liability", _("accrued fee liability")
    DUE_TO = "due_to", _("due to another legal entity")
    DUE_FROM = "due_from", _("due from another legal entity")


BETWEEN_ENTITIES = (AccountKind.DUE_TO, AccountKind.DUE_FROM)


class Account(models.Model):
    """A place in the chart of accounts; its code reads as beancount reads it.

    A company has tens of thousands, opened in one statement: no index that nobody reads.
    """

    code = models.CharField(_("code"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=AccountKind)
    commodity = models.ForeignKey(
        Commodity, models.PROTECT, related_name="accounts", db_index=False
    )
    scheme = models.ForeignKey(
        "pricing.Scheme", models.PROTECT, null=True, related_name="+", db_index=False
    )
    department = models.ForeignKey(
        "organisation.Department", models.PROTECT, null=True, related_name="+"
    )
    scope = models.PositiveSmallIntegerField(_("scope"), null=True)
    category = models.PositiveSmallIntegerField(_("Scope 3 category"), null=True)
    durability_class = models.CharField(_("durability class"), max_length=10, blank=True)
    legal_entity = models.ForeignKey(
        "organisation.LegalEntity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("legal entity"),
        db_comment="whose books it is in; null: its scheme tells no books apart, or it is kgCO2e",
    )
    counterparty = models.ForeignKey(
        "organisation.LegalEntity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("counterparty"),
        db_comment="on a due-to or due-from account: the legal entity on the other side",
    )

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "kind",
                    "commodity",
                    "scheme",
                    "department",
                    "scope",
                    "category",
                    "durability_class",
                    "legal_entity",
                    "counterparty",
                ],
                nulls_distinct=False,
                name="ledger_one_account_for_its_dimensions",
            ),
            models.UniqueConstraint(fields=["code"], name="ledger_account_code_is_unique"),
            models.CheckConstraint(
                condition=Q(
                    code__regex=r"^(Assets|Expenses|Income|Equity|Liabilities)"
                    r"(:[A-Z0-9][A-Za-z0-9-]*)+$"
                ),
                name="ledger_account_code_is_readable_elsewhere",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=BETWEEN_ENTITIES, counterparty__isnull=False)
                & Q(legal_entity__isnull=False)
                & ~Q(legal_entity=F("counterparty"))
                | ~Q(kind__in=BETWEEN_ENTITIES) & Q(counterparty__isnull=True),
                name="ledger_due_account_names_both_entities",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scheme", "legal_entity"],
                condition=Q(counterparty__isnull=False),
                name="ledger_account_between",
            ),
        ]

    def __str__(self) -> str:
        return self.code
