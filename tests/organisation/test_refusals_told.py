"""What is refused is said in the language of who reads it, and in English to programs."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings
from django.utils.translation import gettext, override

from departments.inventory import errors as inventory_errors
from departments.inventory import units
from departments.inventory.calculation import errors as calculation_errors
from departments.inventory.errors import InventoryError, RecordProblem, RowProblem
from departments.inventory.workbooks import refusal as workbook_refusals
from departments.organisation import errors as organisation_errors
from departments.organisation.access import Permission
from departments.organisation.said import Said, either, said
from departments.organisation.telling import refusal_told
from departments.portal import errors as portal_errors
from ledger import errors as ledger_errors
from ledger.errors import FieldProblem, LedgerError
from ledger.errors.calendar import PeriodClosed, PeriodsNotOpened
from ledger.errors.settlements import NotAllowed
from ledger.webhooks import errors as webhook_errors
from pricing import errors as pricing_errors
from pricing.errors import GrantInvalid, PanelProblem, PriceOverlaps


def all_of(package: ModuleType) -> list[ModuleType]:
    """A package of refusals and the modules in it."""
    inside = pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    return [package, *(import_module(each.name) for each in inside)]


FACTS = (*all_of(inventory_errors), calculation_errors, units, workbook_refusals)
MODULES = (
    *all_of(ledger_errors),
    organisation_errors,
    portal_errors,
    pricing_errors,
    webhook_errors,
    *FACTS,
)
HANGUL = re.compile("[가-힣]")
WORDS, PLACE = re.compile("[A-Za-z]{2}"), re.compile(r"%\(\w+\)s")

# What a refusal can be about, by how it is annotated; several where it reads otherwise.
SAMPLES: dict[str, list[Any]] = {
    "str": ["FY23", ""],
    "str | None": [None, "2024"],
    "str | int": ["fee"],
    "int": [7],
    "int | None": [None, 8],
    "date": [date(2024, 1, 31)],
    "date | None": [None, date(2024, 1, 31)],
    "Iterable[str]": [["one"], ["one", "two"]],
    "list[str]": [[], ["this % and that"], ["this"] * 30],
    "Sequence[str]": [["this % and that"], [], ["this"] * 30],
    "Sequence[PanelProblem]": [[PanelProblem(7, "period", "?", "no period")] * n for n in (1, 2)],
    "Said": [said("Nothing is changed.")],
    "Sequence[FieldProblem]": [
        [FieldProblem("lines", "Make them equal.")],
        [FieldProblem("lines", "Make them equal.")] * 2,
    ],
    "Decimal": [Decimal("1234.5")],
    "Collection[str]": [(), ["one", "two"]],
    "tuple[str, ...]": [(), ("one", "two")],
    "Sequence[RowProblem]": [
        [RowProblem(3, "unit", "x%", said("It is missing."), said("Enter it."))],
        [RowProblem(0, "", "", said("It has no rows."), "")] * 25,
    ],
    "Sequence[RecordProblem]": [
        [RecordProblem(7, "reason_missing", said("It is missing."))] * n for n in (1, 25)
    ],
    "Sequence[tuple[str, Decimal]]": [(), [("ENG", Decimal("9e12"))] * 12],
    "list[tuple[str, str, int, int]]": [[("", "USD", 100, 90), ("DE", "USD", 90, 100)]],
}
# What the refusals of facts are made of, by name; some are words of ours.
TOLD_AS_WORDS = {"state", "step", "needed", "method", "name"}
OF_FACTS: dict[str, list[Any]] = {
    "state": ["draft", "approved", said("retired on %(day)s as %(reference)s", day=1, reference=2)],
    "step": ["submit", "recalculated"],
    "needed": ["submitted"],
    "reason": [said("It is missing.")],
    "hint": [said("Enter it."), ""],
    "method": ["Computing"],
    "name": ["Utilisation"],
    "allowed": [said("at most 1")],
    "names": [["pue"], ["tdp_w", "pue", "hardware"]],
}


def refusals(module: ModuleType) -> Iterator[type[Exception]]:
    """The classes of a module that are raised: its base, which others build on, is not."""
    own = [
        each
        for each in vars(module).values()
        if inspect.isclass(each)
        and issubclass(each, Exception)
        and each.__module__ == module.__name__
    ]
    bases = {base for each in own for base in each.__bases__} | {LedgerError, InventoryError}
    yield from (each for each in own if each not in bases)


def made(kind: type[Exception]) -> Iterator[Exception]:
    """A refusal by each sample of what it is about, the others being the first of theirs."""
    by_name = OF_FACTS if is_of_facts(kind) else {}
    samples = {
        parameter.name: by_name.get(parameter.name) or SAMPLES[str(parameter.annotation)]
        for parameter in inspect.signature(kind).parameters.values()
        if parameter.kind != parameter.VAR_POSITIONAL
    }
    first = {name: choices[0] for name, choices in samples.items()}
    yield kind(**first)
    for name, choices in samples.items():
        for other in choices[1:]:
            yield kind(**first | {name: other})


def is_of_facts(kind: type[Exception]) -> bool:
    return kind.__module__ in {module.__name__ for module in FACTS}


def untold(part: object) -> Iterator[str]:
    """What of a refusal, and of what is said within it, has words and no Korean."""
    if isinstance(part, Said):
        has_words = WORDS.search(PLACE.sub("", part.pattern)) and part not in SAMPLES["str"]
        if has_words and gettext(part.pattern) == part.pattern:
            yield part.pattern
        for inner in part.parts.values():
            yield from untold(inner)


REFUSALS = [kind for module in MODULES for kind in refusals(module)]


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_every_refusal_is_told_in_korean_and_is_english_to_programs(kind: type[Exception]) -> None:
    for refusal in made(kind):
        english = str(refusal)
        assert isinstance(refusal.args[0], Said)
        assert not HANGUL.search(english)
        with override("ko"):
            assert str(refusal) == english
            assert HANGUL.search(refusal_told(refusal))
            if is_of_facts(kind):
                assert list(untold(refusal.args[0])) == []


def words_handed_over() -> Iterator[str]:
    """States, steps and names of figures that inventory's refusals are made of, as written."""
    names = {kind.__name__ for module in FACTS for kind in refusals(module)}
    for file in sorted((settings.BASE_DIR / "departments" / "inventory").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="require_activity" | "require_positive"), args=args):
                    yield from (
                        str(each.value) for each in args[:1] if isinstance(each, ast.Constant)
                    )
                case ast.Call(
                    func=ast.Name(id="needed" | "embodied"),
                    args=[_, _, ast.Constant(value=str(value))],
                ):
                    yield value
                case ast.Call(func=ast.Name(id=name), keywords=given) if name in names:
                    for each in given:
                        if each.arg in TOLD_AS_WORDS and isinstance(each.value, ast.Constant):
                            yield str(each.value.value)


