"""Datapoints and views are data: what is wrong in them is refused, all of it at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from ledger.disclosure.datapoint_map import datapoint_map, datapoint_maps
from ledger.disclosure.inventory_views import InventoryView, Stated, view_rows
from ledger.disclosure.tables import disclosure_of
from ledger.disclosure.view_file import read_views
from ledger.errors.disclosure import DatapointMapInvalid, FrameworkNotFound, InventoryViewsInvalid
from tests.ledger.disclosing import FY24, facts, lines, scheme

MAP = """
framework = "own"
version = "1"
title = "Own"
status = "Own."
source = "Us"
[[tables]]
code = "one"
requirement = "1"
title = "One"
rows = "{rows}"
[[tables.columns]]
label = "Type"
computation = "{computation}"
reference = "1"
evidence = "{evidence}"
"""


def test_the_shipped_maps_are_whole_and_name_their_source() -> None:
    maps = datapoint_maps()
    assert [each.code for each in maps] == ["cdp-2024", "esrs-2023", "esrs-2026", "ifrs-s2-2023"]
    for each in maps:
        assert each.source
        assert each.status
    (cdp,) = datapoint_map(framework="cdp").tables
    assert [column.reference for column in cdp.columns] == [
        f"5.10.1, column {number}" for number in range(1, 17)
    ]


def test_what_could_not_be_looked_up_is_empty() -> None:
    renumbered = datapoint_map(framework="esrs", version="2026")
    assert {table.requirement for table in renumbered.tables} == {"E1-9", "E1-10"}
    for table in renumbered.tables:
        for column in table.columns:
            assert (column.datapoint, column.reference, column.evidence) == ("", "", "none")
            assert column.datapoint_of is None


@pytest.mark.parametrize(
    ("first_day", "version"),
    [
        (date(2022, 7, 1), "2023"),
        (date(2024, 1, 1), "2023"),
        (date(2026, 7, 1), "2023"),
        (date(2027, 1, 1), "2026"),
        (None, "2026"),
    ],
)
def test_a_year_is_under_the_newest_version_that_applies(
    first_day: date | None, version: str
) -> None:
    assert datapoint_map(framework="esrs", first_day=first_day).version == version


def test_a_framework_or_version_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(FrameworkNotFound, match=r"gri.*cdp-2024, esrs-2023"):
        datapoint_map(framework="gri")
    with pytest.raises(FrameworkNotFound, match="version 1999"):
        datapoint_map(framework="esrs", version="1999")


def test_another_numbering_is_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATAPOINT_MAPS", str(tmp_path))
    own = tmp_path / "own.toml"
    own.write_text(MAP.format(rows="scheme", computation="scheme.type", evidence="none"))
    found = disclosure_of(datapoint_map(framework="own"), facts(scheme(lines("1"))), ())
    ((_, _, cell),) = found.cells()
    assert (cell.key, cell.reference, cell.answer.value) == ("one:fee:1", "1", "fee")
    worded = own.read_text().replace(
        "[[tables]]", '[words."scheme.type"]\nfee = "A fee"\n[[tables]]'
    )
    own.write_text(worded)
    found = disclosure_of(datapoint_map(framework="own"), facts(scheme(lines("1"))), ())
    ((_, _, cell),) = found.cells()
    assert cell.answer.value == "A fee"
    assert cell.answer.arithmetic[-1] == "Own calls it “A fee”."


@pytest.mark.parametrize(
    ("rows", "computation", "evidence", "problem"),
    [
        ("scheme", "scheme.guess", "none", "there is no computation 'scheme.guess'"),
        ("scheme", "price.volume", "none", "price.volume is not of rows 'scheme'"),
        ("years", "scheme.type", "none", "there are no rows 'years'"),
        ("scheme", "scheme.type", "sure", "evidence 'sure'"),
    ],
)
def test_a_map_that_names_what_there_is_not_is_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rows: str,
    computation: str,
    evidence: str,
    problem: str,
) -> None:
    monkeypatch.setattr(settings, "DATAPOINT_MAPS", str(tmp_path))
    text = MAP.format(rows=rows, computation=computation, evidence=evidence)
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(DatapointMapInvalid, match=r"own\.toml") as refused:
        datapoint_maps()
    assert problem in str(refused.value)


def test_a_map_that_is_no_map_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATAPOINT_MAPS", str(tmp_path))
    for text in ("framework =", 'framework = "own"'):
        (tmp_path / "own.toml").write_text(text)
        with pytest.raises(DatapointMapInvalid):
            datapoint_maps()


BOOKS = scheme(
    lines("100"),
    lines("40", 2, location="900"),
    lines("7", 3, 6),
    lines("993", 3, 11, price=None),
    lines("12", None, price=None, durability_class="medium"),
)
ALL = InventoryView("all", "All", "", "market", ("1", "2", "3"))


def table(*views: InventoryView) -> dict[str, list[Decimal | None]]:
    rows = view_rows(views, BOOKS, FY24)
    return {row.label: [cell.tonnes for cell in row.cells] for row in rows}


def test_views_of_one_inventory_stand_side_by_side_on_both_bases() -> None:
    operations = InventoryView("own", "Own", "", "location", ("1", "2", "3.6"))
    without = InventoryView("less", "Less", "", "market", ("1", "2", "3"), ("3.11",))
    assert table(ALL, operations, without) == {
        "Scope 1": [100, 100, 100],
        "Scope 2, location-based": [900, 900, 900],
        "Scope 2, market-based": [40, 40, 40],
        "Scope 3 category 6": [7, 7, 7],
        "Scope 3 category 11": [993, None, None],
        "Total, Scope 2 location-based": [2000, 1007, 1007],
        "Total, Scope 2 market-based": [1140, 147, 147],
    }


def test_what_is_stated_stands_beside_what_is_settled() -> None:
    stated = (
        Stated("FY24", "3.11", Decimal(-500), "a report"),
        Stated("FY24", "2", Decimal(-1), "a report"),
        Stated("FY23", "3.11", Decimal(-300), "another year"),
    )
    management = InventoryView("own", "Own", "", "market", ("1", "2", "3"), (), stated)
    rows = {row.key: row.cells[0] for row in view_rows([management], BOOKS, FY24)}
    assert [rows["3.11"].settled.value, rows["3.11"].stated_tonnes] == [993, -500]
    assert [rows["2/market"].tonnes, rows["2/location"].tonnes] == [39, 900]
    total = rows["total/market"]
    assert [total.settled.value, total.stated_tonnes, total.tonnes] == [1140, -501, 639]
    assert total.settled.arithmetic == (
        "100 + 40 + 7 + 993 = 1,140 t settled, Scope 2 market-based.",
    )


def test_without_books_there_is_no_inventory() -> None:
    assert view_rows([ALL], None, FY24) == []


def test_views_that_name_what_there_is_not_are_refused_together(tmp_path: Path) -> None:
    file = tmp_path / "views.toml"
    file.write_text(
        '[[views]]\ncode = "x"\nname = "X"\nscope2_basis = "both"\ntakes_in = ["1", "4", "3.16"]\n'
        '[[views.stated]]\nperiod = "FY24"\nplace = "3.1"\ntonnes = "5"\nsource = ""\n'
    )
    with pytest.raises(InventoryViewsInvalid) as refused:
        read_views(file)
    assert [word in str(refused.value) for word in ("'3.16'", "'4'", "'both'", "FY24")] == [
        True
    ] * 4
    for text in ("views = 3", "[[views]]\ncode = 1", "]"):
        file.write_text(text)
        with pytest.raises(InventoryViewsInvalid):
            read_views(file)
    with pytest.raises(InventoryViewsInvalid):
        read_views(tmp_path / "none.toml")
