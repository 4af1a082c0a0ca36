"""The demo company's disclosures of FY23, each figure equal to one worked out by hand.

Source of the tonnes: Microsoft 2024 Environmental Sustainability Report (fixtures/demo/SOURCE.md).
Scope 1 144,960 t, Scope 2 393,134 t by market and 8,077,403 t by location, Scope 3 16,624,000 t of
which travel is 133,000 t; $15 a tonne, travel $100.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction

from ledger import statements
from ledger.disclosure.reading import disclosure, facts_of, year_of
from ledger.disclosure.tables import Disclosure, is_computed
from ledger.scope_coverage import coverage_of
from tests.counting import rows_by_table

pytestmark = pytest.mark.django_db

DEMO = settings.BASE_DIR / "fixtures" / "demo"
VIEWS = DEMO / "inventory_views.toml"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

SCOPE_1 = Decimal(144_960)
MARKET, LOCATION = Decimal(393_134), Decimal(8_077_403)
TRAVEL, SCOPE_3 = Decimal(133_000), Decimal(16_624_000)


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """The demo company, loaded once: nothing here changes it. Taken back at the end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "SEAL_HEADS_FILE", tmp_path_factory.mktemp("heads") / "heads.txt")
        with django_db_blocker.unblock(), transaction.atomic():
            call_command("load_factors", stdout=io.StringIO())
            call_command("load_demo", stdout=io.StringIO())
            yield
            transaction.set_rollback(True)


def of(framework: str, year: str = "FY23") -> Disclosure:
    return disclosure(framework=framework, year=year, views_file=VIEWS)


def values(found: Disclosure, table: str) -> dict[str, list[Any]]:
    (filled,) = [each for each in found.tables if each.table.code == table]
    return {row.key: [cell.answer.value for cell in row.cells] for row in filled.rows}


def test_e1_8_prices_and_volumes(demo: None) -> None:
    """538,094 t at 15 is 144,960 + 393,134; by location it is 144,960 + 8,077,403."""
    fee, feebate = "Internal carbon fee or fund", "Internal carbon fee or fund (feebate)"
    operations = [SCOPE_1 + MARKET, SCOPE_1 + LOCATION, SCOPE_1 + MARKET]
    assert operations[:2] == [538_094, 8_222_363]
    assert values(of("esrs"), "E1-8-prices") == {
        "carbon-fee/15": [
            *(fee, operations[0], 15, "Scope 1; Scope 2 (market-based)"),
            *operations[1:],
        ],
        "carbon-fee/100": [fee, TRAVEL, 100, "Scope 3 category 6", TRAVEL, TRAVEL],
        "sites-feebate/15": [
            *(feebate, LOCATION, 15, "Scope 2 (location-based)"),
            *(LOCATION, MARKET),
        ],
    }


def test_e1_8_shares_of_gross_emissions(demo: None) -> None:
    """Of Scope 3, 133,000 of 16,624,000 t are charged: 0.8 %. Two schemes charge Scope 2: once."""
    share = (TRAVEL * 100 / SCOPE_3).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert share == Decimal("0.8")
    whole = Decimal("100.0")
    # gross, covered, share: each by location and by market; charged by none; not settled
    assert values(of("esrs"), "E1-8-shares") == {
        "1": [SCOPE_1, SCOPE_1, SCOPE_1, SCOPE_1, whole, whole, 0, 0],
        "2": [LOCATION, MARKET, LOCATION, MARKET, whole, whole, 0, 0],
        "3": [SCOPE_3, SCOPE_3, TRAVEL, TRAVEL, share, share, SCOPE_3 - TRAVEL, 0],
    }
    (filled,) = [each for each in of("esrs").tables if each.table.code == "E1-8-shares"]
    assert [row.cells[5].datapoint for row in filled.rows] == ["E1-8_06", "E1-8_07", "E1-8_08"]
    scope_2 = filled.rows[1].cells[3].answer
    assert scope_2.arithmetic[0] == (
        "393,134 t are charged by carbon-fee, sites-feebate, market-based, each result counted "
        "once."
    )


