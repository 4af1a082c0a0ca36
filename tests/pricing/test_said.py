"""Sentences that remember how they were made: English for files, and told to people in Korean."""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.utils.translation import gettext, override

from departments.organisation.said import joined, said
from pricing.sentences import told


def test_what_is_said_is_english_for_files_and_programs() -> None:
    sentence = said("Pot: %(pot)s, what the fund is to have for %(period)s.", pot=5, period="FY24")
    assert sentence == "Pot: 5, what the fund is to have for FY24."
    assert json.dumps([sentence]) == '["Pot: 5, what the fund is to have for FY24."]'
    with override("en"):
        assert told(sentence) is sentence


def test_it_is_told_in_korean_with_the_parts_that_were_said_themselves() -> None:
    place = said("Scope %(scope)s", scope=2)
    sentence = said("%(place)s (%(basis)s)", place=place, basis=said("market-based"))
    row = joined(" + ", [sentence, "Scope 3"])
    assert row == "Scope 2 (market-based) + Scope 3"
    with override("ko"):
        assert told(sentence) == "스코프 2(시장 기반)"
        assert told(row) == "스코프 2(시장 기반) + Scope 3"


def test_per_cent_signs_stay_what_they_are() -> None:
    kept = said("% of total emissions in the selected scopes covered")
    with override("ko"):
        assert told(kept) == "선택한 스코프의 총배출량 중 적용 비율(%)"
    assert joined(" % ", [said("yes"), said("nothing")]) == "yes % nothing"


def test_a_copy_is_told_as_well() -> None:
    sentence = copy.deepcopy(said("As %(scheme)s settled it.", scheme="FEE at 5 %"))
    assert sentence == "As FEE at 5 % settled it."
    with override("ko"):
        assert told(sentence) == "FEE at 5 %에서 정산한 그대로입니다."


def test_nothing_and_what_nobody_translated_are_told_as_they_are() -> None:
    with override("ko"):
        assert told(said("")) == ""
        assert told(said("Our own datapoint")) == "Our own datapoint"


def patterns() -> Iterator[str]:
    """Every pattern that the code says something by, where it is written out."""
    for app in ("departments", "pricing", "ledger"):
        for file in sorted((settings.BASE_DIR / app).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                match node:
                    case ast.Call(func=ast.Name(id="said"), args=[ast.Constant(value=str(text))]):
                        yield text
                    case ast.Call(
                        func=ast.Name(id="said"),
                        args=[
                            ast.IfExp(
                                body=ast.Constant(value=str(one)),
                                orelse=ast.Constant(value=str(other)),
                            )
                        ],
                    ):
                        yield from (one, other)


@pytest.mark.parametrize("pattern", sorted(set(patterns())))
def test_every_pattern_has_its_korean(pattern: str) -> None:
    is_order_alone = not re.search("[A-Za-z]{2}", re.sub(r"%\(\w+\)s", "", pattern))
    with override("ko"):
        assert is_order_alone or gettext(pattern) != pattern
