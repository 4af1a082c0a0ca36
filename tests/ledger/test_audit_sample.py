"""Samples of the journal: drawn by a seed, worked again here by hand, from integers alone."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from ledger import period_close
from ledger.audit.sample import (
    MONETARY_UNIT,
    RANDOM,
    Sample,
    Wanted,
    chosen_units,
    draw,
    start_of,
)
from ledger.errors.calendar import PeriodNotFound
from ledger.errors.journal import CommodityNotFound, SampleInvalid
from ledger.journal_lines import JournalRow, journal_rows
from tests.ledger.books import NOON, Books

FEES = ["1000000", "200", "333000.5", "77", "45671000", "12", "9999", "100000"]


@pytest.fixture
def settled(books: Books) -> Books:
    """Debits of a quarter: CLOUD's and OFFICES' fees of many sizes, and their kilograms."""
    for number, kgco2e in enumerate(FEES):
        scope, category = ((1, None), (2, None), (3, 6))[number % 3]
        books.emit(
            ("CLOUD", "OFFICES")[number % 2],
            date(2023, 1, 1 + number),
            kgco2e,
            scope=scope,
            category=category,
        )
        if number % 4 == 3:
            books.settle("2023Q1")
    return books


def debits(commodity: str = "USD") -> list[JournalRow]:
    return [row for row in journal_rows(period="2023Q1", commodity=commodity) if row.debit]


def hand_drawn(rows: list[JournalRow], units: list[int], exponent: int) -> dict[int, int]:
    """Walk over the lines, laid end to end, and count the units that lie in each."""
    hits, begins = {}, 0
    for row in rows:
        ends = begins + int((row.debit + row.credit).scaleb(exponent))
        inside = sum(begins <= unit < ends for unit in units)
        if inside:
            hits[row.line_id] = inside
        begins = ends
    return hits


def drawn(sample: Sample) -> dict[int, int]:
    return {pick.line.line_id: pick.hits for pick in sample.picks}


# The arithmetic, without a database


def test_units_are_an_interval_apart_and_cover_the_whole() -> None:
    # 10 units of 97, start 50: (50 + 97k) ÷ 10, rounded down.
    assert chosen_units(total=97, size=10, start=50) == [5, 14, 24, 34, 43, 53, 63, 72, 82, 92]
    assert chosen_units(total=97, size=10, start=0) == [0, 9, 19, 29, 38, 48, 58, 67, 77, 87]
    assert chosen_units(total=97, size=10, start=96)[-1] == 96


def test_every_unit_is_chosen_by_as_many_starts() -> None:
    """Over all starts each unit is looked at `size` times: no unit is likelier than another."""
    counts = dict.fromkeys(range(97), 0)
    for start in range(97):
        for unit in chosen_units(total=97, size=10, start=start):
            counts[unit] += 1
    assert set(counts.values()) == {10}


def test_the_start_is_the_hash_of_the_seed() -> None:
    assert start_of(total=1_000, seed="7") == int(sha256(b"7|start").hexdigest(), 16) % 1_000
    assert start_of(total=10**30, seed="7") != start_of(total=10**30, seed="8")


# Drawn from the books


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 3, 25])
@pytest.mark.parametrize("commodity", ["USD", "KGCO2E"])
def test_monetary_units_lie_where_a_hand_finds_them(
    settled: Books, size: int, commodity: str
) -> None:
    rows = debits(commodity)
    exponent = {"USD": 2, "KGCO2E": 6}[commodity]
    total = sum(int(row.debit.scaleb(exponent)) for row in rows)
    start = int(sha256(b"7|start").hexdigest(), 16) % total
    units = [(start + k * total) // size for k in range(size)]
    sample = draw(Wanted("2023Q1", size, "7", MONETARY_UNIT, commodity))
    assert (sample.line_count, sample.total_minor, sample.start_minor) == (len(rows), total, start)
    assert drawn(sample) == hand_drawn(rows, units, exponent)
    assert sum(drawn(sample).values()) == size


@pytest.mark.django_db
def test_a_random_sample_has_the_smallest_hashes(settled: Books) -> None:
    def rank(row: JournalRow) -> bytes:
        return sha256(f"seven|{row.line_id}".encode()).digest()

    rows = debits()
    sample = draw(Wanted("2023Q1", 3, "seven", RANDOM))
    assert [pick.line for pick in sample.picks] == sorted(rows, key=rank)[:3]
    assert {pick.hits for pick in sample.picks} == {1}
    everything = draw(Wanted("2023Q1", 10_000, "seven", RANDOM))
    assert len(everything.picks) == len(rows) == everything.line_count
    assert everything.drawn == everything.total


@pytest.mark.django_db
def test_the_population_is_what_was_asked_for(settled: Books) -> None:
    one = draw(Wanted("2023Q1", 5, "7", account="Expenses:Carbon-Fee:FEE:CLOUD"))
    below = draw(Wanted("2023Q1", 5, "7", account="Expenses:Carbon-Fee"))
    nothing = draw(Wanted("2023Q1", 5, "7", account="Expenses:Carbon"))
    assert 0 < one.total_minor < below.total_minor
    assert {pick.line.department for pick in one.picks} == {"CLOUD"}
    assert (nothing.line_count, nothing.total_minor, nothing.picks) == (0, 0, ())
    credit = draw(Wanted("2023Q1", 5, "7", side="credit"))
    both = draw(Wanted("2023Q1", 5, "7", side="both"))
    assert credit.total_minor == draw(Wanted("2023Q1", 5, "7")).total_minor
    assert both.total_minor == 2 * credit.total_minor


@pytest.mark.django_db
def test_the_same_seed_draws_the_same_after_the_close_and_later_lines(settled: Books) -> None:
    before = draw(Wanted("2023Q1", 4, "7"))
    period_close.close(period_code="2023Q1", by=settled.people["finance"], at=NOON)
    settled.emit("CLOUD", date(2023, 5, 1), "4000")
    settled.settle("2023Q2")
    after = draw(Wanted("2023Q1", 4, "7"))
    assert drawn(after) == drawn(before)
    assert (before.state, before.chain_sha256) == ("open", "")
    assert after.state == "closed"
    assert len(after.chain_sha256) == 64
    assert drawn(draw(Wanted("2023Q1", 4, "8"))) != drawn(before)


@pytest.mark.django_db
def test_every_problem_of_what_was_asked_for_is_named_at_once(settled: Books) -> None:
    with pytest.raises(SampleInvalid) as refused:
        draw(Wanted("2023Q1", 0, "", method="best", side="left"))
    assert len(refused.value.problems) == 4
    with pytest.raises(PeriodNotFound):
        draw(Wanted("1999", 5, "7"))
    with pytest.raises(CommodityNotFound):
        draw(Wanted("2023Q1", 5, "7", commodity="EUR"))
    with pytest.raises(SampleInvalid, match="no money: say which commodity"):
        draw(Wanted("2023Q3", 5, "7"))


# The doors


@pytest.mark.django_db
def test_command_page_and_api_draw_the_same(settled: Books) -> None:
    expected = drawn(draw(Wanted("2023Q1", 4, "7")))
    out = io.StringIO()
    call_command("audit_sample", period="2023Q1", size=4, seed="7", format="json", stdout=out)
    told = json.loads(out.getvalue())
    assert {line["line"]: line["hits"] for line in told["lines"]} == expected
    client = APIClient()
    client.force_login(settled.people["auditor"])
    query: dict[str, Any] = {"period": "2023Q1", "size": 4, "seed": "7"}
    assert client.get("/api/v1/audit-sample/", query).json() == told
    text = client.get("/api/v1/audit-sample/", query, headers={"accept": "text/csv"})
    streamed = text.getvalue()
    rows = list(csv.DictReader(io.StringIO(streamed.decode(), newline="")))
    assert {int(row["line"]): int(row["hits"]) for row in rows} == expected
    page = Client()
    page.force_login(settled.people["auditor"])
    asked = query | {"method": MONETARY_UNIT, "side": "debit"}
    shown = page.get("/admin/samples/", asked).content.decode()
    assert all(f"/admin/ledger/journalline/{line_id}/change/" in shown for line_id in expected)
    download = page.get("/admin/samples/", asked | {"csv": ""})
    assert download.getvalue() == streamed
    refused = page.get("/admin/samples/", asked | {"period": "2023Q3"}).content.decode()
    assert "no money" in refused


@pytest.mark.django_db
def test_the_command_prints_the_population_and_refuses(settled: Books) -> None:
    out = io.StringIO()
    call_command("audit_sample", period="2023Q1", size=2, seed="7", method="random", stdout=out)
    assert "Population: " in out.getvalue()
    assert "random, size 2, seed 7: 2 lines" in out.getvalue()
    with pytest.raises(CommandError, match="no money"):
        call_command("audit_sample", period="2023Q3", size=2, seed="7", stdout=out)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["contributor"])
def test_departments_draw_nothing(settled: Books, name: str) -> None:
    client = APIClient()
    client.force_login(settled.people[name])
    query: dict[str, Any] = {"period": "2023Q1", "size": 4, "seed": "7"}
    assert client.get("/api/v1/audit-sample/", query).status_code == 403
    assert client.get("/admin/samples/", query, follow=True).status_code == 403
