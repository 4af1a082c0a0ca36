"""Panels from files: what is understood, and everything that is wrong at once."""

from decimal import Decimal

import pytest

from pricing.errors import PanelUnusable
from pricing.sweet_spot.panel import Cell, panel_of, read_panel
from pricing.sweet_spot.periods import period_key

HEADER = "department,category,period,emissions_kgco2e,price_per_tonne,driver"


def panel_file(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


def problems_of(content: bytes) -> list[str]:
    with pytest.raises(PanelUnusable) as refusal:
        read_panel(content)
    return [str(problem) for problem in refusal.value.problems]


def test_a_file_is_read_exactly() -> None:
    panel = read_panel(panel_file("SALES,travel,FY21,1234.5678,15,40", "SALES,travel,FY22,900,,"))
    assert panel.cells == (
        Cell("SALES", "travel", "FY21", Decimal("1234.5678"), Decimal(15), Decimal(40)),
        Cell("SALES", "travel", "FY22", Decimal(900), Decimal(0), None),
    )
    assert panel.frequency == "year"
    assert panel.sequence == {"FY21": 0, "FY22": 1}


def test_a_byte_order_mark_blank_lines_and_further_columns_do_no_harm() -> None:
    content = b"\xef\xbb\xbf" + panel_file("A,,2021,1,0,").replace(b"driver", b"Driver ,note")
    assert len(read_panel(content + b"\n ,,\n").cells) == 1


def test_cells_without_emissions_are_counted_and_left_out() -> None:
    panel = read_panel(panel_file("A,x,2021,,5,", "A,x,2022,0,5,"))
    assert [cell.emissions_kgco2e for cell in panel.cells] == [0]
    assert panel.without_emissions == 1


@pytest.mark.parametrize(
    ("labels", "frequency", "sequence"),
    [
        (("FY20", "FY2022"), "year", (0, 2)),
        (("2021Q3", "2021-Q4", "Q1 2022"), "quarter", (0, 1, 2)),
        (("FY24-Q1", "FY24-Q3"), "quarter", (0, 2)),
        (("2021H2", "2022H1"), "half", (0, 1)),
        (("2021-07", "2021-08", "202110"), "month", (0, 1, 3)),
        (("2021-01-01", "2021-04-01", "2021-10-01"), "quarter", (0, 1, 3)),
        (("2021-07", "2022-07"), "year", (0, 1)),
        (("P1", "P2", "P10"), "number", (0, 1, 9)),
        (("7", "8"), "number", (0, 1)),
    ],
)
def test_periods_follow_each_other_in_time(
    labels: tuple[str, ...], frequency: str, sequence: tuple[int, ...]
) -> None:
    cells = [Cell("A", "x", label, Decimal(1), Decimal(0)) for label in reversed(labels)]
    panel = panel_of(cells)
    assert panel.frequency == frequency
    assert tuple(panel.sequence[label] for label in labels) == sequence


@pytest.mark.parametrize("label", ["", "2021Q5", "2021-13", "spring", "20-2021Q"])
def test_a_label_of_no_known_form_is_no_period(label: str) -> None:
    assert period_key(label) is None


def test_all_problems_come_at_once_with_line_column_value_and_reason() -> None:
    told = problems_of(
        panel_file(
            "A,x,2021Q1,ten,5,",
            "A,x,2021Q2,-1,5,",
            "A,x,2021Q3,1,NaN,",
            ",x,spring,1,1,1",
            "A,x",
            "B,x,2021Q1,1,1,1",
            "B,x,2021-Q1,2,1,1",
            'B,x,2021Q2,"1,5",1,1',
            "B,x,2021,1,1,1",
        )
    )
    assert told == [
        "line 2, emissions_kgco2e: no number: write it like 1234.5 ('ten')",
        "line 3, emissions_kgco2e: below zero ('-1')",
        "line 4, price_per_tonne: no number that anything can be worked out with ('NaN')",
        "line 5, department: a cell needs its department",
        "line 5, period: no known form of a period: write FY20, 2021, 2021Q3 or 2021-07 ('spring')",
        "line 6: 2 values are too few ('A,x')",
        "line 8, period: this cell is there twice: first in line 7 ('B, x, 2021-Q1')",
        "line 9, emissions_kgco2e: no number: write it like 1234.5 ('1,5')",
        "period: periods of different kinds are mixed ('quarter in line 2, year in line 10')",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf\n", "the file is empty"),
        (HEADER.encode(), "the file has no cell with emissions"),
        (panel_file("A,x,2021,1,1,\xff").replace(b"\xc3\xbf", b"\xff"), "the file is not UTF-8"),
        (panel_file('A,"x,2021,1,1,').replace(b"A", b"A\x00" + b"b" * 140_000), "line 2"),
        (HEADER.replace("driver", "period").encode(), "more than once"),
    ],
)
def test_files_that_are_no_panel(content: bytes, told: str) -> None:
    assert told in "\n".join(problems_of(content))


def test_each_missing_column_is_named() -> None:
    told = problems_of(b"department,period\nA,2021\n")
    assert [problem.split(":")[0] for problem in told] == [
        f"line 1, {name}" for name in ("category", "emissions_kgco2e", "price_per_tonne")
    ]


def test_a_panel_may_have_no_column_of_drivers() -> None:
    content = b"department,category,period,emissions_kgco2e,price_per_tonne\nA,6,2021,5,0\n"
    assert [cell.driver for cell in read_panel(content).cells] == [None]
