"""Who pays and who receives in real settlements, and what one more tonne costs."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from departments.inventory.allocation_keys import approve_key, propose_key
from departments.inventory.headcount import headcounts
from ledger.fairness import Fairness, Marginal, fairness
from pricing.models import CarbonPrice, Mechanism
from tests.ledger.books import ALWAYS, NOON, Books
from tests.ledger.sharing import add_department, found_sharing, measure, settle

FEBRUARY = date(2023, 2, 10)


def share_by(
    books: Books,
    pool: str,
    day: int = 1,
    *,
    driver: str = "headcount",
    since: date = date(2020, 1, 1),
    is_approved: bool = True,
    **quantities: str,
) -> None:
    """A key of a pool, approved on a day of January."""
    at = NOON.replace(day=day)
    key = propose_key(
        by=books.people["analyst"],
        at=at,
        pool=books.departments[pool],
        driver=driver,
        unit="people" if driver == "headcount" else "USD",
        valid_from=since,
        valid_before=None,
        source="HR",
        quantities=quantities,
    )
    if is_approved:
        approve_key(key_id=key.pk, by=books.people["approver"], at=at)


@pytest.fixture
def feebate(books: Books) -> Books:
    """At $40, baselines of 100, 200 and 300 t; 90, 210 and 270 t emitted."""
    add_department(books, "YARD")
    scheme = found_sharing(books, Mechanism.FEEBATE)
    measure(books, scheme, "2023Q1", CLOUD="100", OFFICES="200", YARD="300")
    for code, kgco2e in (("CLOUD", "90000"), ("OFFICES", "210000"), ("YARD", "270000")):
        books.emit(code, FEBRUARY, kgco2e)
    settle(books, scheme, "2023Q1")
    return books


def nets(found: Fairness) -> dict[str, int]:
    return {each.department: each.net_minor for each in found.departments}


def test_a_feebate_has_payers_and_receivers_that_come_to_nothing(feebate: Books) -> None:
    found = fairness(scheme_code="shared", period_code="2023Q1")
    assert nets(found) == {"OFFICES": 80000, "CLOUD": -20000, "YARD": -60000}
    assert list(nets(found)) == ["OFFICES", "CLOUD", "YARD"]
    assert [each.department for each in found.payers] == ["OFFICES"]
    assert [each.department for each in found.receivers] == ["YARD", "CLOUD"]
    assert (found.company.net_minor, found.company.charged_kgco2e) == (0, Decimal(570000))
    assert found.company.charged_per_tonne_minor == 4000
    # of one more tonne's $40, a department gets back its share of all baselines
    assert {each.department: each.marginals for each in found.departments} == {
        "CLOUD": [Marginal(1, None, Decimal(40), 4000 - 667)],
        "OFFICES": [Marginal(1, None, Decimal(40), 4000 - 1333)],
        "YARD": [Marginal(1, None, Decimal(40), 2000)],
    }


def test_a_fee_by_head_with_prices_of_their_own(books: Books) -> None:
    CarbonPrice.objects.create(
        scheme=books.scheme,
        department=books.departments["OFFICES"],
        scope=3,
        category=6,
        price_per_tonne=Decimal(100),
        in_force=ALWAYS,
        proposed_by=books.people["analyst"],
        approved_by=books.people["approver"],
    )
    books.emit("OFFICES", FEBRUARY, "10000", scope=3, category=6)
    books.emit("OFFICES", FEBRUARY, "20000")
    books.emit("CLOUD", FEBRUARY, "5000", durability_class="medium", removal_state="verified")
    books.settle("2023Q1")
    add_department(books, "YARD")
    share_by(books, "YARD", OFFICES="7")
    found = fairness(scheme_code="fee", period_code="2023Q1")
    offices, cloud = found.departments
    assert (offices.charged_minor, offices.charged_per_tonne_minor) == (130000, Decimal(4333))
    assert offices.marginals == [
        Marginal(1, None, Decimal(15), 1500),
        Marginal(3, 6, Decimal(100), 10000),
    ]
    assert (offices.net_per_head_minor, offices.kgco2e_per_head) == (
        Decimal(18571),
        Decimal("4285.714"),
    )
    assert (cloud.earned_minor, cloud.net_minor, cloud.net_per_head_minor) == (20000, -20000, None)
    assert (found.counted.net_minor, found.counted.headcount) == (130000, Decimal(7))
    assert (found.company.net_minor, found.company.headcount) == (110000, None)


def test_heads_are_those_of_the_newest_approved_key_that_covers_the_day(books: Books) -> None:
    for pool in ("YARD", "CAMPUS"):
        add_department(books, pool)
    share_by(books, "YARD", 1, CLOUD="10", OFFICES="20")
    share_by(books, "CAMPUS", 2, since=date(2023, 3, 1), OFFICES="25.5")
    share_by(books, "YARD", 3, OFFICES="99", is_approved=False)
    share_by(books, "YARD", 4, driver="revenue", OFFICES="1000000")
    cloud, offices = (books.departments[code].pk for code in ("CLOUD", "OFFICES"))
    assert headcounts(on=date(2023, 2, 28)) == {cloud: 10, offices: 20}
    assert headcounts(on=date(2023, 3, 1)) == {cloud: 10, offices: Decimal("25.5")}
    assert headcounts(on=date(2019, 12, 31)) == {}


def test_the_command_prints_tables_and_json(feebate: Books) -> None:
    out = io.StringIO()
    call_command("fairness", scheme="shared", period="2023Q1", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0] == "shared 2023Q1, USD: feebate"
    assert lines[2].split() == ["OFFICES", "210.000", "800.00", "40.00", "–", "26.67"]
    assert lines[-1] == "1 pay on balance, 2 receive."
    out = io.StringIO()
    call_command("fairness", scheme="shared", period="2023Q1", json=True, stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    assert (told["company"]["net"], told["payers"], told["receivers"]) == ("0.00", 1, 2)
    assert told["departments"][2]["one_more_tonne"] == [
        {"scope": 1, "category": None, "price_per_tonne": "40", "costs": "20.00"}
    ]
    for period, words in (("1999", "1999"), ("2023Q3", "posted nothing")):
        with pytest.raises(CommandError, match=words):
            call_command("fairness", scheme="shared", period=period)


def test_the_desk_shows_the_newest_period_and_keeps_others_out(feebate: Books) -> None:
    desk = Client()
    desk.force_login(feebate.people["auditor"])
    page = desk.get("/admin/fairness/").content.decode()
    assert '<th scope="row">OFFICES' in page
    assert "-600.00" in page
    assert "26.67" in page
    nothing = desk.get("/admin/fairness/?scheme=fee&period=2023Q1").content.decode()
    assert "has posted nothing for 2023Q1" in nothing
    desk.force_login(feebate.people["contributor"])
    assert desk.get("/admin/fairness/").status_code in (302, 403)
