"""Reads. The set-based statements of this app, and the results that only Python can round."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from json import loads
from pathlib import Path

from django.db import connection

from departments.inventory.calculation_run import Calculated, Draft, calculate
from departments.inventory.factor_choice import FactorLibrary

SQL = Path(__file__).parent / "sql"

# kgCO2e of a quantity, to the milligram, half away from zero; null where a recipe that rounds on
# its way lies so near the half of a milligram that only the calculation itself can tell. What it
# rounds away is less than 10^-36 kg (50 digits of at most 10^12), far below the 10^-20 left here.
KGCO2E = """CASE WHEN {is_exact}
      OR abs(abs(mod({quantity} * {per_unit}, 0.000001)) - 0.0000005) > 0.00000000000000000001
    THEN round({quantity} * {per_unit}, 6) END"""


@cache
def read_sql(name: str) -> str:
    """A statement of `sql/`; KGCO2E(quantity, per unit, is exact) in it is written out."""
    text = (SQL / f"{name}.sql").read_text()
    head, *rest = text.split("KGCO2E(")
    for part in rest:
        arguments, _, tail = part.partition(")")
        quantity, per_unit, is_exact = (argument.strip() for argument in arguments.split(","))
        head += KGCO2E.format(quantity=quantity, per_unit=per_unit, is_exact=is_exact) + tail
    return head


def calculated_one_by_one(sql: str, library: FactorLibrary) -> Iterator[Calculated]:
    """The results of drafts that a query finds, by the calculation itself; few are held at once."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        for activity, ended_on, quantity, unit, place, inputs, is_estimated in cursor:
            draft = Draft(
                activity=activity,
                ended_on=ended_on,
                quantity=quantity,
                unit=unit,
                place=place,
                inputs=inputs if isinstance(inputs, dict) else loads(inputs),
                is_estimated=is_estimated,
            )
            yield calculate(draft, library=library)
