"""Tables: what results in force add up to by day, so that no page adds them up. Only guards write.

A guard of the results adds to them in the transaction that approves, and verify proves them.
Several rows of a day and place belong together: a reader adds them up.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DayTotal(models.Model):
    """Results in force of the whole company: one day, kind, scope and category, estimated or not.

    In force is what is approved and not superseded by an approved one; of removals, what earns.
    """

    activity_on = models.DateField()
    kind = models.CharField(max_length=10)
    scope = models.PositiveSmallIntegerField(null=True)
    category = models.PositiveSmallIntegerField(null=True)
    is_estimated = models.BooleanField()
    location_kgco2e = models.DecimalField(max_digits=38, decimal_places=6)
    market_kgco2e = models.DecimalField(max_digits=38, decimal_places=6)
    result_count = models.BigIntegerField()

    class Meta:
        verbose_name = _("total of a day")
        verbose_name_plural = _("totals of days")
        indexes = [models.Index(fields=["activity_on"], name="inventory_day_total_of")]

    def __str__(self) -> str:
        return f"{self.activity_on} {self.kind} {self.scope}: {self.market_kgco2e}"
