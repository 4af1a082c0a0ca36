"""The bench compares like with like, and says plainly whether a target is met."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from config.bench import addresses, settling
from config.bench.measure import (
    Measure,
    Missing,
    Page,
    Target,
    page_times,
    table,
    where_time_goes,
)
from config.bench.pages import FOUND
from config.bench.rows import ROWS, chosen
from departments.organisation.models import User
from ledger import seal, settlement_run, verification

BENCH = Path(settling.__file__).parent
NOW = datetime(2025, 1, 31, tzinfo=UTC)


def run(file: str, **facts: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute((BENCH / file).read_text(), facts or None)


def found(statement: str):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


def settle(month: str) -> None:
    person = {user.username: user for user in User.objects.all()}
    settlement = settlement_run.prepare(scheme_code="fee", period_code=month, by=person["analyst"])
    settlement_run.calculate(settlement_id=settlement.pk, at=NOW)
    settlement_run.approve(settlement_id=settlement.pk, by=person["approver"], at=NOW)
    settlement_run.post(settlement_id=settlement.pk, by=person["finance"], at=NOW)


@pytest.mark.django_db
def test_the_floor_makes_the_very_entries_and_lines_that_are_posted() -> None:
    run("company.sql", records=3_000, departments=20)
    run("floor_tables.sql")
    run("floor.sql")
    for month in settling.MONTHS:
        settle(month)

    booked, floor = found(settling.BOOKED), found(settling.FLOOR_MADE)

    assert booked == floor
    assert booked[0] > 240  # 20 departments × 12 months, and some earned for removals


@pytest.mark.django_db
def test_the_floor_of_sealing_makes_the_very_chain_of_the_seals() -> None:
    run("company.sql", records=300, departments=5)
    settle("2024-12")
    seal.seal_new_entries()
    run("floor_seals.sql")

    chains = "SELECT chain, number FROM ledger_entryseal ORDER BY number DESC LIMIT 1"
    assert found(chains) == found("SELECT chain, entries FROM floor_seal")


@pytest.mark.django_db
def test_late_records_are_the_only_thing_settled_after_the_year() -> None:
    run("company.sql", records=1_000, departments=5)
    settle("2024-12")
    run("late.sql", records=1_000)

    settle("2025-01")

    assert found("SELECT record_count FROM ledger_settlement ORDER BY id DESC") == (10,)


def measure(ours: float, floor: float, target: Target) -> Measure:
    return Measure("settle", ours, "bare insert", floor, "s", target)


@pytest.mark.parametrize(
    ("ours", "floor", "target", "is_met"),
    [
        (2.0, 1.0, Target(at_most=2), True),
        (2.1, 1.0, Target(at_most=2), False),
        (300, 100, Target(at_least=3), True),
        (299, 100, Target(at_least=3), False),
        (6.0, 5.0, Target(at_most=1.5, below=5), False),
        (4.0, 3.5, Target(at_most=1.5, below=5), True),
    ],
)
def test_a_target_is_met_or_not(ours: float, floor: float, target: Target, is_met: bool) -> None:
    assert measure(ours, floor, target).is_met is is_met


@pytest.mark.parametrize(
    ("ours", "floor", "is_met"), [(30, 16, True), (45, 20, False), (28, 20, True), (160, 120, True)]
)
def test_times_that_hardly_differ_are_the_same(ours: float, floor: float, is_met: bool) -> None:
    assert measure(ours, floor, Target(at_most=1.5, same_within=15)).is_met is is_met


def test_every_page_is_told_with_its_ratio_the_worst_first() -> None:
    pages = (Page("bill", 40, 20), Page("company", 90, 30))
    row = Measure("pages", 90, "few", 30, "ms", Target(at_most=1.5), pages=pages)

    first, second = page_times([row.facts(), Missing("seal", "seals").facts()])

    assert first.split() == ["30.0", "ms", "90.0", "ms", "3.00×", "company"]
    assert second.split() == ["20.0", "ms", "40.0", "ms", "2.00×", "bill"]


@pytest.mark.django_db
def test_every_page_that_is_measured_is_there() -> None:
    run("company.sql", records=3_000, departments=20)
    settle("2024-12")
    run("late.sql", records=3_000)
    settle("2025-01")
    with connection.cursor() as cursor:
        cursor.execute(
            (BENCH / "everyday.sql").read_text(), {"records": 3_000, "months": settling.MONTHS}
        )

    pages = list(addresses.found_addresses())

    assert len({page.name for page in pages}) == len(pages) > 80
    client = Client()
    missing = []
    for page in pages:
        client.cookies[settings.SESSION_COOKIE_NAME] = page.session
        answer = client.get(page.path)
        if answer.status_code not in FOUND or "sign-in" in answer.get("Location", ""):
            missing.append((page.name, answer.status_code))
    assert missing == []
    assert verification.verify().findings == ()


def test_the_table_says_not_there_yet_instead_of_a_figure() -> None:
    rows = [
        measure(5, 2, Target(at_most=2)).with_peak(111.4).facts(),
        Missing("seal and verify", "seals set-based").facts(),
    ]

    heading, _, settled, missing = table(rows)

    assert heading.split()[:2] == ["work", "ours"]
    assert settled.split("  ")[0] == "settle"
    assert "2.50×" in settled
    assert "NOT MET" in settled
    assert "111 MiB" in settled
    assert " ".join(missing.split()) == "seal and verify not there yet seals set-based"


def test_where_the_time_goes_is_told_in_seconds_and_shares() -> None:
    parts = (("prepare", 1.0), ("post", 3.0))
    settled = Measure("settle", 4, "bare insert", 2, "s", Target(at_most=2), parts=parts)

    told = where_time_goes([settled.facts(), Missing("seal", "seals").facts()])

    assert told == ["settle: prepare 1.000 s (25%), post 3.000 s (75%)"]


def test_a_row_brings_the_one_it_goes_on_with() -> None:
    assert chosen([]) == list(ROWS)
    for row in ROWS:
        names = [found.name for found in chosen([row.name])]
        assert names == ([row.after] if row.after else []) + [row.name]
