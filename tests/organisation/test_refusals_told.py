"""What is refused is said in the language of who reads it, and in English to programs."""

from __future__ import annotations

from django.utils.translation import override

from departments.organisation.telling import refusal_told
from ledger.errors import PeriodClosed


def test_a_refusal_is_told_in_korean_and_kept_in_english() -> None:
    refusal = PeriodClosed("2026-01")
    with override("ko"):
        assert refusal_told(refusal).startswith("2026-01 기간은 마감되어")
        assert str(refusal).startswith("Period 2026-01 is closed:")
    with override("en"):
        assert refusal_told(refusal) == str(refusal)


def test_a_refusal_without_korean_is_told_as_it_is() -> None:
    with override("ko"):
        assert refusal_told(ValueError("Nobody translated 100%% of this.")) == (
            "Nobody translated 100%% of this."
        )
        assert refusal_told(ValueError()) == ""
