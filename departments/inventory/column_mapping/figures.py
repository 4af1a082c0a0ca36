"""Calculates. How a column writes its days and numbers, decided over all of it, and what they are.

Nothing is decided by what is usual in a country: a column whose every value can be read in two ways
is not read.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_GAPS = "\u0020\u00a0\u2009\u202f\u2007'’"
_YEAR_FIRST = re.compile(r"([0-9]{4})[-./ ]{1,2}([0-9]{1,2})[-./ ]{1,2}([0-9]{1,2})\.?", re.ASCII)
_EAST_ASIAN = re.compile(r"([0-9]{4})[년年] ?([0-9]{1,2})[월月] ?([0-9]{1,2})[일日]", re.ASCII)
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-./])([0-9]{1,2})\2([0-9]{4})", re.ASCII)
_MONTH = re.compile(
    r"(?P<y>[0-9]{4})(?:[-./]|[년年] ?)(?P<m>[0-9]{1,2})[월月]?"
    r"|(?P<m2>[0-9]{1,2})[-./](?P<y2>[0-9]{4})",
    re.ASCII,
)
_DIGITS = re.compile(r"-?[0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Seen:
    """A value as it stands, and its line."""

    line: int
    column: str
    text: str


@dataclass(slots=True)
class DayColumns:
    """What the days of a file say of their order; all columns of days are written alike."""

    day_first: Seen | None = None
    month_first: Seen | None = None
    either: Seen | None = None
    other: Seen | None = None

    def add(self, seen: Seen) -> None:
        """Look at one more day."""
        found = _YEAR_LAST.fullmatch(seen.text)
        if not found:
            if _ymd(seen.text):
                self.other = self.other or seen
            return
        first, second = int(found[1]), int(found[3])
        if first == second:
            return
        if first > 12 or (found[2] == "." and second <= 12):
            self.day_first = self.day_first or seen
        elif second > 12:
            self.month_first = self.month_first or seen
        else:
            self.either = self.either or seen


@dataclass(slots=True)
class NumberColumn:
    """What the numbers of a column say of their decimal sign."""

    point: Seen | None = None
    comma: Seen | None = None
    either: Seen | None = None

    def add(self, seen: Seen) -> None:
        """Look at one more number."""
        as_point, as_comma = _plain_or_nothing(seen.text, "."), _plain_or_nothing(seen.text, ",")
        if as_point == as_comma:
            return
        if as_point and as_comma:
            self.either = self.either or seen
        elif as_point:
            self.point = self.point or seen
        else:
            self.comma = self.comma or seen


def iso_day(text: str, order: str, *, is_last: bool) -> str:
    """A day as 2024-01-31, in the order dmy or mdy where its year is last.

    A month is its first day, or its last. What is none of these is left as it stands.
    """
    found = _YEAR_LAST.fullmatch(text)
    if found:
        first, second = found[1], found[3]
        month, day = (first, second) if order == "mdy" else (second, first)
        return _written(found[4], month, day) or text
    ymd = _ymd(text)
    if ymd:
        return _written(*ymd) or text
    month_of = _MONTH.fullmatch(text)
    if month_of:
        year, month = month_of["y"] or month_of["y2"], month_of["m"] or month_of["m2"]
        if 1 <= int(month) <= 12 and int(year):
            last = monthrange(int(year), int(month))[1]
            return _written(year, month, str(last) if is_last else "1") or text
    return text


def is_month(text: str) -> bool:
    """Whether it names a month and no day."""
    return bool(_MONTH.fullmatch(text))


def plain_number(text: str, sign: str) -> str:
    """A number with a point and no separators, if it is well-formed for its decimal sign.

    What is not is left as it stands, for the reader to refuse.
    """
    return _plain_or_nothing(text, sign) or text


def _plain_or_nothing(text: str, sign: str) -> str:
    if _DIGITS.fullmatch(text):
        return text
    gap = re.escape(("," if sign == "." else ".") + _GAPS)
    number = re.fullmatch(
        rf"(-?(?:[0-9]+|[1-9][0-9]{{0,2}}(?:([{gap}])[0-9]{{3}}(?:\2[0-9]{{3}})*)))"
        rf"(?:{re.escape(sign)}([0-9]+))?",
        text,
        re.ASCII,
    )
    if not number:
        return ""
    whole = "".join(each for each in number[1] if each.isdigit() or each == "-")
    return f"{whole}.{number[3]}" if number[3] else whole


def _ymd(text: str) -> tuple[str, str, str] | None:
    found = _YEAR_FIRST.fullmatch(text) or _EAST_ASIAN.fullmatch(text)
    return (found[1], found[2], found[3]) if found else None


def _written(year: str, month: str, day: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""
