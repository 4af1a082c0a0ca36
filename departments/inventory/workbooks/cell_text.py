"""Calculates. What stands in a cell of a workbook as exact text: numbers, days, yes and no."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from enum import Enum
from functools import lru_cache

from departments.organisation.said import said

# A spreadsheet keeps a number in binary and shows 15 digits of it at most.
DIGITS = 15
DECIMALS = 10
_SHOWN = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN)
_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)
_TOO_LARGE = Decimal(10) ** DIGITS
_SMALLEST = Decimal(1).scaleb(-DECIMALS)
_PLAIN = re.compile(r"-?[1-9][0-9]{0,4}(\.[0-9]{0,9}[1-9])?|-?[1-9][0-9]{0,14}", re.ASCII)
_LAST_SERIAL = Decimal(2958466)  # the day after 9999-12-31
_NO_DAY = 60  # 1900-02-29, which spreadsheets count and calendars don't
_ESCAPE = re.compile(r"_x(0009|000[AaDd]|005[Ff])_")
# Built-in formats that show a day, some of them in East Asian calendars; and those of a time.
_DAY_FORMATS = {14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 55), 57, 58}
_TIME_FORMATS = {18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56}


class Shown(Enum):
    """What a number format makes of a number."""

    NUMBER = "number"
    DAY = "day"
    TIME = "time"


class CellFault(Exception):
    """A cell that says nothing that can be read: what stands there, why not, what to do."""

    def __init__(self, value: str, reason: str, hint: str) -> None:
        self.value, self.reason, self.hint = value, reason, hint
        super().__init__(f"{value}: {reason} {hint}")


def shown_as(number: int, code: str) -> Shown:
    """What a format shows, by its number and, if it is no built-in one, its code."""
    if not code:
        if number in _DAY_FORMATS:
            return Shown.DAY
        return Shown.TIME if number in _TIME_FORMATS else Shown.NUMBER
    first = code.partition(";")[0]
    if first.strip().casefold() in ("general", "standard"):
        return Shown.NUMBER
    letters = re.sub(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', "", first, flags=re.I)
    letters = letters.casefold().replace("am/pm", "").replace("general", "")
    if re.search(r"[yd]", letters) or re.fullmatch(r"[^hs]*m[^hs]*", letters):
        return Shown.DAY
    return Shown.TIME if re.search(r"[hs]", letters) else Shown.NUMBER


def number_text(raw: str, cell: str) -> tuple[str, bool]:
    """A number as a spreadsheet shows it in full, and whether digits beyond that were cut.

    Those are its 15 digits and at most ten decimals, half to even: 0.30000000000000004 is 0.3.
    Raises: CellFault, from 10^15 on, where digits are lost before anybody reads them.
    """
    if _PLAIN.fullmatch(raw):
        return raw, False
    try:
        exact = Decimal(raw)
    except InvalidOperation:
        exact = Decimal("NaN")
    if not exact.is_finite():
        raise CellFault(raw, said("This is not a number."), said("Look at %(cell)s.", cell=cell))
    if abs(exact) >= _TOO_LARGE:
        reason = said(
            "A spreadsheet keeps %(digits)s digits of a number and loses the others.", digits=DIGITS
        )
        hint = said("Format %(cell)s as text and enter it again.", cell=cell)
        raise CellFault(plain_text(exact)[:40], reason, hint)
    shown = _SHOWN.plus(exact)
    if _decimals(shown) > DECIMALS and abs(shown) >= _SMALLEST:
        shown = shown.quantize(_SMALLEST, context=_WIDE)
    return plain_text(shown), shown != Decimal(repr(float(raw)))


def day_text(raw: str, cell: str, *, is_1904: bool) -> str:
    """A day, or a moment where it is not midnight, by its count of days.

    Raises: CellFault.
    """
    text = _day(raw, is_1904)
    if text is None:
        raise CellFault(
            raw[:40], said("There is no such day."), said("Look at %(cell)s.", cell=cell)
        )
    return text


@lru_cache(maxsize=4096)
def _day(raw: str, is_1904: bool) -> str | None:
    try:
        serial = Decimal(raw)
    except InvalidOperation:
        return None
    if not 0 <= serial < _LAST_SERIAL or (int(serial) == _NO_DAY and not is_1904):
        return None
    first = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 31 if serial < _NO_DAY else 30)
    return moment_text(first + timedelta(days=int(serial), seconds=round((serial % 1) * 86400)))


def moment_text(moment: datetime) -> str:
    """A moment as text; midnight is the day alone."""
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return moment.date().isoformat()
    return moment.replace(microsecond=0, tzinfo=None).isoformat(sep=" ")


def written_moment(raw: str, cell: str) -> str:
    """A day or moment that the file spells out, as ISO 8601.

    Raises: CellFault.
    """
    try:
        return moment_text(datetime.fromisoformat(raw))
    except ValueError:
        raise CellFault(
            raw[:40], said("There is no such day."), said("Look at %(cell)s.", cell=cell)
        ) from None


def time_fault(raw: str, cell: str) -> CellFault:
    """A time of day or a duration: is 1.5 days meant, or 36 hours?"""
    hint = said("Format %(cell)s as a number and enter what it counts, e.g. hours.", cell=cell)
    return CellFault(raw[:40], said("The cell shows a time, not a number or a day."), hint)


def unescaped(text: str) -> str:
    """Text with the line breaks and tabs that spreadsheets write as _x000D_."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def plain_text(number: Decimal) -> str:
    """Digits and a point, no exponent and no idle zeros."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return -int(exponent) if int(exponent) < 0 else 0
