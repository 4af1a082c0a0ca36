"""Tables: what statement lines add up to, so that no page adds up a company's. Only guards write.

A guard of the lines adds to them in the transaction that writes lines, and verify proves them.
Several rows of the same place belong together: a reader adds them up.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import LineKind, Settlement


def _loosely(to: type[models.Model] | str, *, null: bool = False) -> models.ForeignKey:  # type: ignore[type-arg]  # no subscript when it runs
    """What the lines refer to, kept by their guards."""
    return models.ForeignKey(
        to, models.PROTECT, null=null, related_name="+", db_constraint=False, db_index=False
    )


class LineTotal(models.Model):
    """What the lines of a settlement add up to that share a place and a price, all departments."""

    settlement = _loosely(Settlement)
    scheme = _loosely("pricing.Scheme")
    activity_period = _loosely(AccountingPeriod)
    is_true_up = models.BooleanField(_("true-up"))
    kind = models.CharField(_("kind"), max_length=10, choices=LineKind)
    scope = models.PositiveSmallIntegerField(_("scope"), null=True)
    category = models.PositiveSmallIntegerField(_("Scope 3 category"), null=True)
    durability_class = models.CharField(_("durability class"), max_length=10, blank=True)
    price = _loosely("pricing.CarbonPrice", null=True)
    price_per_tonne = models.DecimalField(
        _("price per tonne"), max_digits=18, decimal_places=6, null=True
    )
    location_mgco2e = models.DecimalField(max_digits=38, decimal_places=0)
    market_mgco2e = models.DecimalField(max_digits=38, decimal_places=0)
    settled_mgco2e = models.DecimalField(max_digits=38, decimal_places=0)
    amount_minor = models.DecimalField(
        max_digits=38, decimal_places=0, db_comment="as on the lines: earnings are positive"
    )
    record_count = models.PositiveBigIntegerField(_("records"))
    line_count = models.PositiveBigIntegerField(_("lines"))

    class Meta:
        verbose_name = _("total of lines")
        verbose_name_plural = _("totals of lines")
        indexes = [models.Index(fields=["settlement"], name="ledger_line_total_of")]

    def __str__(self) -> str:
        return f"{self.settlement_id} {self.kind} {self.scope}: {self.amount_minor}"


class DepartmentTotal(models.Model):
    """What a settlement's lines of one department add up to.

    `charged_minor` is charges and levies of the settlement's own period, `true_up_minor` those of
    earlier ones; `earned_minor` is incentives and allocations, positive.
    """

    settlement = _loosely(Settlement)
    department = _loosely("organisation.Department")
    charged_minor = models.DecimalField(max_digits=38, decimal_places=0)
    true_up_minor = models.DecimalField(max_digits=38, decimal_places=0)
    earned_minor = models.DecimalField(max_digits=38, decimal_places=0)
    emitted_mgco2e = models.DecimalField(
        max_digits=38, decimal_places=0, db_comment="of Scopes 1 to 3, on the scheme's own basis"
    )
    removed_mgco2e = models.DecimalField(max_digits=38, decimal_places=0)
    record_count = models.PositiveBigIntegerField(_("records"))

    class Meta:
        verbose_name = _("total of a department")
        verbose_name_plural = _("totals of departments")
        # A settlement's rows lie together, as its lines do.
        indexes = [
            BrinIndex(
                fields=["settlement"],
                name="ledger_department_total_of",
                pages_per_range=8,
                autosummarize=True,
            )
        ]

    def __str__(self) -> str:
        return f"{self.settlement_id} {self.department_id}: {self.charged_minor}"
