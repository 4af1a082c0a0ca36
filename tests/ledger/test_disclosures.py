"""What is read for a disclosure, quarter by quarter, and the doors that show it."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from departments.organisation.api_keys import issue_key
from ledger.disclosure.reading import disclosure, facts_of, year_of, years
from ledger.errors.disclosure import ReportingYearHasGap, ReportingYearNotFound
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import SettlementLine
from pricing import text_setting
from pricing.errors import SchemeNotFound
from pricing.models import SchemeCoverage
from tests.ledger.books import NOON, Books, found_scheme
from tests.ledger.settling import settle_scheme

PLACE = "/api/v1/disclosures/"
FEBRUARY, MAY = date(2023, 2, 10), date(2023, 5, 10)


@pytest.fixture
def settled(books: Books) -> Books:
    """Two quarters: 100 t and 20 t of power, 600 t of goods; 3 t late; 5 t removed, 1 t burned."""
    books.emit("CLOUD", FEBRUARY, "100000")
    books.emit("OFFICES", FEBRUARY, "20000", scope=2, location_kgco2e="60000")
    books.emit("CLOUD", FEBRUARY, "600000", scope=3, category=1)
    books.emit("CLOUD", FEBRUARY, "5000", durability_class="medium", removal_state="verified")
    books.emit("CLOUD", FEBRUARY, "7000", durability_class="long", removal_state="delivered")
    books.settle("2023Q1")
    books.emit("OFFICES", FEBRUARY, "3000")
    books.emit("CLOUD", MAY, "40000", scope=3, category=6)
    books.emit("CLOUD", MAY, "-1000", durability_class="medium", removal_state="verified")
    books.settle("2023Q2")
    return books


def values(table: str, year: str = "2023", framework: str = "esrs") -> dict[str, list[Any]]:
    found = disclosure(framework=framework, year=year)
    (filled,) = [each for each in found.tables if each.table.code == table]
    return {row.key: [cell.answer.value for cell in row.cells] for row in filled.rows}


def volumes(year: str) -> list[Any]:
    row = values("E1-8-prices", year)["fee/15"]
    return [row[at] for at in (1, 4, 5)]


def test_a_year_adds_its_quarters_up_with_late_tonnes_where_they_were_emitted(
    settled: Books,
) -> None:
    assert [period.code for period in year_of("2023").periods] == ["2023Q1", "2023Q2", "2023Q3"]
    assert volumes("2023") == [163, 203, 163]
    assert volumes("2023Q1") == [123, 163, 123]
    assert values("E1-8-schemes")["fee/3"][2:6] == [640, 40, Decimal("6.3"), 600]
    assert years() == ["2023", "2023Q2", "2023Q1"]


def test_what_no_settlement_has_posted_is_in_no_figure_and_named(settled: Books) -> None:
    settled.emit("CLOUD", MAY, "1500")
    settled.emit("CLOUD", MAY, "2000", durability_class="medium", removal_state="verified")
    found = disclosure(framework="esrs", year="2023")
    assert values("E1-8-schemes")["fee/1"][1:] == [
        103,
        103,
        103,
        Decimal("100.0"),
        0,
        Decimal("1.5"),
    ]
    notes = "\n".join(found.notes)
    assert (
        "1.5 t are approved for the year and in no posted settlement of fee, 0.2 % of all." in notes
    )
    assert "2 t of verified removals are in no posted settlement of fee." in notes
    calculated = settled.calculate("2023Q3")
    assert calculated.state == "calculated"
    assert values("E1-8-prices")["fee/15"][1] == 163


def test_what_was_superseded_counts_once(settled: Books) -> None:
    first = settled.emit("CLOUD", MAY, "10000")
    settled.emit("CLOUD", MAY, "8000", supersedes=first)
    settled.settle("2023Q3")
    assert values("E1-8-prices")["fee/15"][1] == 171
    assert "are approved for the year" not in "\n".join(
        disclosure(framework="esrs", year="2023").notes
    )


def test_removals_and_what_burned_stand_apart_from_credits(settled: Books) -> None:
    (row,) = values("E1-7-removals").values()
    assert row[3:] == [5, 1, 4]
    (credit,) = values("E1-7-credits").values()
    assert credit[3:] == ["delivered", None, 7]
    facts = facts_of(year_of("2023"))
    assert facts.books is not None
    counted = sum(each.sign * each.kgco2e for each in facts.removals if each.sign)
    assert counted == sum(each.settled_kgco2e for each in facts.books.removals) == 4000


def test_schemes_of_one_inventory_are_never_added_up(settled: Books) -> None:
    found_scheme(settled, "second", keeps_atmosphere=False)
    settle_scheme(settled, "second", "2023Q1")
    assert set(values("E1-8-schemes")) == {
        f"{scheme}/{scope}" for scheme in ("fee", "second") for scope in (1, 2, 3)
    }
    found = disclosure(framework="esrs", year="2023")
    assert found.facts.books is not None
    assert found.facts.books.code == "fee"
    total = next(row for row in found.view_rows if row.key == "total/market")
    assert total.cells[0].tonnes == 763
    alone = disclosure(framework="esrs", year="2023", scheme_code="second")
    assert [scheme.code for scheme in alone.facts.schemes] == ["second"]
    with pytest.raises(SchemeNotFound):
        disclosure(framework="esrs", year="2023", scheme_code="none")


def test_what_two_schemes_charge_is_covered_once(settled: Books) -> None:
    """The second charges goods alone, of which 600 t, beside the fee's Scope 1, 2 and travel."""
    second = found_scheme(settled, "second", keeps_atmosphere=False)
    # by location and by market: gross, covered; shares; charged by none; not settled
    one = {
        "1": [103, 103, 103, 103, 100, 100, 0, 0],
        "2": [60, 20, 60, 20, 100, 100, 0, 0],
        "3": [640, 640, 40, 40, Decimal("6.3"), Decimal("6.3"), 600, 0],
    }
    assert values("E1-8-shares") == one
    settle_scheme(settled, "second", "2023Q1")
    assert values("E1-8-shares") == one  # charged by both, or by none: counted once
    SchemeCoverage.objects.create(
        scheme=second, scope=3, category=1, in_force=(date(2023, 4, 1), None)
    )
    first = settled.emit("CLOUD", MAY, "9000", scope=3, category=1)
    settled.settle("2023Q3")
    settle_scheme(settled, "second", "2023Q3")
    assert values("E1-8-shares")["3"][:4] == [649, 649, 49, 49]
    settled.emit("CLOUD", MAY, "4000", scope=3, category=1, supersedes=first)
    AccountingPeriod.objects.create(code="2023Q4", days=(date(2023, 10, 1), date(2024, 1, 1)))
    settled.settle("2023Q4")
    settle_scheme(settled, "second", "2023Q4")
    assert values("E1-8-shares")["3"][:4] == [644, 644, 44, 44]


