"""Reads. Which exchange rates an export needs, so that each line is told in its books' currency."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import connection

from departments.organisation.models import LegalEntity
from ledger.chart_of_accounts import KGCO2E
from ledger.exports.registry import Format
from ledger.exports.rows import Selection
from ledger.models.accounts import Commodity
from ledger.sql import statement
from pricing.exchange_lookup import approved_rates
from pricing.money import minor_exponent


def with_rates(layout: Format, selection: Selection) -> Selection:
    """The same lines, with the approved rate of each day on which one is needed.

    A day without one keeps its currency, and no amount: here the journal leaves, which is whole
    without. Only files of columns tell it; an ERP's layout has rates of its own. Who sees a part
    of an entry gets none: what its other lines were rounded by can't be told.
    """
    is_part = selection.department_ids is not None
    if is_part or not layout.tells_converted or not _may_differ():
        return selection
    with connection.cursor() as cursor:
        cursor.execute(statement("export_foreign"), selection.facts())
        needed = cursor.fetchall()
    rates = approved_rates({currency for _, currency, _, _ in needed})
    found: list[dict[str, Any]] = []
    for entity, currency, commodity, day in needed:
        rate = rates.of(commodity, currency, day)
        found.append(
            {
                "legal_entity": entity,
                "commodity": commodity,
                "day": day.isoformat(),
                "currency": currency,
                "exponent": minor_exponent(currency),
                "rate": f"{rate.rate:f}" if rate else None,
                "rate_on": rate.rate_on.isoformat() if rate else None,
                "source": rate.source if rate else None,
            }
        )
    return replace(selection, rates=tuple(found))


def _may_differ() -> bool:
    """Whether any legal entity keeps its books in a currency that is not all that is booked."""
    booked = set(Commodity.objects.exclude(code=KGCO2E).values_list("code", flat=True))
    own = set(LegalEntity.objects.order_by().values_list("currency", flat=True))
    return bool(booked) and bool(own - booked or len(booked) > 1)
