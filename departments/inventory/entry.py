"""Calculates. What people, files and programs enter, read exactly: numbers, days, yes and no."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Context, Decimal
from difflib import get_close_matches
from typing import Any

from departments.inventory.errors import EntryRefused
from departments.organisation.said import either, said

LARGEST = Decimal(10) ** 15
MOST_DECIMALS = 10
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)

# Arguments of the calculations, and facts that are kept beside them.
NUMBERS = frozenset(
    {
        "accelerator_hours",
        "area_ha",
        "average_power_w",
        "base_price_index",
        "covered_kwh",
        "embodied_kgco2e",
        "energy_kwh",
        "energy_per_request_wh",
        "extended_lifetime_years",
        "grid_kgco2e_per_kwh",
        "instrument_kgco2e_per_kwh",
        "kgco2e_per_unit",
        "lifetime_hours",
        "lifetime_uses",
        "lifetime_years",
        "location_kgco2e",
        "machine_energy_kwh",
        "ownership_share",
        "price_index",
        "pue",
        "rate_tco2_per_ha_year",
        "refurbishment_kgco2e",
        "released_tonnes",
        "requests",
        "residual_kgco2e_per_kwh",
        "tdp_w",
        "tonnes",
        "uncertainty_percent",
        "use_per_unit",
        "utilisation",
        "years",
    }
)
TEXTS = frozenset(
    {
        "boundary",
        "citation",
        "composition",
        "durability_class",
        "evidence_method",
        "evidence_on",
        "gwp_set",
        "hardware",
        "instrument",
        "price_index_source",
        "project",
        "removal_state",
        "site",
        "use_unit",
    }
)
SWITCHES = frozenset({"confirm_suspect"})
ALIASES = {"energy_wh_per_request": "energy_per_request_wh"}
INPUTS = NUMBERS | TEXTS | SWITCHES | frozenset(ALIASES)
LONGEST_TEXT = 1000
_EXACT = Context(prec=60)

_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SLASHED = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})", re.ASCII)
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}.*", re.ASCII)
_SERIAL = re.compile(r"[3-6][0-9]{4}", re.ASCII)
_BLANKS = "\u0020\u00a0\u2009\u202f\u2007'’_"
_NO_FIGURE = {"", "nan", "inf", "infinity", "null", "none", "n/a", "#n/a", "#value!"}
_YES, _NO = {"true", "yes", "1"}, {"false", "no", "0", ""}


def read_number(text: str, *, field: str) -> Decimal:
    """A plain decimal number: digits, a point, at most 10 decimals, no separators.

    Raises: EntryRefused, with what was probably meant.
    """
    value = text.strip()
    if not _PLAIN.fullmatch(value):
        raise EntryRefused(field=field, value=text, **_why_no_number(value))
    number = Decimal(value)
    if abs(number) > LARGEST:
        raise EntryRefused(
            field=field,
            value=text,
            reason=said("This is more than %(largest)s.", largest=f"{LARGEST:,f}"),
            hint=said("Check the figure and its unit."),
        )
    if len(value.partition(".")[2].rstrip("0")) > MOST_DECIMALS:
        raise EntryRefused(
            field=field,
            value=text,
            reason=said(
                "A figure has at most %(most_decimals)s decimals.", most_decimals=MOST_DECIMALS
            ),
            hint=said("Round it, or use a smaller unit."),
        )
    return number


def _why_no_number(value: str) -> dict[str, str]:
    """What is wrong with it, and how to write it."""
    without_blanks = "".join(sign for sign in value if sign not in _BLANKS)
    if not value:
        return {"reason": said("A number is missing."), "hint": said("Enter one, e.g. 1234.5.")}
    if value.casefold().lstrip("+-") in _NO_FIGURE:
        return {
            "reason": said("This is not a number."),
            "hint": said("Enter a figure, or leave the row out."),
        }
    if re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", without_blanks):
        meant = without_blanks.replace(",", "")
        hint = said("Write %(meant)s; if the comma is a decimal comma, write a point.", meant=meant)
        return {"reason": said("Thousands separators are not read."), "hint": hint}
    if re.fullmatch(r"-?[0-9.]*,[0-9]+", without_blanks):
        meant = without_blanks.replace(".", "").replace(",", ".")
        return {
            "reason": said("A decimal comma is not read."),
            "hint": said("Write %(meant)s.", meant=meant),
        }
    if without_blanks != value and _PLAIN.fullmatch(without_blanks):
        hint = said("Write %(meant)s.", meant=without_blanks)
        return {"reason": said("Blanks or marks inside a number are not read."), "hint": hint}
    if re.fullmatch(r"[+-]?[0-9.]+[eE][+-]?[0-9]{1,2}", value):
        return {"reason": said("An exponent is not read."), "hint": _written_out(value)}
    if value.endswith("%") and _PLAIN.fullmatch(value[:-1].strip()):
        share = plain(Decimal(value[:-1].strip()) / 100)
        hint = said(
            "Write %(share)s where a share is asked for, %(percent)s where percent.",
            share=f"{share:f}",
            percent=value[:-1].strip(),
        )
        return {"reason": said("A percent sign is not read."), "hint": hint}
    if value.startswith(("=", "@")):
        return {
            "reason": said("Formulas are not read."),
            "hint": said("Enter the figure it gives."),
        }
    return {
        "reason": said("This is not a number."),
        "hint": said("Use digits and a point, e.g. 1234.5."),
    }


def _written_out(value: str) -> str:
    try:
        return said("Write %(meant)s.", meant=f"{Decimal(value):f}")
    except ArithmeticError:
        return said("Write the number out.")


def read_quantity(text: str, *, field: str = "quantity") -> Decimal:
    """A number that is not below zero.

    Raises: EntryRefused.
    """
    number = read_number(text, field=field)
    if number < 0:
        raise EntryRefused(
            field=field,
            value=text,
            reason=said("This is below zero."),
            hint=said("Enter what was used; to take back an earlier figure, correct that record."),
        )
    return number


def read_day(text: str, *, field: str) -> date:
    """A day written as 2024-01-31.

    Raises: EntryRefused; a day such as 01/02/2024 has two readings and is refused with both.
    """
    value = text.strip()
    if _ISO_DAY.fullmatch(value):
        try:
            return _within_reason(date.fromisoformat(value), value, field)
        except ValueError:
            hint = said("Check month and day.")
            raise EntryRefused(
                field=field, value=text, reason=said("There is no such day."), hint=hint
            ) from None
    reason = (
        said("A day is missing.") if not value else said("This is not a day as it is read here.")
    )
    raise EntryRefused(field=field, value=text, reason=reason, hint=_day_hint(value))


def _within_reason(day: date, value: str, field: str) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        reason = said(
            "Days run from %(first_day)s to %(last_day)s.", first_day=FIRST_DAY, last_day=LAST_DAY
        )
        raise EntryRefused(field=field, value=value, reason=reason, hint=said("Check the year."))
    return day


def _day_hint(value: str) -> str:
    slashed = _SLASHED.fullmatch(value)
    if moment := _MOMENT.fullmatch(value):
        return said(
            "Write the day alone, as it is counted where it happened, e.g. %(moment)s.",
            moment=moment[1],
        )
    if _SERIAL.fullmatch(value):
        day = date(1899, 12, 30) + timedelta(days=int(value))
        return said(
            "A spreadsheet's count of days? Format the cell as a date; it would be %(day)s.",
            day=day,
        )
    if not slashed:
        return said("Write year, month and day, e.g. 2024-01-31.")
    first, second, year = (int(part) for part in slashed.groups())
    readings = {
        f"{year}-{month:02}-{day:02}"
        for day, month in ((first, second), (second, first))
        if 1 <= month <= 12 and 1 <= day <= 31
    }
    if len(readings) == 2:
        return said(
            "It can be read in two ways: write %(readings)s.",
            readings=either(sorted(readings)),
        )
    return (
        said("Write %(meant)s.", meant=readings.pop())
        if readings
        else said("Write it as 2024-01-31.")
    )


def read_switch(text: str, *, field: str) -> bool:
    """true or false; yes, no, 1, 0 and empty are understood too.

    Raises: EntryRefused.
    """
    value = text.strip().casefold()
    if value in _YES or value in _NO:
        return value in _YES
    hint = said("Write true or false.")
    raise EntryRefused(
        field=field, value=text, reason=said("This is neither yes nor no."), hint=hint
    )


def read_inputs(given: Mapping[str, Any]) -> dict[str, Any]:
    """The further inputs of a record, checked and in their stored form: decimals as strings.

    Empty values are left out.
    Raises: EntryRefused, for the first that is unknown or can't be read.
    """
    inputs: dict[str, Any] = {}
    for name, value in given.items():
        if name not in INPUTS:
            near = get_close_matches(name, sorted(INPUTS), n=1)
            hint = (
                said("Did you mean %(nearest)s?", nearest=near[0])
                if near
                else said("Known are %(known)s.", known=", ".join(sorted(INPUTS)))
            )
            raise EntryRefused(field=str(name), value="", reason=said("Unknown input."), hint=hint)
        if value is not None and value != "":
            inputs[ALIASES.get(name, name)] = read_input(name, value)
    return inputs


def read_input(name: str, value: Any) -> Any:
    """One further input in its stored form.

    Raises: EntryRefused.
    """
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    if name in SWITCHES:
        return read_switch(text, field=name)
    if name in TEXTS:
        return read_text(text, field=name, longest=LONGEST_TEXT)
    return f"{read_quantity(text, field=name):f}"


def read_text(text: str, *, field: str, longest: int) -> str:
    """Text as it is, without blanks at its ends.

    Raises: EntryRefused, if it is too long or holds a NUL.
    """
    value = text.strip()
    if "\x00" in value:
        hint = said("Save the file again as CSV in UTF-8.")
        raise EntryRefused(field=field, value="", reason=said("It holds a NUL byte."), hint=hint)
    if len(value) > longest:
        reason = said(
            "It has %(count)s characters, %(longest)s are kept.", count=len(value), longest=longest
        )
        raise EntryRefused(field=field, value=value[:40], reason=reason, hint=said("Shorten it."))
    return value


def plain(number: Decimal) -> Decimal:
    """The same number without idle zeros, as the database returns them: 6.2, not 6.2000000000."""
    if number == number.to_integral_value():
        return number.quantize(Decimal(1), context=_EXACT)
    return number.normalize(_EXACT)
