"""Reads. The facts that an activity record is entered with, checked one by one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from departments.inventory.calculation.errors import UnknownActivity
from departments.inventory.calculation.methods import method_for
from departments.inventory.entry import read_day, read_inputs, read_quantity, read_text
from departments.inventory.errors import EntryRefused
from departments.inventory.errors.entering import UnknownActivity as ActivityRefused
from departments.inventory.site_places import placed, site_places
from departments.organisation.models import Department
from departments.organisation.said import said

REQUIRED = ("department_id", "activity", "started_on", "ended_on", "quantity", "unit")
FIELDS = (*REQUIRED, "place", "inputs", "external_id", "note", "is_estimated")
_LONGEST = {"activity": 250, "unit": 60, "place": 60, "external_id": 100, "note": 500}


def read_fields(facts: Mapping[str, Any]) -> dict[str, Any]:
    """All facts of a record by name, each checked; what is not given is empty.

    Raises: EntryRefused, for the first that can't be taken; UnknownActivity.
    """
    _refuse_unknown(facts)
    fields: dict[str, Any] = {
        "department_id": _department_id(facts["department_id"]),
        "quantity": _quantity(facts["quantity"]),
        "started_on": _day(facts["started_on"], "started_on"),
        "ended_on": _day(facts["ended_on"], "ended_on"),
        "inputs": read_inputs(facts.get("inputs") or {}),
        "is_estimated": bool(facts.get("is_estimated", False)),
    }
    for name, longest in _LONGEST.items():
        fields[name] = read_text(str(facts.get(name) or ""), field=name, longest=longest)
    fields["activity"] = known_activity(fields["activity"])
    if site := fields["inputs"].get("site"):
        fields["inputs"]["site"], fields["place"] = placed(site, fields["place"], site_places())
    fields["place"] = fields["place"].upper()
    if not fields["unit"]:
        raise EntryRefused(
            field="unit", value="", reason=said("It is missing."), hint=said("E.g. kWh.")
        )
    require_order(fields["started_on"], fields["ended_on"])
    return fields


def known_activity(activity: str) -> str:
    """The activity, if a method calculates it.

    Raises: UnknownActivity.
    """
    try:
        method_for(activity)
    except UnknownActivity as refusal:
        raise ActivityRefused(activity=activity, nearest=refusal.nearest) from refusal
    return activity


def require_order(started_on: date, ended_on: date) -> None:
    """Refuse a last day before the first.

    Raises: EntryRefused.
    """
    if ended_on < started_on:
        raise EntryRefused(
            field="ended_on",
            value=ended_on.isoformat(),
            reason=said(
                "The last day is before the first day, %(started_on)s.", started_on=started_on
            ),
            hint=said("Exchange the two, or correct the year."),
        )


def _refuse_unknown(facts: Mapping[str, Any]) -> None:
    for name in facts:
        if name not in FIELDS:
            hint = said("Known are %(known)s.", known=", ".join(FIELDS))
            raise EntryRefused(field=name, value="", reason=said("Unknown field."), hint=hint)
    for name in REQUIRED:
        if facts.get(name) in (None, ""):
            raise EntryRefused(
                field=name, value="", reason=said("It is missing."), hint=said("Enter it.")
            )


def _department_id(value: Any) -> int:
    if not Department.objects.filter(pk=value).exists():
        hint = said("Choose one of your departments.")
        reason = said("There is no such department.")
        raise EntryRefused(field="department_id", value=str(value), reason=reason, hint=hint)
    return int(value)


def _quantity(value: Any) -> Decimal:
    text = f"{value:f}" if isinstance(value, Decimal) and value.is_finite() else str(value)
    return read_quantity(text)


def _day(value: Any, field: str) -> date:
    return read_day(value.isoformat() if isinstance(value, date) else str(value), field=field)
