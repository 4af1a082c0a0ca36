"""Reads. What two bills of a department were charged for, by activity, so that they compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from departments.organisation.models import DepartmentPlacement
from ledger.models.periods import AccountingPeriod
from ledger.sql import statement
from ledger.statements import StatementLine


@dataclass(frozen=True, slots=True)
class ChargedActivity:
    """An activity's own-period charges at one price: what was done, emitted, and paid a tonne.

    `quantity` is in `unit`; `price_per_tonne` is in the scheme's currency, 0 where none is set.
    """

    scope: int
    category: int | None
    activity: str
    place: str
    unit: str
    quantity: Decimal
    kgco2e: Decimal
    price_per_tonne: Decimal


@dataclass(frozen=True, slots=True)
class ChargedActivities:
    """Of two bills; `is_reorganised`: the department was in the tree in one period only."""

    before: tuple[ChargedActivity, ...] = ()
    after: tuple[ChargedActivity, ...] = ()
    is_reorganised: bool = False


def charged_activities(
    before: Sequence[StatementLine],
    after: Sequence[StatementLine],
    *,
    scope2_basis: str,
    department_id: int,
    periods: Sequence[str],
) -> ChargedActivities:
    """What the lines of two bills are made of; true-ups and what is shared out stay out.

    Kilograms are on the basis that the scheme charges. The lines are those that may be seen.
    """
    old, new = _own(before), _own(after)
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bill_change"), {"before": old, "lines": old + new, "basis": scope2_basis}
        )
        rows = [(is_before, ChargedActivity(*fields)) for is_before, *fields in cursor.fetchall()]
    return ChargedActivities(
        before=tuple(activity for is_before, activity in rows if is_before),
        after=tuple(activity for is_before, activity in rows if not is_before),
        is_reorganised=_is_reorganised(department_id, periods),
    )


def _own(lines: Sequence[StatementLine]) -> list[int]:
    kinds = ("charge", "recorded")
    return [line.line_id for line in lines if line.kind in kinds and not line.is_true_up]


def _is_reorganised(department_id: int, periods: Sequence[str]) -> bool:
    held = [
        placement.in_force
        for placement in DepartmentPlacement.objects.filter(department_id=department_id)
    ]
    placed = {
        any(
            (days.lower is None or days.lower < period.ends_before)
            and (days.upper is None or days.upper > period.first_day)
            for days in held
        )
        for period in AccountingPeriod.objects.filter(code__in=periods)
    }
    return len(placed) > 1
