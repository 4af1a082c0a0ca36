"""Calculates. Faults as real files have them, each made from a sound row and written in the key.

`REFUSED` faults must stop an import, in the column that is named. `SUSPICIOUS` ones are well-formed
and are taken in: they have to be seen by comparing, or survive unharmed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from config.bench.generator.row import Row

Change = Callable[[Row], Row]
RIGHT_TO_LEFT, COMBINING = "محطة الشمال \u202e123", "Zu\u0308rich Bu\u0308ro nai\u0308ve"


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault: which rows can have it, how it looks, and where an import names it.

    `column` is empty for a fault that an import takes in. `number` is that of the list of faults.
    """

    name: str
    number: int
    column: str
    fits: Callable[[Row], bool]
    change: Change
    why: str


def _quantity(row: Row, text: str) -> Row:
    return replace(row, quantity=text)


def _times(row: Row, factor: str) -> Row:
    return replace(row, quantity=f"{Decimal(row.quantity) * Decimal(factor):f}")


def _decimal_comma(row: Row) -> Row:
    return _quantity(row, f"{Decimal(row.quantity):.2f}".replace(".", ","))


def _spaced(row: Row) -> Row:
    digits = f"{int(Decimal(row.quantity) * 1000) + 1000}"
    return _quantity(row, f"{digits[:-3]}\u2009,{digits[-3:]}")


def _footnote(row: Row) -> Row:
    return _quantity(row, f"{int(Decimal(row.quantity))}3")


def _reversed_days(row: Row) -> Row:
    return replace(row, started_on=row.ended_on + timedelta(days=9))


def _rollover(row: Row) -> Row:
    return _quantity(row, f"{Decimal(99_999_999) - Decimal(row.quantity):f}")


def _is_meter(row: Row) -> bool:
    return row.external_id.startswith("M-") and Decimal(row.quantity) > 10


def _is_grid(row: Row) -> bool:
    return row.activity == "electricity/grid" and _is_meter(row) and row.unit == "kWh"


def _is_gas(row: Row) -> bool:
    return row.activity.startswith("gaseous-fuels/") and _is_meter(row)


def _is_flight(row: Row) -> bool:
    return row.activity.startswith("business-travel-air/")


def _is_waste(row: Row) -> bool:
    return row.activity.startswith("waste-disposal/")


def _any(row: Row) -> bool:
    return Decimal(row.quantity) > 1


REFUSED = (
    Fault("decimal comma", 2, "quantity", _any, _decimal_comma, "1234,50"),
    Fault("thin space in the digits", 2, "quantity", _any, _spaced, "4\u2009,745"),
    Fault(
        "negative meter delta",
        2,
        "quantity",
        _is_meter,
        lambda row: _quantity(row, f"-{row.quantity}"),
        "the meter was exchanged",
    ),
    Fault(
        "formula instead of a figure",
        8,
        "quantity",
        _any,
        lambda row: _quantity(row, f"=SUM({row.quantity},0)"),
        "CSV injection",
    ),
    Fault(
        "certificates above consumption",
        7,
        "quantity",
        _is_grid,
        lambda row: row.with_inputs(
            covered_kwh=f"{Decimal(row.quantity) * 2:f}",
            instrument_kgco2e_per_kwh="0",
            instrument="energy attribute certificates",
        ),
        "twice the kWh of the meter",
    ),
    Fault(
        "no factor for the place",
        5,
        "place",
        _is_gas,
        lambda row: replace(row, place="SE"),
        "nothing is published for gas in Sweden",
    ),
    Fault(
        "place that does not exist",
        5,
        "place",
        _is_grid,
        lambda row: replace(row, place="XQ"),
        "a slip, not a country without factors",
    ),
    Fault(
        "unknown unit",
        1,
        "unit",
        _is_grid,
        lambda row: replace(row, unit="kWhours"),
        "not kWh, not MWh",
    ),
    Fault(
        "unit of another dimension",
        1,
        "unit",
        _is_flight,
        lambda row: replace(row, unit="kWh"),
        "flights in kWh",
    ),
    Fault(
        "last day before the first",
        3,
        "ended_on",
        _any,
        _reversed_days,
        "a period that runs backwards",
    ),
    Fault(
        "department that does not exist",
        4,
        "department",
        _any,
        lambda row: replace(row, department="D000"),
        "its code from before a re-organisation",
    ),
    Fault(
        "activity nobody calculates",
        5,
        "activity",
        _any,
        lambda row: replace(row, activity="space-travel/orbit"),
        "no method, no factor",
    ),
)

SUSPICIOUS = (
    Fault(
        "unit slip × 1000",
        1,
        "",
        _is_grid,
        lambda row: replace(row, unit="MWh", inputs={}),
        "kWh entered as MWh",
    ),
    Fault(
        "unit slip kg and tonnes",
        1,
        "",
        _is_waste,
        lambda row: _times(row, "1000"),
        "kilograms entered as tonnes",
    ),
    Fault("trailing footnote digit", 2, "", _is_meter, _footnote, "a superscript 3 was copied"),
    Fault("meter rollover", 2, "", _is_gas, _rollover, "the counter began anew"),
    Fault(
        "overlapping billing period",
        3,
        "",
        _is_gas,
        lambda row: replace(row, ended_on=row.ended_on + timedelta(days=14)),
        "two weeks are billed twice",
    ),
    Fault("duplicate invoice", 3, "", _any, lambda row: row, "the same bill under another id"),
    Fault(
        "instrument of another market",
        7,
        "",
        _is_grid,
        lambda row: row.with_inputs(instrument="certificates of another market, vintage 2015"),
        "market and vintage don't match",
    ),
    Fault(
        "formula in the note",
        8,
        "",
        _any,
        lambda row: replace(row, note="=HYPERLINK(0)+cmd|' /C calc'!A0"),
        "must not run when a spreadsheet opens an export",
    ),
    Fault("name of 200 characters", 8, "", _any, lambda row: replace(row, note="n" * 200), ""),
    Fault(
        "right-to-left and combining characters",
        8,
        "",
        _any,
        lambda row: replace(row, note=f"{RIGHT_TO_LEFT} {COMBINING}"),
        "kept as they are",
    ),
    Fault(
        "last moment of a month in another time zone",
        8,
        "",
        _any,
        lambda row: replace(
            row,
            started_on=row.ended_on.replace(day=1),
            ended_on=row.ended_on.replace(day=1),
            note="2024-01-31T23:30 in Honolulu",
        ),
        "days are days: no zone is guessed",
    ),
)


def inject(fault: Fault, candidates: list[Row], chance: Random, external_id: str) -> Row | None:
    """One row with the fault, under an id of its own; None if no row of the month can have it."""
    fitting = [row for row in candidates if fault.fits(row)]
    if not fitting:
        return None
    return replace(fault.change(chance.choice(fitting)), external_id=external_id)
