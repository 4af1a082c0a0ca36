"""Why a job came to nothing is kept in English, and told in the language of who reads it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils.translation import override

from departments.organisation.said import said
from ledger import sentences
from ledger.errors.exports import ExportBroken, ExportNotReplaceable, ExportUnbalanced
from ledger.errors.journal import AccountCodeTaken
from ledger.errors.proposals import ScenarioInvalid
from ledger.errors.settlements import (
    AllocationImpossible,
    InputsChanged,
    MoreThanBooksCount,
    NotAllowed,
    PriceMissing,
)
from ledger.exports.problems import Problems
from pricing import sentences as pricing_sentences

HANGUL = re.compile("[가-힣]")
OWN = set(sentences.PATTERNS) - set(pricing_sentences.PATTERNS)


def said_in_the_ledger() -> Iterator[str]:
    for file in (settings.BASE_DIR / "ledger").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="said"), args=[ast.Constant(value=str(pattern)), *_]
                ):
                    yield pattern


def test_what_is_kept_is_known_by_the_pattern_that_makes_it() -> None:
    """A pattern that is said otherwise by now would leave its sentences English."""
    assert len(OWN) > 20
    assert OWN - set(said_in_the_ledger()) == set()


@pytest.mark.parametrize(
    "refusal",
    [
        AccountCodeTaken("fee", 3),
        AllocationImpossible("fee", ["there is no approved event rate"]),
        ExportBroken(5, "disk full"),
        ExportNotReplaceable(4, None),
        ExportNotReplaceable(4, 5),
        ExportUnbalanced(["USD"]),
        InputsChanged("shard 1", 5, 4),
        MoreThanBooksCount([("ENG", Decimal("9e13"))]),
        MoreThanBooksCount(),
        NotAllowed("kim", said("export the journal"), "finance"),
        PriceMissing(["ENG, Scope 1 from 2024-01-01"]),
        ScenarioInvalid(
            said(
                "Scheme %(scheme)s has posted nothing for %(period)s: settle it first.",
                scheme="fee",
                period="FY24",
            )
        ),
    ],
    ids=lambda refusal: type(refusal).__name__,
)
def test_a_refusal_that_was_kept_is_told(refusal: Exception) -> None:
    kept = str(refusal)
    with override("ko"):
        assert HANGUL.search(sentences.told(kept))
    with override("en"):
        assert sentences.told(kept) == kept


def test_what_keeps_a_file_from_leaving_is_told_with_its_lines() -> None:
    problems = Problems()
    missing = said("%(kind)s of %(entity)s has no %(name)s", kind="levy", entity="DE", name="cell")
    for entry_id in (7, 8):
        problems.add(missing, entry_id)
    problems.add(
        said("%(column)s %(text)s begins like a formula", column="Text", text=repr("=1+1")),
        9,
    )
    kept = [str(problem) for problem in problems.listed()]
    assert kept == [
        "levy of DE has no cell (2 lines, first in entry 7)",
        "Text '=1+1' begins like a formula (1 line, first in entry 9)",
    ]
    with override("ko"):
        assert list(map(sentences.told, kept)) == [
            "DE의 levy에 cell이(가) 없음 (항목 2개, 처음은 분개 7)",
            "Text '=1+1'은(는) 수식처럼 시작함 (항목 1개, 분개 9)",
        ]


def test_what_people_and_machines_wrote_stays() -> None:
    with override("ko"):
        for kept in ("", "deadlock detected\nDETAIL: Process 1 waits", "ENG 3 of 5"):
            assert sentences.told(kept) == kept
