"""What a request may hold: one form each, in the contract as in the check."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import QueryDict
from rest_framework import serializers

from departments.organisation.api.field_forms import decimal_form, problems_of, schema_of
from departments.organisation.api.strict import StrictSerializer


class Everything(StrictSerializer):
    whole = serializers.IntegerField(required=False)
    decimal = serializers.DecimalField(required=False, max_digits=6, decimal_places=2)
    above = serializers.DecimalField(required=False, max_digits=3, decimal_places=0, min_value=0)
    flag = serializers.BooleanField(required=False)
    day = serializers.DateField(required=False)
    moment = serializers.DateTimeField(required=False)
    text = serializers.CharField(required=False)
    blank = serializers.CharField(required=False, allow_blank=True)
    choice = serializers.ChoiceField(choices=["a", "b"], required=False)
    several = serializers.ListField(child=serializers.IntegerField(), required=False)
    named = serializers.DictField(child=serializers.CharField(), required=False)


def is_taken(said: dict[str, Any]) -> bool:
    return Everything(data=said).is_valid()


@pytest.mark.parametrize(
    "said",
    [
        {"whole": 5},
        {"whole": -5},
        {"whole": 5.0},
        {"decimal": "1250.50"},
        {"decimal": "-0.05"},
        {"above": "007"},
        {"flag": False},
        {"day": "2024-02-29"},
        {"moment": "2024-05-06T12:30:00Z"},
        {"moment": "2024-05-06t12:30:00.123456+09:00"},
        {"text": " a "},
        {"blank": ""},
        {"blank": " "},
        {"choice": "a"},
        {"several": [1, 2]},
        {"named": {"a": "1"}},
    ],
)
def test_what_is_written_as_the_contract_says_is_taken(said: dict[str, Any]) -> None:
    assert is_taken(said)


@pytest.mark.parametrize(
    "said",
    [
        {"whole": "5"},
        {"whole": True},
        {"whole": 5.5},
        {"whole": "٣"},
        {"decimal": 1250.5},
        {"decimal": "1e3"},
        {"decimal": "٣"},
        {"decimal": "1_000"},
        {"decimal": " 1"},
        {"decimal": "1\n"},
        {"decimal": "."},
        {"decimal": ""},
        {"decimal": "NaN"},
        {"decimal": "1.234"},
        {"decimal": "12345"},
        {"above": "-1"},
        {"flag": "true"},
        {"flag": 1},
        {"flag": "yes"},
        {"day": "20240229"},
        {"day": "2024-W09-4"},
        {"day": "2024-02-30"},
        {"day": "٢٠٢٤-02-29"},
        {"moment": "2024-05-06"},
        {"moment": "2024-05-06 12:30:00Z"},
        {"moment": "2024-05-06T12:30:00"},
        {"moment": 1714998600},
        {"text": 5},
        {"text": ""},
        {"text": " "},
        {"text": "\x01"},
        {"text": "a\x00"},
        {"blank": 5},
        {"blank": "\x00"},
        {"choice": "c"},
        {"choice": ["a"]},
        {"several": ["1"]},
        {"several": "1"},
        {"named": {"a": 1}},
        {"named": {"a": ""}},
        {"named": []},
        {"unknown": 1},
        {"whole": None},
    ],
)
def test_what_is_written_otherwise_is_refused(said: dict[str, Any]) -> None:
    checked = Everything(data=said)
    assert not checked.is_valid()
    assert set(checked.errors) == set(said)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("whole=5&day=2024-02-29&flag=true&decimal=1.5&choice=a&several=1&several=2", set()),
        ("whole=٣", {"whole"}),
        ("whole=+5", {"whole"}),
        ("whole=5.0", {"whole"}),
        ("text=", {"text"}),
        ("choice=", {"choice"}),
        ("day=", {"day"}),
        ("whole=1&whole=1", {"whole"}),
        ("text=a&text=b", {"text"}),
        ("day=20240229", {"day"}),
        ("blank=", set()),
    ],
)
def test_a_query_says_the_same_in_texts(query: str, fields: set[str]) -> None:
    checked = Everything(data=QueryDict(query.replace("+", "%2B")))
    assert checked.is_valid() is not bool(fields)
    assert set(checked.errors) == fields


@pytest.mark.parametrize("name", ["decimal", "above", "text", "blank"])
def test_the_contract_has_the_pattern_of_the_check(name: str) -> None:
    field = Everything().fields[name]
    pattern = schema_of(field)["pattern"]
    for text in ("", " ", "a", "1", "-1", "007", "1.5", "12345", "\x00", "a\x00", "\x1c"):
        refused = problems_of({name: field}, {name: text}, are_texts=False) or "\x00" in text
        assert bool(re.search(pattern, text)) is not bool(refused), text


def test_a_decimal_has_the_digits_that_fit() -> None:
    fields: Any = Everything().fields
    assert decimal_form(fields["decimal"]) == r"^-?[0-9]{1,4}(\.[0-9]{1,2})?$"
    assert decimal_form(fields["above"]) == "^[0-9]{1,3}$"
