"""Calculates. Rows of text into baselines; all that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from pricing.errors import BaselinesRefused

NEEDED = ("department", "quantity", "unit", "first_day", "last_day")
COLUMNS = (*NEEDED, "scope", "category", "reason", "source_url")
KILOGRAMS = {"kgCO2e": 1, "tCO2e": 1000}
_MOST = Decimal(10) ** 17
_STEP = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """A row that can be taken; kgCO2e, or money where `is_budget`."""

    line: int
    department: str
    is_budget: bool
    quantity: Decimal
    scope: int | None
    category: int | None
    first_day: date
    ends_before: date
    reason: str
    source_url: str

    @property
    def key(self) -> tuple[str, bool, int, int]:
        """What only one baseline may be for on a day."""
        return (self.department, self.is_budget, self.scope or 0, self.category or 0)


def read_rows(
    rows: Sequence[Mapping[str, str]], *, departments: set[str], currency: str
) -> list[BaselineRow]:
    """Every row of a file; a unit is tCO2e, kgCO2e, or the scheme's currency for a budget.

    Raises: BaselinesRefused, with every problem and its line.
    """
    problems: list[str] = [] if rows else ["there are no rows"]
    found: list[BaselineRow] = []
    for line, row in enumerate(rows, start=2):  # the first line is the header
        texts = {name: (row.get(name) or "").strip() for name in COLUMNS}
        wrong: list[str] = []
        read = _read(line, texts, departments, currency, wrong)
        problems += [f"line {line}: {problem}" for problem in wrong]
        found += [read] if read is not None else []
    problems += _overlaps(found)
    if problems:
        raise BaselinesRefused(problems)
    return found


def _read(
    line: int, row: dict[str, str], departments: set[str], currency: str, wrong: list[str]
) -> BaselineRow | None:
    if row["department"] not in departments:
        wrong.append(f"there is no department {row['department']!r}")
    if row["unit"] not in (*KILOGRAMS, currency):
        wrong.append(f"{row['unit']!r} is no unit here; use {', '.join(KILOGRAMS)} or {currency}")
    quantity = _quantity(row["quantity"], wrong)
    scope, category = _place(row, wrong)
    first, last = (_day(name, row[name], wrong) for name in ("first_day", "last_day"))
    if first and last and last < first:
        wrong.append(f"it ends on {last}, before its first day {first}")
    if len(row["source_url"]) > 500:
        wrong.append("source_url is longer than 500 characters")
    is_budget = row["unit"] == currency
    if is_budget and row["scope"]:
        wrong.append("a budget has no scope: leave it empty")
    if wrong or quantity is None or first is None or last is None:
        return None
    return BaselineRow(
        line,
        row["department"],
        is_budget,
        quantity * (1 if is_budget else KILOGRAMS[row["unit"]]),
        scope,
        category,
        first,
        last + timedelta(days=1),
        row["reason"],
        row["source_url"],
    )


def _quantity(text: str, wrong: list[str]) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        wrong.append(f"{text!r} is no quantity; write it like 1234.5")
        return None
    if not value.is_finite() or abs(value) >= _MOST or value % _STEP != 0:
        wrong.append(f"{text} is no quantity: at most six decimal places, below {_MOST:,f}")
        return None
    return value


def _place(row: dict[str, str], wrong: list[str]) -> tuple[int | None, int | None]:
    scope = int(row["scope"]) if row["scope"] in ("1", "2", "3") else None
    if row["scope"] and scope is None:
        wrong.append(f"{row['scope']!r} is no scope: 1, 2, 3, or empty for all together")
    category = int(row["category"]) if row["category"] in map(str, range(1, 16)) else None
    if row["category"] and category is None:
        wrong.append(f"{row['category']!r} is no Scope 3 category, 1 to 15")
    if row["category"] and scope != 3:
        wrong.append("only Scope 3 has categories: leave it empty")
    return scope, category


def _day(name: str, text: str, wrong: list[str]) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong.append(f"{name} {text!r} is no day; write it as YYYY-MM-DD")
        return None


def _overlaps(rows: Sequence[BaselineRow]) -> list[str]:
    problems = []
    latest: dict[tuple[str, bool, int, int], BaselineRow] = {}
    for row in sorted(rows, key=lambda row: (row.key, row.first_day, row.line)):
        before = latest.get(row.key)
        if before is not None and row.first_day < before.ends_before:
            problems.append(
                f"line {row.line}: has days in common with line {before.line}, for the same"
            )
        if before is None or row.ends_before > before.ends_before:
            latest[row.key] = row
    return problems
