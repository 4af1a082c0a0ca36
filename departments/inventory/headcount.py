"""Reads. How many people a department has, as the keys that share out by headcount say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from departments.inventory.models.allocation import AllocationShare, Driver


def headcounts(*, on: date) -> dict[int, Decimal]:
    """People, or FTE, by the id of a department, on a day; only departments that a key names.

    Of approved keys that cover the day, the newest one that names a department counts.
    """
    shares = AllocationShare.objects.filter(
        key__driver=Driver.HEADCOUNT, key__approved_by__isnull=False, key__valid__contains=on
    )
    rows = shares.order_by("key__approved_at", "key_id").values_list("department_id", "quantity")
    return dict(rows)  # a later row takes the place of an earlier one
