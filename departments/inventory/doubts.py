"""Calculates. What looks wrong in a well-formed row, in words, with the figures compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

LATE = "late"
_OF = {
    1: "of this meter",
    2: "of this department, activity and place",
    3: "of this activity in all departments of the file",
}
_SHORT = Context(prec=6, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Doubt:
    """What looks wrong: which kind, in which column, what stands there, why, and what to do."""

    kind: str
    column: str
    value: str
    reason: str
    hint: str

    def __str__(self) -> str:
        shown = f" “{self.value}”" if self.value else ""
        return f"{self.column}{shown}: {self.reason} {self.hint}"

    def content(self) -> dict[str, str]:
        """As records keep it and programs read it."""
        return asdict(self)


def doubt_of(kind: str, figures: dict[str, Any]) -> Doubt:
    """A finding of `comparison` in words."""
    return _WORDS[kind](figures)


def _unusual(figures: dict[str, Any], *, is_high: bool) -> Doubt:
    quantity, usual = _number(figures["quantity"]), _number(figures["usual"])
    unit, days = figures["unit"], figures["days"]
    compared = (
        f"the median of {figures['n']} readings {_OF[figures['level']]} comes to {usual} {unit} "
        f"for {days} {'day' if days == 1 else 'days'}"
    )
    if figures["times"] is None:
        return Doubt("low", "quantity", quantity, f"It is nothing; {compared}.", "Was it read?")
    times = Decimal(str(figures["times"]))
    more = "more" if is_high else "less"
    reason = f"It is {_number(times)} times {more} than usual: {compared}."
    return Doubt("high" if is_high else "low", "quantity", quantity, reason, _hint(figures, times))


def _hint(figures: dict[str, Any], times: Decimal) -> str:
    if figures["footnote"]:
        text = f"{Decimal(str(figures['quantity'])):f}".partition(".")[0]
        return f"Without its last digit, {text[-1]}, it would be usual: is that a footnote's mark?"
    if 300 <= times <= 3000:
        return f"Is {figures['unit']} the right unit, or one that is 1,000 times as large or small?"
    return "Look at the bill: unit, decimal sign, and whether the counter began anew."


def _repeated(figures: dict[str, Any]) -> Doubt:
    if "record" in figures:
        key = f" ({figures['external_id']})" if figures["external_id"] else ""
        other = f"Record {figures['record']}{key}"
    else:
        other = f"Line {figures['line']}"
    reason = f"{other} says the same: department, activity, place, days and quantity."
    return Doubt("repeated", "external_id", "", reason, "Leave it out, if it is the same bill.")


def _overlapping(figures: dict[str, Any]) -> Doubt:
    line, record = figures["line"], figures["record"]
    other = f"record {record}" if record else f"line {line}"
    days = f"{figures['started_on']} to {figures['ended_on']}"
    reason = f"Some of its days are billed already: {other} is from {days}."
    return Doubt("overlapping", "started_on", "", reason, "Enter each day once.")


def _digit(figures: dict[str, Any]) -> Doubt:
    line, record = figures["line"], figures["record"]
    other = f"Record {record}" if record else f"Line {line}"
    said = f"{_number(figures['other'])} {figures['unit']}"
    reason = f"{other} says {said} for the same days: the same with one digit more."
    hint = "Leave it out if it is the same bill; is the digit a footnote's mark?"
    return Doubt("digit", "quantity", _number(figures["quantity"]), reason, hint)


def _counter(figures: dict[str, Any]) -> Doubt:
    quantity = _number(figures["quantity"])
    reason = "It is nearly all that a counter with so many digits can count."
    hint = "If the counter began anew, enter what was used: end and beginning added up."
    return Doubt("counter", "quantity", quantity, reason, hint)


def _vintage(figures: dict[str, Any]) -> Doubt:
    named = ", ".join(map(str, figures["named"]))
    reason = f"It names {named}; the electricity is of {figures['year']}."
    hint = "Name an instrument of the year and the market in which the electricity was used."
    return Doubt("vintage", "instrument", figures["instrument"], reason, hint)


def _market(figures: dict[str, Any]) -> Doubt:
    reason = (
        f"It is of {figures['market']}, {figures['vintage']}; "
        f"the electricity is of {figures['place'] or 'no place'}, {figures['year']}."
    )
    hint = "Name an instrument of the year and the market in which the electricity was used."
    return Doubt("market", "instrument", figures["instrument"], reason, hint)


def _late(figures: dict[str, Any]) -> Doubt:
    reason = f"{figures['period']} is closed."
    hint = "The next settlement charges it as a true-up of that period."
    return Doubt(LATE, "ended_on", "", reason, hint)


def _number(value: Any) -> str:
    """A figure of at most six digits, e.g. 41,250.5."""
    shown = _SHORT.plus(Decimal(str(value)))
    text = f"{shown:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_WORDS: dict[str, Callable[[dict[str, Any]], Doubt]] = {
    "high": lambda figures: _unusual(figures, is_high=True),
    "low": lambda figures: _unusual(figures, is_high=False),
    "repeated": _repeated,
    "overlapping": _overlapping,
    "digit": _digit,
    "counter": _counter,
    "vintage": _vintage,
    "market": _market,
    "late": _late,
}