def test_a_year_that_is_none_or_has_a_gap_is_refused(settled: Books) -> None:
    with pytest.raises(ReportingYearNotFound, match="There are: 2023Q1, 2023Q2, 2023Q3"):
        year_of("2024")
    for name in ("", "20", "2023Q", "023"):
        with pytest.raises(ReportingYearNotFound):
            year_of(name)
    AccountingPeriod.objects.create(code="2023X", days=(date(2023, 12, 1), date(2024, 1, 1)))
    with pytest.raises(ReportingYearHasGap, match="between 2023Q3 and 2023X"):
        year_of("2023")


def test_words_are_those_in_force_on_the_last_day_of_the_year(settled: Books) -> None:
    for text, starts_on in (("Of spring.", MAY), ("Of autumn.", date(2023, 10, 1))):
        proposed = text_setting.propose_text(
            scheme_id=settled.scheme.pk,
            topic="objectives",
            text=text,
            starts_on=starts_on,
            by=settled.people["analyst"],
        )
        text_setting.approve_text(text_id=proposed.pk, by=settled.people["approver"], at=NOON)
    assert values("5.10.1", "2023", "cdp")["fee"][1] == "Of spring."
    assert values("5.10.1", "2023Q1", "cdp")["fee"][1] is None


# Doors


def program(books: Books, *departments: str, scope: str = "disclosures:read") -> APIClient:
    issued = issue_key(
        name="program",
        scopes=[scope],
        departments=[books.departments[code] for code in departments],
        acts_for=books.people["finance"],
        expires_at=None,
        at=timezone.now(),
    )
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {issued.secret}")


