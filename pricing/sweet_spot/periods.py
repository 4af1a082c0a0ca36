"""Calculates. Period labels (FY20, 2021, 2021Q3, 2021-07) as numbers that follow each other."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple


class PeriodKey(NamedTuple):
    """What kind of period a label names, and its place among those of its kind."""

    kind: str
    ordinal: int


_YEAR = r"(?:FY|CY)?[ '’]?(?P<year>\d{4}|\d{2})"
_FORMS = (
    ("quarter", re.compile(rf"{_YEAR}[ _/.-]?Q(?P<part>[1-4])", re.IGNORECASE)),
    ("quarter", re.compile(rf"Q(?P<part>[1-4])[ _/.-]?{_YEAR}", re.IGNORECASE)),
    ("half", re.compile(rf"{_YEAR}[ _/.-]?H(?P<part>[12])", re.IGNORECASE)),
    ("half", re.compile(rf"H(?P<part>[12])[ _/.-]?{_YEAR}", re.IGNORECASE)),
    ("month", re.compile(r"(?P<year>\d{4})[_/.-](?P<part>0?[1-9]|1[0-2])[_/.-]\d{1,2}")),
    ("month", re.compile(rf"{_YEAR}[ _/.-]?[MP](?P<part>0?[1-9]|1[0-2])", re.IGNORECASE)),
    ("month", re.compile(r"(?:FY)?(?P<year>\d{4})[ _/.-](?P<part>0?[1-9]|1[0-2])")),
    ("month", re.compile(r"(?P<year>(?:19|20|21)\d{2})(?P<part>0[1-9]|1[0-2])")),
    ("year", re.compile(r"(?:FY|CY)[ '’]?(?P<year>\d{4}|\d{2})", re.IGNORECASE)),
    ("year", re.compile(r"(?P<year>(?:19|20|21)\d{2})")),
    ("number", re.compile(r"[A-Za-z_ -]{0,12}(?P<year>\d{1,6})")),
)
_PARTS = {"year": 1, "half": 2, "quarter": 4, "month": 12, "number": 1}
_MONTHS_APART = {1: "month", 3: "quarter", 6: "half", 12: "year"}


def period_key(label: str) -> PeriodKey | None:
    """The place of a period in time, or None where the label has no known form.

    Two digits of a year are of this century. What is only a number (7, P7, period 7) counts on.
    """
    for kind, form in _FORMS:
        match = form.fullmatch(label)
        if match:
            found = match.groupdict()
            year = int(found["year"])
            if kind != "number" and year < 100:
                year += 2000
            return PeriodKey(kind, year * _PARTS[kind] + int(found.get("part") or 1) - 1)
    return None


def in_sequence(keys: Iterable[PeriodKey]) -> tuple[str, dict[PeriodKey, int]]:
    """Number periods of one kind from 0 in time; a period that is missing leaves its gap.

    Months that come three (six, twelve) apart are quarters (halves, years).
    """
    distinct = sorted(set(keys))
    kind, first = distinct[0]
    steps = [later.ordinal - earlier.ordinal for earlier, later in pairwise(distinct)]
    step = 1
    if kind == "month":
        apart = math.gcd(*steps) if steps else 1
        step = next((months for months in (12, 6, 3) if apart % months == 0 and apart), 1)
        kind = _MONTHS_APART[step]
    elif kind == "number" and steps:
        step = math.gcd(*steps)
    return kind, {key: (key.ordinal - first) // step for key in distinct}