def test_the_same_shares_scheme_by_scheme(demo: None) -> None:
    share = Decimal("0.8")
    whole, none = Decimal("100.0"), Decimal("0.0")
    # scope, gross by location, gross by market, covered, share, not charged, not settled
    assert values(of("esrs"), "E1-8-schemes") == {
        "carbon-fee/1": ["Scope 1", SCOPE_1, SCOPE_1, SCOPE_1, whole, 0, 0],
        "carbon-fee/2": ["Scope 2", LOCATION, MARKET, MARKET, whole, 0, 0],
        "carbon-fee/3": [
            *("Scope 3", SCOPE_3, SCOPE_3, TRAVEL),
            *(share, Decimal(16_491_000), 0),
        ],
        "sites-feebate/1": ["Scope 1", SCOPE_1, SCOPE_1, 0, none, SCOPE_1, 0],
        "sites-feebate/2": ["Scope 2", LOCATION, MARKET, LOCATION, whole, 0, 0],
        "sites-feebate/3": ["Scope 3", SCOPE_3, SCOPE_3, 0, none, SCOPE_3, 0],
    }


def test_shares_are_those_of_the_coverage_command(demo: None) -> None:
    shown = values(of("esrs"), "E1-8-schemes")
    for row in coverage_of(scheme_code="carbon-fee", activity_period="FY23")[:-1]:
        assert row.percent == shown[f"carbon-fee/{row.scope}"][4]
        assert row.charged_kgco2e == shown[f"carbon-fee/{row.scope}"][3] * 1000


def test_e1_7_removals_and_credits_stay_apart(demo: None) -> None:
    """1,200 ha × 6.59 t a year; 10,000 t of direct air capture are contracted, and no removal."""
    found = of("esrs")
    mangrove = ["removal/mangrove-restoration", None, "medium", Decimal("7908"), 0, Decimal("7908")]
    assert values(found, "E1-7-removals") == {
        "removal/mangrove-restoration/medium/verified": mangrove
    }
    assert values(found, "E1-7-credits") == {
        "removal/direct-air-capture/long/contracted": [
            *("removal/direct-air-capture", None, "long", "contracted"),
            *(None, Decimal(10_000)),
        ]
    }
    earlier = values(of("esrs", "FY22"), "E1-7-removals")
    assert {key: row[3] for key, row in earlier.items()} == {
        "removal/mangrove-restoration/medium/verified": Decimal("7908"),
        "removal/natural-regeneration/short/verified": Decimal("7735"),  # 850 ha × 9.1 t
    }


def test_cdp_5_10_1_has_sixteen_columns_in_their_order(demo: None) -> None:
    """671,094 of 17,162,094 t in Scopes 1 to 3 are charged: 3.91 %."""
    assert SCOPE_1 + MARKET + TRAVEL == 671_094
    share = (Decimal(671_094) * 100 / (SCOPE_1 + MARKET + SCOPE_3)).quantize(
        Decimal("0.01"), ROUND_HALF_UP
    )
    assert share == Decimal("3.91")
    rows = values(of("cdp"), "5.10.1")
    fee, feebate = rows["carbon-fee"], rows["sites-feebate"]
    assert [len(fee), len(feebate)] == [16, 16]
    computed = {1: "Internal fee", 5: "Scope 1; Scope 2 (market-based); Scope 3 category 6"}
    computed |= {6: "Differentiated", 8: "Evolutionary", 15: "Yes"}
    assert {number: fee[number - 1] for number in computed} == computed
    assert [fee[9], fee[10], fee[13]] == [15, 100, share]
    assert [feebate[0], feebate[4]] == ["Internal fee (feebate)", "Scope 2 (location-based)"]
    assert [feebate[5], feebate[7]] == ["Uniform", "Static"]
    assert [feebate[9], feebate[10], feebate[13]] == [15, 15, Decimal("100.00")]
    words = [fee[number - 1] for number in (2, 3, 4, 7, 9, 12, 13, 16)]
    assert [word.startswith("Illustrative: ") for word in words] == [True] * 8
    assert "business travel has a price of its own" in fee[6]
    assert fee[12].startswith("Illustrative: Yes, for some decision-making processes")


def test_an_earlier_year_has_the_words_and_prices_of_its_own_days(demo: None) -> None:
    """FY21: $15 for everything; true-ups of later years are in the period of their activity."""
    fee = values(of("cdp", "FY21"), "5.10.1")["carbon-fee"]
    assert (fee[6], fee[7]) == (
        "Illustrative: the same price everywhere and for everything.",
        "Static",
    )
    assert (fee[5], fee[9], fee[10]) == ("Uniform", 15, 15)
    # 13,553,625 dollars at 15: 118,100 or what Scope 1 was restated to, 456,119 t and travel
    volumes = values(of("esrs", "FY20"), "E1-8-prices")
    assert volumes["carbon-fee/15"][1] == Decimal("13553625") / 15


