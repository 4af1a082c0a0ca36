"""Sentences of rules and prices in Korean: every pattern, and what the rules really print."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.utils.translation import gettext, override

from pricing.charging import charge
from pricing.incentives import earn_below
from pricing.mechanisms.feebate import MECHANISM
from pricing.mechanisms.terms import Baseline, Facts, Frame
from pricing.sentences import PATTERNS, TOLD_AGAIN, told

LATIN_WORDS = re.compile("[a-z]+ [a-z]+")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_is_known_again_by_what_it_made(pattern: str) -> None:
    names = re.findall(r"%\((\w+)\)s", pattern)
    parts = {
        name: "" if name in TOLD_AGAIN else str(number) for number, name in enumerate(names, 11)
    }
    if pattern.endswith(": %(step)s"):
        parts["step"] = "5 kg before + 6 kg now"
    if "%(days)s" in pattern:
        parts["days"] = "from 2023-01-01"
    with override("ko"):
        korean = told(pattern % parts)
        expected = {name: told(part) for name, part in parts.items()}
        assert korean == gettext(pattern) % expected
        assert korean != pattern % parts
        assert not LATIN_WORDS.search(korean)
    with override("en"):
        assert told(pattern % parts) == pattern % parts


def test_what_rules_print_is_told_without_english() -> None:
    frame = Frame(period="2023Q1", currency="USD")
    facts = [
        Facts("CLOUD", charged_minor=360_000, baselines=(Baseline(Decimal(100_000)),)),
        Facts("YARD", charged_minor=10, baselines=(Baseline(Decimal(200_000)),)),
    ]
    assert MECHANISM.share is not None
    printed = [
        *(words for share in MECHANISM.share(frame, facts) for words in share.explanation),
        *charge(
            kgco2e=Decimal("1.5"),
            price_per_tonne=Decimal("15.333"),
            currency="USD",
            kgco2e_before=Decimal(7),
            amount_before_minor=3,
        ).explanation,
        *earn_below(
            baseline_kgco2e=Decimal(10),
            emissions_kgco2e=Decimal(4),
            rate_per_tonne=Decimal(40),
            currency="USD",
        ).explanation,
        "The scheme's price for Scope 3 category 6: 100 USD per tCO2e, in force from 2022-07-01.",
        "CLOUD's price for Scope 2 in US: 7.50 USD per tCO2e, in force from the beginning.",
        "Proposed by analyst, approved by approver.",
    ]
    with override("ko"):
        assert [words for words in map(told, printed) if LATIN_WORDS.search(words)] == []
        assert told("A sentence that nobody made") == "A sentence that nobody made"
        assert (
            told(printed[-3])
            == "제도의 가격(스코프 3 범주 6): tCO2e당 100 USD, 유효 기간 2022-07-01부터."
        )
