"""Reads. What every department owes and earned in a period: so many rows, and the sums of all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from ledger.sql import statement
from pricing.price_lookup import SchemeTerms

SORTS = ("net", "charged", "earned", "tonnes", "department")


@dataclass(frozen=True, slots=True)
class DepartmentAccount:
    """A department's account in one period; without lines, there is no bill to open.

    Amounts are in the scheme's currency; `emitted_kgco2e` is what was settled, charged or not.
    """

    code: str
    name: str
    has_bill: bool
    emitted_kgco2e: Decimal
    charged: Decimal
    earned: Decimal

    @property
    def net(self) -> Decimal:
        return self.charged - self.earned


@dataclass(frozen=True, slots=True)
class CompanyAccount:
    """Departments in the order that was asked for, and the sums of all `count` of them.

    `after` is the code to go on after; empty, where no more follow.
    """

    sort: str
    rows: tuple[DepartmentAccount, ...]
    total: DepartmentAccount
    count: int
    after: str


def company_account(
    *,
    terms: SchemeTerms,
    period_code: str,
    department_ids: Collection[int] | None,
    sort: str,
    after: str = "",
    how_many: int,
) -> CompanyAccount:
    """Posted sums of a period by department, at most `how_many` after one; None sees all of them.

    Sorted by what was asked, the largest first, or else by what is due; those without a bill last.
    """
    sort = sort if sort in SORTS else SORTS[0]
    facts: dict[str, Any] = {
        "scheme_id": terms.id,
        "period": period_code,
        "department_ids": None if department_ids is None else sorted(department_ids),
        "sort": sort,
        "after": after,
        "how_many": how_many + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement("company_departments"), facts)
        total, *rows = (_account(row, terms.currency_exponent) for row in cursor.fetchall())
    shown = tuple(rows[:how_many])
    return CompanyAccount(
        sort=sort,
        rows=shown,
        total=total,
        count=int(total.name),
        after=shown[-1].code if len(rows) > how_many else "",
    )


def _account(row: tuple[str, str, bool, int, int, int], exponent: int) -> DepartmentAccount:
    code, name, has_bill, emitted, charged, earned = row
    return DepartmentAccount(
        code=code,
        name=name,
        has_bill=has_bill,
        emitted_kgco2e=Decimal(emitted or 0).scaleb(-6),
        charged=Decimal(charged or 0).scaleb(-exponent),
        earned=Decimal(earned or 0).scaleb(-exponent),
    )