def test_ifrs_s2_29_f(demo: None) -> None:
    found = of("ifrs-s2")
    prices = values(found, "29f-prices")
    assert {key: row[1] for key, row in prices.items()} == {
        "carbon-fee/15": 15,
        "carbon-fee/100": 100,
        "sites-feebate/15": 15,
    }
    use = values(found, "29f-use")["carbon-fee"]
    assert use[0].startswith("Illustrative: budgets of departments")
    assert use[-2:] == [15, 100]


def test_every_computed_cell_explains_itself(demo: None) -> None:
    """Each says how it was computed; each sum of tonnes is that of the lines it names."""
    bases = {"location": "location_kgco2e", "market": "market_kgco2e"}
    for framework in ("esrs", "ifrs-s2", "cdp"):
        found = of(framework)
        for filled, _row, cell in found.cells():
            answer = cell.answer
            assert answer.arithmetic, cell.key
            is_sum = answer.unit == "tCO2e" and answer.origin == "settled"
            if is_sum and filled.table.rows in ("scheme_price", "scheme_scope"):
                basis = next((name for name in bases if f"{name}-based" in cell.label), "")
                kg = [getattr(s.lines, bases.get(basis, "settled_kgco2e")) for s in answer.sources]
                assert answer.value == sum(kg, Decimal(0)) / 1000, cell.key
                assert f"= {answer.shown} t" in answer.arithmetic[0], cell.key
            if is_computed(answer) and answer.unit.startswith("USD"):
                assert {s.lines.price_per_tonne for s in answer.sources} == {answer.value}


def test_volumes_are_those_of_the_statements(demo: None) -> None:
    """Read by the other way, from statement lines of all departments."""
    lines = [
        line
        for line in statements.statement_lines(scheme_code="carbon-fee")
        if line.activity_period == "FY23" and line.kind == "charge"
    ]
    shown = values(of("esrs"), "E1-8-prices")
    for price in (15, 100):
        tonnes = sum(line.tonnes for line in lines if line.price_per_tonne == price)
        assert shown[f"carbon-fee/{price}"][1] == tonnes


def test_inventory_views_stand_side_by_side(demo: None) -> None:
    """By its own criteria Microsoft published 15,357 thousand t; the GHG Protocol's are 17,162."""
    rows = {row.key: row for row in of("esrs").view_rows}
    by_key = {key: row.cells for key, row in rows.items()}
    assert [cell.tonnes for cell in by_key["2/location"]] == [LOCATION, LOCATION]
    assert [cell.tonnes for cell in by_key["2/market"]] == [MARKET, MARKET]
    products = by_key["3.11"]
    assert [cell.settled.value for cell in products] == [3_941_000, 3_941_000]
    assert [cell.tonnes for cell in products] == [3_941_000, 2_158_000]
    assert [cell.tonnes for cell in by_key["total/market"]] == [17_162_094, 15_357_094]
    assert [cell.tonnes for cell in by_key["total/location"]] == [24_846_363, 23_041_363]
    assert {each.source for each in products[1].stated} != {""}


