"""Calculates. How each kind of field is written in a request: one form, in contract and check.

The framework's fields take more than a contract can say: `"5"` and `true` for 5, `٣` for 3, `1e3`
for a decimal, `20230501` for a day. What the contract says is what is taken, so that what a program
sends by mistake is refused instead of guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeGuard

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
WHOLE_NUMBER = re.compile("-?[0-9]{1,19}")
# RFC 3339; years, months and days are looked at afterwards.
MOMENT = re.compile(
    "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?"
    "([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
NO_NUL = r"^[^\x00]*$"
# One character at least is neither space nor control.
SAID = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\ufeff]")
SAYS_SOMETHING = rf"^[^\x00]*{SAID.pattern}[^\x00]*$"


def schema_of(field: serializers.Field[Any, Any, Any, Any]) -> dict[str, Any]:
    """What the contract adds to a field of a request."""
    if isinstance(field, serializers.DecimalField):
        return {"pattern": decimal_form(field)}
    if _is_free_text(field):
        return {"pattern": NO_NUL if field.allow_blank else SAYS_SOMETHING}
    return {}


def _is_free_text(field: Any) -> TypeGuard[serializers.CharField]:
    return isinstance(field, serializers.CharField) and not isinstance(
        field, serializers.RegexField
    )


def decimal_form(field: serializers.DecimalField) -> str:
    """A decimal with the digits that fit; with a sign where it may be below zero."""
    places = field.decimal_places or 0
    whole = (field.max_digits or 30) - places
    sign = "" if field.min_value is not None and field.min_value >= 0 else "-?"
    fraction = rf"(\.[0-9]{{1,{places}}})?" if places else ""
    return rf"^{sign}[0-9]{{1,{whole}}}{fraction}$"


def problems_of(
    fields: Mapping[str, serializers.Field[Any, Any, Any, Any]], data: Any, *, are_texts: bool
) -> dict[str, list[Any]]:
    """The fields that are not written in their form; a query and a web form say all in texts."""
    problems: dict[str, list[Any]] = {}
    for name, field in fields.items():
        if field.read_only or name not in data:
            continue
        values = data.getlist(name) if are_texts else [data[name]]
        if are_texts and len(values) > 1 and not isinstance(field, serializers.ListField):
            problems[name] = [_("Say it once.")]
            continue
        if "" in values and are_texts and not getattr(field, "allow_blank", False):
            problems[name] = [_("Say something, or leave it out.")]
            continue
        found = [one for value in values for one in _problem(field, value, are_texts=are_texts)]
        if found:
            problems[name] = found
    return problems


def _problem(
    field: serializers.Field[Any, Any, Any, Any], value: Any, *, are_texts: bool
) -> Iterator[Any]:
    """Everything that is wrong with the form of a value; what it says is looked at afterwards."""
    if isinstance(field, serializers.ListField | serializers.DictField):
        yield from _inside(field, value, are_texts=are_texts)
    elif value is None:
        return
    elif isinstance(field, serializers.BooleanField):
        if not are_texts and not isinstance(value, bool):
            yield _("Send true or false.")
    elif isinstance(field, serializers.IntegerField):
        if not (WHOLE_NUMBER.fullmatch(value) if are_texts else _is_whole(value)):
            yield _("Send a whole number.")
    elif (form := _form_of(field)) is not None:
        is_right, words = form
        if not isinstance(value, str):
            yield _("Send a text.")
        elif not is_right(value):
            yield words


def _inside(field: Any, value: Any, *, are_texts: bool) -> Iterator[Any]:
    if isinstance(field, serializers.ListField):
        inner = value if isinstance(value, list) else []
    else:
        inner = list(value.values()) if isinstance(value, Mapping) else []
    for one in inner:
        for problem in _problem(field.child, one, are_texts=are_texts):
            yield problem
            return


def _is_whole(value: Any) -> bool:
    return not isinstance(value, bool) and (
        isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    )


def _form_of(
    field: serializers.Field[Any, Any, Any, Any],
) -> tuple[Callable[[str], Any], Any] | None:
    """Whether a text has its form, with words for who missed it; None for what is no text."""
    if isinstance(field, serializers.DecimalField):
        words = _("Send a decimal number as text, such as %(example)s, with %(places)d decimals.")
        facts = {"example": '"1250.50"', "places": field.decimal_places or 0}
        return re.compile(decimal_form(field)[1:-1]).fullmatch, words % facts
    if isinstance(field, serializers.DateTimeField):
        moment = _("Send a moment as RFC 3339 has it, such as 2024-05-06T12:30:00Z.")
        return MOMENT.fullmatch, moment
    if isinstance(field, serializers.DateField):
        return DAY.fullmatch, _("Send a day as YYYY-MM-DD.")
    if _is_free_text(field) and not field.allow_blank:
        return SAID.search, _("Say something.")
    if isinstance(field, serializers.CharField | serializers.ChoiceField):
        return lambda _: True, ""
    return None
