"""Which column of somebody else's file is which of ours, and how the file is encoded."""

from __future__ import annotations

import pytest

from departments.inventory.activity_file import COLUMNS
from departments.inventory.column_mapping.encodings import decoded, delimiter_of
from departments.inventory.column_mapping.names import WORDS, guesses, unit_in
from departments.inventory.column_mapping.plan import ColumnPlan, plan_problems, settled
from departments.inventory.workbooks.refusal import TableRefused

GERMAN = ["Kostenstelle", "Energieart", "Von", "Bis", "Verbrauch (kWh)", "Standort", "Kommentar"]


def test_every_word_stands_for_one_column() -> None:
    words = [word for words in WORDS.values() for word in words]

    assert set(WORDS) <= set(COLUMNS)
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (GERMAN, ["department", "activity", "started_on", "ended_on", "quantity", "place", "note"]),
        (
            ["부서", "활동", "시작일", "종료일", "사용량(kWh)", "단위", "비고"],
            ["department", "activity", "started_on", "ended_on", "quantity", "unit", "note"],
        ),
        (
            ["Business Unit", "Fuel", "start_date", "End Date", "Usage [kWh]", "Country"],
            ["department", "activity", "started_on", "ended_on", "quantity", "place"],
        ),
    ],
)
def test_names_in_several_languages_are_known(header: list[str], columns: list[str]) -> None:
    assert guesses(header) == dict(zip(columns, header, strict=True))


def test_our_own_name_comes_first_and_no_column_twice() -> None:
    assert guesses(["Amount", "quantity", "Value"]) == {"quantity": "quantity"}
    assert guesses(["Month", "pue"]) == {"pue": "pue", "started_on": "Month", "ended_on": "Month"}


def test_a_unit_in_a_name_is_one_that_is_known() -> None:
    assert unit_in("Verbrauch (kWh)") == "kWh"
    assert unit_in("Consumption [m³]") == "m³"
    assert unit_in("Consumption (estimated)") == ""


def test_a_plan_takes_what_it_is_told_before_what_it_guesses() -> None:
    plan = ColumnPlan(columns={"place": "KOMMENTAR"}, fixed={"unit": "MWh"}, is_guessed=True)

    found = settled(plan, GERMAN)

    assert found.columns["place"] == "Kommentar"
    assert "note" not in found.columns
    assert found.fixed == {"unit": "MWh"}
    assert plan_problems(found, GERMAN, 1) == []


def test_what_a_plan_lacks_is_said_all_at_once() -> None:
    plan = ColumnPlan(
        columns={"quantity": "Verbruach", "colour": "Bis"}, day_order="ydm", skip_rows=-1
    )

    problems = plan_problems(settled(plan, ["Bis"]), ["Bis"], 4)

    assert {(each.line, each.column) for each in problems} == {
        (0, "colour"),
        (4, "quantity"),
        *((4, name) for name in ("department", "activity", "started_on", "ended_on", "unit")),
        (0, ""),
    }
    assert all(each.hint for each in problems)


TEXT = "Abteilung;Menge\nZürich Süd;1,5\n"
KOREAN = "부서,사용량\n서울,1.5\n"


@pytest.mark.parametrize(
    ("content", "text", "how"),
    [
        (TEXT.encode(), TEXT, "UTF-8: certain"),
        (TEXT.encode("utf-8-sig"), TEXT, "UTF-8, by its mark: certain"),
        (TEXT.encode("utf-16"), TEXT, "UTF-16, by its mark: certain"),
        (TEXT.encode("cp1252"), TEXT, "Windows-1252 (Western European): likely"),
        (KOREAN.encode("cp949"), KOREAN, "Windows-949 (Korean): likely"),
    ],
)
def test_an_encoding_is_told_by_its_content(content: bytes, text: str, how: str) -> None:
    assert decoded(content, "") == (text, decoded(content, "")[1])
    assert how in decoded(content, "")[1]


def test_an_encoding_that_is_told_has_to_fit() -> None:
    assert decoded(TEXT.encode("cp1252"), "cp1252") == (TEXT, "Encoding Windows-1252, as told.")
    with pytest.raises(TableRefused, match="not in UTF-8"):
        decoded(TEXT.encode("cp1252"), "utf-8")


@pytest.mark.parametrize(
    "content", [b"a;\x81\x8d\n", bytes(range(128, 256)), b"\xd0\xe4\xf6\xfc\n"]
)
def test_an_encoding_that_nothing_tells_is_asked_for(content: bytes) -> None:
    with pytest.raises(TableRefused, match="not UTF-8"):
        decoded(content, "")


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a;b;c\n1,5;2;3,5\n", ";"),
        ("a\tb\n1,5\t2\n", "\t"),
        ("Report, January\n\na|b|c\n1|2|3\n4|5|6\n", "|"),
        ("alone\n", ","),
    ],
)
def test_the_delimiter_is_what_most_lines_have(text: str, delimiter: str) -> None:
    assert delimiter_of(text) == delimiter