def test_what_the_demo_states_is_what_was_published() -> None:
    """Each is the published row by management's criteria less the one by the GHG Protocol."""
    from ledger.disclosure.view_file import read_views

    with (DEMO / "microsoft_emissions.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["report_vintage"] == "FACT2024"]
    published: dict[tuple[str, str], dict[str, Decimal]] = {}
    for row in rows:
        if row["scope3_category"].isdigit() and row["scope2_method"] != "location-based":
            key = (row["fiscal_year"], f"3.{row['scope3_category']}")
            published.setdefault(key, {})[row["metric"]] = Decimal(row["value"])
    expected = {
        key: both["emissions (management's criteria)"] - both["emissions"]
        for key, both in published.items()
        if len(both) == 2 and both["emissions (management's criteria)"] != both["emissions"]
    }
    _, management = read_views(VIEWS)
    stated = {(each.period, each.place): each.tonnes for each in management.stated}
    assert stated == expected
    assert len(stated) == 9


def test_notes_tell_what_is_open_uncharged_and_illustrative(demo: None) -> None:
    notes = "\n".join(of("esrs").notes)
    assert "Not closed yet, so figures may still change: FY23." in notes
    assert "carbon-fee charges 3.9 % of the 17,162,094 t it settled" in notes
    assert "16,491,000 t are recorded and not charged." in notes
    assert "never add schemes up" in notes
    assert "carbon-fee is illustrative" in notes
    empty = disclosure(framework="esrs", year="FY24")
    assert "No scheme has posted anything for FY24: there are no figures." in empty.notes
    assert not any(table.rows for table in empty.tables)


def run(**options: Any) -> str:
    out = io.StringIO()
    call_command("disclosure", stdout=out, **options)
    return out.getvalue()


def test_the_command_and_its_files(demo: None, tmp_path: Path) -> None:
    before = rows_by_table()
    told = json.loads(run(framework="esrs", year="FY2023", format="json", views=VIEWS))
    assert (told["framework"], told["version"], told["year"]) == ("esrs", "2023", "FY23")
    first = told["tables"][0]["rows"][0]["cells"]
    perimeter = "Scope 1; Scope 2 (market-based)"
    assert [cell["value"] for cell in first[1:5]] == ["538094", "15", perimeter, "8222363"]
    assert first[1]["sources"][0]["settled_kgco2e"] == "144960000.000000"
    assert run(framework="esrs", year="FY23", format="json", views=VIEWS) == run(
        framework="esrs", year="FY23", format="json", views=VIEWS
    )
    text = run(framework="cdp", year="FY23", explain=True)
    assert "671,094 t ÷ 17,162,094 t × 100 = 3.91 %, rounded half away from zero." in text
    assert "esrs      2026" in run(list=True)
    assert "sites-feebate" not in run(framework="cdp", year="FY23", scheme="carbon-fee")
    for options, words in (
        ({"framework": "gri", "year": "FY23"}, "There is no datapoint map for gri"),
        ({"framework": "esrs", "year": "FY99"}, "No accounting period belongs to a year 'FY99'"),
        ({"framework": "esrs", "year": "FY23", "scheme": "none"}, "no scheme 'none'"),
        ({"framework": "esrs"}, "Say --framework and --year"),
    ):
        with pytest.raises(CommandError, match=words):
            run(**options)
    assert rows_by_table() == before


def test_the_workbook_has_every_table_and_its_arithmetic(demo: None, tmp_path: Path) -> None:
    file, again = tmp_path / "esrs.xlsx", tmp_path / "again.xlsx"
    for each in (file, again):
        run(framework="esrs", year="FY23", format="xlsx", out=each, views=VIEWS)
    assert file.read_bytes() == again.read_bytes()
    sheets = read_workbook(file)
    assert list(sheets) == [
        *("E1-8-prices", "E1-8-shares", "E1-8-schemes", "E1-8-words", "E1-7-removals"),
        *(
            "E1-7-credits",
            "E1-7-words",
            "Inventory views",
            "How computed",
            "Lines behind them",
            "Notes",
        ),
    ]
    prices = sheets["E1-8-prices"]
    assert prices[0][1:3] == ["Type of internal carbon price", "Volume at stake"]
    assert prices[1][1] == "E1-8_02, 63 (a), AR 66"
    assert prices[3][:3] == ["carbon-fee at 15", "Internal carbon fee or fund", "538094"]
    views = {row[0]: row for row in sheets["Inventory views"] if row}
    total = views["Total, Scope 2 market-based"]
    assert total[1:] == ["17162094", "", "17162094", "17162094", "-1805000", "15357094"]
    assert any("0.8 %" in row[-1] for row in sheets["How computed"] if row)


def read_workbook(file: Path) -> dict[str, list[list[str]]]:
    """Sheets by name, as rows of text; read by the standard library alone."""
    with ZipFile(file) as parts:
        book = ElementTree.fromstring(parts.read("xl/workbook.xml"))
        shared = ElementTree.fromstring(parts.read("xl/sharedStrings.xml"))
        words = ["".join(t.text or "" for t in item.iter(f"{SHEET}t")) for item in shared]
        sheets = {}
        for number, sheet in enumerate(book.iter(f"{SHEET}sheet"), start=1):
            root = ElementTree.fromstring(parts.read(f"xl/worksheets/sheet{number}.xml"))
            assert not list(root.iter(f"{SHEET}f"))  # nothing in it runs
            sheets[sheet.attrib["name"]] = [_row(row, words) for row in root.iter(f"{SHEET}row")]
    return sheets


def _row(row: ElementTree.Element, words: list[str]) -> list[str]:
    found: list[str] = []
    for cell in row.iter(f"{SHEET}c"):
        letters = cell.attrib["r"].rstrip("0123456789")
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        value = cell.findtext(f"{SHEET}v") or ""
        found += [""] * (column - 1 - len(found))
        found.append(words[int(value)] if cell.attrib.get("t") == "s" else value)
    return found


def test_a_year_is_a_period_or_what_its_periods_begin_with(demo: None) -> None:
    assert [period.code for period in year_of("FY23").periods] == ["FY23"]
    assert facts_of(year_of("FY2023")).year.code == "FY23"
