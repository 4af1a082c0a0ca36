"""Calculates. What looks wrong in a well-formed row, in words, with the figures compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from departments.organisation.said import said

LATE = "late"
_OF = {
    1: said("of this meter"),
    2: said("of this department, activity and place"),
    3: said("of this activity in all departments of the file"),
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
    compared = said(
        "the median of %(count)s readings %(which)s comes to %(usual)s %(unit)s for 1 day"
        if figures["days"] == 1
        else "the median of %(count)s readings %(which)s comes to %(usual)s %(unit)s for "
        "%(days)s days",
        count=figures["n"],
        which=_OF[figures["level"]],
        usual=usual,
        unit=figures["unit"],
        days=figures["days"],
    )
    if figures["times"] is None:
        reason = said("It is nothing; %(compared)s.", compared=compared)
        return Doubt("low", "quantity", quantity, reason, said("Was it read?"))
    times = Decimal(str(figures["times"]))
    reason = said(
        "It is %(times)s times more than usual: %(compared)s."
        if is_high
        else "It is %(times)s times less than usual: %(compared)s.",
        times=_number(times),
        compared=compared,
    )
    return Doubt("high" if is_high else "low", "quantity", quantity, reason, _hint(figures, times))


def _hint(figures: dict[str, Any], times: Decimal) -> str:
    if figures["footnote"]:
        text = f"{Decimal(str(figures['quantity'])):f}".partition(".")[0]
        return said(
            "Without its last digit, %(digit)s, it would be usual: is that a footnote's mark?",
            digit=text[-1],
        )
    if 300 <= times <= 3000:
        return said(
            "Is %(unit)s the right unit, or one that is 1,000 times as large or small?",
            unit=figures["unit"],
        )
    return said("Look at the bill: unit, decimal sign, and whether the counter began anew.")


def _repeated(figures: dict[str, Any]) -> Doubt:
    if "record" not in figures:
        reason = said(
            "Line %(line)s says the same: department, activity, place, days and quantity.",
            line=figures["line"],
        )
    else:
        key = f" ({figures['external_id']})" if figures["external_id"] else ""
        reason = said(
            "Record %(record)s says the same: department, activity, place, days and quantity.",
            record=f"{figures['record']}{key}",
        )
    hint = said("Leave it out, if it is the same bill.")
    return Doubt("repeated", "external_id", "", reason, hint)


def _overlapping(figures: dict[str, Any]) -> Doubt:
    reason = said(
        "Some of its days are billed already: record %(other)s is from %(first)s to %(last)s."
        if figures["record"]
        else "Some of its days are billed already: line %(other)s is from %(first)s to %(last)s.",
        other=figures["record"] or figures["line"],
        first=figures["started_on"],
        last=figures["ended_on"],
    )
    return Doubt("overlapping", "started_on", "", reason, said("Enter each day once."))


def _digit(figures: dict[str, Any]) -> Doubt:
    reason = said(
        "Record %(other)s says %(quantity)s for the same days: the same with one digit more."
        if figures["record"]
        else "Line %(other)s says %(quantity)s for the same days: the same with one digit more.",
        other=figures["record"] or figures["line"],
        quantity=f"{_number(figures['other'])} {figures['unit']}",
    )
    hint = said("Leave it out if it is the same bill; is the digit a footnote's mark?")
    return Doubt("digit", "quantity", _number(figures["quantity"]), reason, hint)


def _counter(figures: dict[str, Any]) -> Doubt:
    quantity = _number(figures["quantity"])
    reason = said("It is nearly all that a counter with so many digits can count.")
    hint = said("If the counter began anew, enter what was used: end and beginning added up.")
    return Doubt("counter", "quantity", quantity, reason, hint)


def _vintage(figures: dict[str, Any]) -> Doubt:
    named = ", ".join(map(str, figures["named"]))
    reason = said(
        "It names %(named)s; the electricity is of %(year)s.", named=named, year=figures["year"]
    )
    hint = said("Name an instrument of the year and the market in which the electricity was used.")
    return Doubt("vintage", "instrument", figures["instrument"], reason, hint)


def _market(figures: dict[str, Any]) -> Doubt:
    reason = said(
        "It is of %(market)s, %(vintage)s; the electricity is of %(place)s, %(year)s.",
        market=figures["market"],
        vintage=figures["vintage"],
        place=figures["place"] or said("no place"),
        year=figures["year"],
    )
    hint = said("Name an instrument of the year and the market in which the electricity was used.")
    return Doubt("market", "instrument", figures["instrument"], reason, hint)


def _late(figures: dict[str, Any]) -> Doubt:
    reason = said("%(period)s is closed.", period=figures["period"])
    hint = said("The next settlement charges it as a true-up of that period.")
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