def test_words_that_refusals_are_made_of_have_their_korean() -> None:
    words = set(words_handed_over())
    assert {"submitted", "Accelerator hours", "An embodied share"} <= words
    with override("ko"):
        assert [each for each in sorted(words) if gettext(each) == each] == ["PUE", "TDP"]


def test_refusals_are_found_by_their_module() -> None:
    found = Counter(kind.__module__.split(".errors")[0] for kind in REFUSALS)
    assert found["ledger"] > 75
    assert found["pricing"] > 25
    assert found["departments.inventory"] > 50


def test_a_refusal_is_told_in_korean_and_kept_in_english() -> None:
    refusal = PeriodClosed("2026-01")
    with override("ko"):
        assert refusal_told(refusal).startswith("2026-01 기간은 마감되어")
        assert str(refusal).startswith("Period 2026-01 is closed:")
    with override("en"):
        assert refusal_told(refusal) == str(refusal)


def test_what_is_said_within_a_refusal_is_told_with_it() -> None:
    refusal = NotAllowed("kim", said("close a period"), said("finance"))
    assert str(refusal) == "kim may not close a period: that takes the role finance."
    with override("ko"):
        assert refusal_told(refusal) == (
            "kim 님은 이 단계를 할 수 없습니다(기간 마감). 재무 역할이 필요합니다."
        )


def test_the_roles_of_a_step_are_english_whoever_asks_and_are_told() -> None:
    with override("ko"):
        roles = Permission.READ_EXPORTS.roles_text
        refusal = pricing_errors.NotAllowed("kim", said("propose a price"), roles)
        assert (
            str(refusal) == "kim may not propose a price: that takes the role auditor or finance."
        )
        assert refusal_told(refusal) == (
            "kim 님은 이 단계를 할 수 없습니다(가격 제안). 감사인 또는 재무 역할이 필요합니다."
        )
        assert Permission.READ_EXPORTS.roles_told == "감사인 또는 재무"


def test_one_of_several_words() -> None:
    assert either([]) == ""
    assert either(["finance"]) == "finance"
    assert either(["auditor", "finance", "viewer"]) == "auditor or finance or viewer"


def test_every_problem_of_a_field_is_told() -> None:
    refusal = GrantInvalid(
        [
            pricing_errors.FieldProblem("asked", said("It is above zero.")),
            pricing_errors.FieldProblem("title", said("It is below %(most)s.", most="1,000")),
        ]
    )
    assert str(refusal) == (
        "The grant has 2 problems, so nothing was written: asked: It is above zero. "
        "title: It is below 1,000."
    )
    with override("ko"):
        assert refusal_told(refusal) == (
            "보조금에 문제 2건이 있어 아무것도 기록하지 않았습니다: 신청액: 0보다 커야 합니다. "
            "제목: 1,000보다 작아야 합니다."
        )


def test_days_that_have_no_end_are_told_as_well() -> None:
    first = date(2026, 1, 1)
    assert str(PriceOverlaps(said("A cap"), first, None)).startswith(
        "A cap for exactly this is already in force or proposed on some day from 2026-01-01 to any "
        "later day. End"
    )
    assert "from 2026-01-01 to before 2026-02-01. End" in str(
        PriceOverlaps(said("A cap"), first, date(2026, 2, 1))
    )


def test_of_many_problems_the_first_are_told_and_the_others_counted() -> None:
    refusal = PeriodsNotOpened([f"Problem {number}." for number in range(12)])
    assert str(refusal).endswith(" Problem 9. And 2 more like these.")
    with override("ko"):
        assert refusal_told(refusal).endswith(" Problem 9. 이와 같은 문제가 2건 더 있습니다.")


def test_a_refusal_without_korean_is_told_as_it_is() -> None:
    with override("ko"):
        assert refusal_told(ValueError("Nobody translated 100%% of this.")) == (
            "Nobody translated 100%% of this."
        )
        assert refusal_told(ValueError()) == ""
