"""Disclosures in Korean: every title, label, row, word and sentence of every map that ships."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils.translation import override

from ledger.disclosure.datapoint_map import datapoint_maps
from ledger.disclosure.facts import Approved, Covered, Facts, PeriodFact, Removal, Text, Year
from ledger.disclosure.tables import Disclosure, disclosure_of
from ledger.disclosure.view_file import read_views
from pricing.sentences import told
from tests.ledger.disclosing import charged_in, lines, price, scheme

HANGUL = re.compile("[가-힣]")
WORDS = re.compile(r"[a-z]{2,} [a-z]{2,}|\b(?!(?:one|two|oaks|beech)\b)[a-z]{4,}\b")
VIEWS, FILE = settings.BASE_DIR / "fixtures", "inventory_views.toml"
JULY = date(2023, 7, 1)
YEAR = Year(
    "FY24",
    (
        PeriodFact(1, "FY24", JULY, date(2024, 1, 1), True),
        PeriodFact(2, "FY24-2", date(2024, 1, 1), date(2024, 7, 1), False),
    ),
)
FEE = scheme(
    lines("100"),
    lines("40", 2, location="900"),
    lines("7", 3, 6, price=(2, "20")),
    lines("993", 3, 11, price=None),
    lines("12", None, price=None, durability_class="medium"),
    code="FEE",
    name="요금",
    is_illustrative=True,
    prices=(price(1, "15", JULY), price(2, "20", JULY, key=(0, 3, 6, ""))),
    history=(charged_in(JULY, 1), charged_in(date(2024, 1, 1), 2)),
    texts={"monitoring": Text("매년 봅니다.", 1, "v1")},
)
OTHER = scheme(
    lines("100"), code="SHOW", name="그림자", mechanism="showback", keeps_atmosphere=False
)
STILL = scheme(
    lines("3", price=None), code="STILL", name="그대로", mechanism="feebate", keeps_atmosphere=False
)
FULL = Facts(
    YEAR,
    (FEE, OTHER, STILL),
    removals=(
        Removal(1, "DAC", "oaks", "medium", "verified", Decimal(14_000)),
        Removal(1, "DAC", "oaks", "medium", "verified", Decimal(-2_000)),
        Removal(1, "DAC", "", "short", "retired", Decimal(900)),
        Removal(0, "DAC", "", "long", "contracted", Decimal(900)),
    ),
    approved=(Approved(1, None, Decimal(500_000), Decimal(1_500_000)),),
    approved_removals_kgco2e=Decimal(1),
    covered=(Covered(1, Decimal(100_000), Decimal(100_000)),),
)
NOTHING = Facts(YEAR, (replace(FEE, settled=()),), (), ())


def texts(found: Disclosure) -> Iterator[str]:
    """All that people read of it, as it was said."""
    yield from (found.map.title, *found.notes)
    for filled in found.tables:
        yield from (filled.table.title, filled.table.note)
        yield from (column.label for column in filled.table.columns)
    for _table, row, cell in found.cells():
        yield row.label
        yield from (cell.answer.shown, *cell.answer.arithmetic)
    for view in found.views:
        yield from (view.name, view.note, *(each.source for each in view.stated))
    for view_row in found.view_rows:
        yield view_row.label
        for view_cell in view_row.cells:
            yield from view_cell.settled.arithmetic


@pytest.mark.parametrize("books", [FULL, NOTHING], ids=["full", "nothing"])
@pytest.mark.parametrize("code", ["cdp-2024", "esrs-2023", "esrs-2026", "ifrs-s2-2023"])
def test_every_text_has_its_korean(code: str, books: Facts) -> None:
    (found,) = (each for each in datapoint_maps() if each.code == code)
    views = (*read_views(VIEWS / "inventory_views" / FILE), *read_views(VIEWS / "demo" / FILE))
    disclosure = disclosure_of(found, books, views)
    with override("ko"):
        korean = [told(text) for text in texts(disclosure)]
    left = [text for text in korean if WORDS.search(text) and not HANGUL.search(text)]
    assert left == []
    with override("en"):
        assert [told(text) for text in texts(disclosure)] == list(texts(disclosure))