def test_programs_read_tables_and_files(settled: Books) -> None:
    client = program(settled)
    listed = client.get(PLACE).json()
    assert {each["framework"] for each in listed["frameworks"]} == {"esrs", "ifrs-s2", "cdp"}
    assert listed["years"] == ["2023", "2023Q2", "2023Q1"]
    answer = client.get(f"{PLACE}esrs/", {"year": "2023"})
    told = answer.json()
    assert told["version"] == "2023"
    assert told["tables"][0]["rows"][0]["cells"][1]["value"] == "163"
    assert told["periods"][0] == {"period": "2023Q1", "is_closed": False}
    again = client.get(f"{PLACE}esrs/", {"year": "2023"}, HTTP_IF_NONE_MATCH=answer["ETag"])
    assert again.status_code == 304
    file = client.get(f"{PLACE}cdp/file/", {"year": "2023"})
    assert file["Content-Disposition"] == 'attachment; filename="cdp-2024-2023.xlsx"'
    assert b"".join(file)[:2] == b"PK"


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("gri/", {"year": "2023"}, 404, "framework_not_found"),
        ("esrs/", {"year": "1999"}, 404, "reporting_year_not_found"),
        ("esrs/", {"year": "2023", "scheme": "none"}, 404, "scheme_not_found"),
        ("esrs/", {}, 400, "invalid"),
        ("esrs/", {"year": "2023", "month": "1"}, 400, "invalid"),
    ],
)
def test_what_can_not_be_shown_is_refused(
    settled: Books, path: str, query: dict[str, str], status: int, code: str
) -> None:
    answer = program(settled).get(PLACE + path, query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_only_who_sees_the_whole_company_sees_disclosures(settled: Books) -> None:
    for client in (program(settled, "CLOUD"), program(settled, scope="accounts:read")):
        for path in ("", "esrs/?year=2023", "esrs/file/?year=2023"):
            assert client.get(PLACE + path).status_code == 403
    outsider = APIClient()
    outsider.force_authenticate(settled.people["contributor"])
    assert outsider.get(f"{PLACE}esrs/?year=2023").status_code == 403
    desk = Client()
    desk.force_login(settled.people["contributor"])
    assert desk.get("/admin/disclosures/").status_code in (302, 403)
    assert desk.get("/admin/disclosures/file/?standard=esrs-2023&year=2023").status_code in (
        302,
        403,
    )


def test_a_figure_on_the_desk_leads_to_its_lines(settled: Books) -> None:
    desk = Client()
    desk.force_login(settled.people["auditor"])
    page = desk.get("/admin/disclosures/?standard=esrs-2023&year=2023").content.decode()
    assert "E1-8_06, E1-8_07, E1-8_08, 63 (d) · as cited" in page
    links = {
        unescape(part.split('"')[0])
        for part in page.split('href="')
        if part.startswith("/admin/ledger/settlementline/?")
    }
    travel = next(link for link in links if "category__exact=6" in link)
    assert parse_qs(urlsplit(travel).query)["settlement__state__exact"] == ["posted"]
    line = SettlementLine.objects.get(category=6)
    listed = desk.get(travel).content.decode()
    assert f"/admin/ledger/settlementline/{line.pk}/change/" in listed
    for link in links:
        shown = desk.get(link)
        assert shown.status_code == 200, link  # a filter that isn't allowed is redirected
        assert "/change/" in shown.content.decode(), link
    usual = desk.get("/admin/disclosures/").content.decode()
    assert "163" in usual
    assert "538,094" not in usual


def test_the_desk_gives_files_and_says_what_is_wrong(settled: Books) -> None:
    desk = Client()
    desk.force_login(settled.people["finance"])
    asked = "/admin/disclosures/file/?standard=esrs-2023&year=2023"
    assert desk.get(asked).content[:2] == b"PK"
    told = json.loads(desk.get(f"{asked}&as=json").content)
    assert told["tables"][0]["code"] == "E1-8-prices"
    assert desk.get("/admin/disclosures/file/?standard=esrs-2023&year=1999").status_code == 400
    AccountingPeriod.objects.create(code="2023X", days=(date(2023, 12, 1), date(2024, 1, 1)))
    page = desk.get("/admin/disclosures/?standard=esrs-2023&year=2023").content.decode()
    assert "have a gap between 2023Q3 and 2023X" in page


def test_before_anything_is_posted_the_desk_says_what_to_do(books: Books) -> None:
    desk = Client()
    desk.force_login(books.people["auditor"])
    page = desk.get("/admin/disclosures/").content.decode()
    assert "Nothing is posted yet: settle a period first." in page


def test_texts_are_proposed_and_approved_on_the_desk(books: Books) -> None:
    desk = Client()
    desk.force_login(books.people["analyst"])
    asked = {
        "scheme": books.scheme.pk,
        "topic": "objectives",
        "text": "Pay for tonnes.",
        "starts_on": "2023-01-01",
        "ends_before": "",
        "reason": "",
        "source_url": "",
    }
    assert desk.post("/admin/pricing/schemetext/add/", asked).status_code == 302
    wrong = desk.post("/admin/pricing/schemetext/add/", asked | {"ends_before": "2022-01-01"})
    assert "It would end before" in wrong.content.decode()
    (row,) = desk.get("/admin/pricing/schemetext/").context["cl"].queryset
    desk.force_login(books.people["approver"])
    step = {"action": "approve_selected", "_selected_action": [row.pk]}
    desk.post("/admin/pricing/schemetext/", step)
    row.refresh_from_db()
    assert row.approved_by == books.people["approver"]
    page = desk.get(f"/admin/pricing/schemetext/{row.pk}/change/").content.decode()
    assert "Pay for tonnes." in page
