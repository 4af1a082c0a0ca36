"""Reads. Which statements there are, each with its totals: a department, scheme and period."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from ledger.models.settlements import CHARGING, EARNING, SettlementLine, SettlementState
from pricing import price_lookup


@dataclass(frozen=True, slots=True)
class StatementTotals:
    """One posted statement; amounts in `currency`, net = charged − earned.

    `number` is its place in the order they were first posted in, and never changes.
    """

    number: int
    department: str
    department_name: str
    scheme: str
    period: str
    charged: Decimal
    earned: Decimal
    currency: str
    settled_kgco2e: Decimal
    line_count: int

    @property
    def net(self) -> Decimal:
        return self.charged - self.earned


def statement_totals(
    *,
    department_ids: Collection[int] | None,
    scheme: str | None = None,
    period: str | None = None,
    department: str | None = None,
    posted_since: datetime | None = None,
    after_number: int = 0,
    limit: int | None = None,
) -> list[StatementTotals]:
    """Posted statements after a number, in order; `department_ids` None is every department.

    `settled_kgco2e` is what was emitted; removals are not taken off. `posted_since` keeps those
    that a settlement was posted to from that moment on.
    """
    lines = SettlementLine.objects.filter(settlement__state=SettlementState.POSTED)
    if department_ids is not None:
        lines = lines.filter(department_id__in=department_ids)
    wanted = {
        "scheme__code": scheme,
        "settlement__period__code": period,
        "department__code": department,
    }
    lines = lines.filter(**{name: code for name, code in wanted.items() if code is not None})
    terms_of = cache(lambda scheme_id: price_lookup.scheme_terms(scheme_id=scheme_id))
    rows = _summed(lines).filter(number__gt=after_number)
    if posted_since is not None:
        rows = rows.filter(posted_at__gte=posted_since)
    rows = rows.order_by("number")[:limit]
    return [_present(row, terms_of(row["scheme_id"])) for row in rows]


def _summed(lines: QuerySet[SettlementLine]) -> Any:
    charged, earned = Q(kind__in=CHARGING), Q(kind__in=EARNING)
    return (
        lines.order_by()
        .values("scheme_id", "settlement__period__code", "department__code", "department__name")
        .annotate(
            number=Min("pk"),
            charged=Sum("amount_minor", filter=charged, default=0),
            earned=Sum("amount_minor", filter=earned, default=0),
            quantity=Sum("settled_mgco2e", filter=Q(scope__isnull=False), default=0),
            line_count=Count("pk"),
            posted_at=Max("settlement__posted_at"),
        )
    )


def _present(row: dict[str, Any], terms: price_lookup.SchemeTerms) -> StatementTotals:
    return StatementTotals(
        number=row["number"],
        department=row["department__code"],
        department_name=row["department__name"],
        scheme=terms.code,
        period=row["settlement__period__code"],
        charged=Decimal(row["charged"]).scaleb(-terms.currency_exponent),
        earned=Decimal(row["earned"]).scaleb(-terms.currency_exponent),
        currency=terms.currency,
        settled_kgco2e=Decimal(row["quantity"]).scaleb(-6),
        line_count=row["line_count"],
    )
