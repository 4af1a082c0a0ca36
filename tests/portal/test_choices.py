"""Where there are too many departments for a list, a code or name is typed instead."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.html import strip_tags

from departments.portal import choices
from departments.portal.views import bills, disputes, grants
from ledger.disputes import open_dispute
from ledger.statements import statement_lines
from tests.ledger import granting
from tests.ledger.books import NOON, Books

BILL = "/departments/CLOUD/fee/2023Q2/"


def text_of(response) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if two departments were too many."""
    monkeypatch.setattr(choices, "MOST_OFFERED", 1)


def test_a_few_are_chosen_from_a_list(books: Books, browse: Callable[[str], Client]) -> None:
    page = browse("auditor").get(BILL).content.decode()

    assert '<option value="OFFICES">OFFICES · Offices</option>' in page
    assert '<option value="CLOUD" selected>CLOUD · Cloud</option>' in page


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("address", [BILL, "/activity/", "/team/", "/quote/"])
def test_of_many_none_is_listed(
    books: Books, browse: Callable[[str], Client], address: str
) -> None:
    page = browse("auditor").get(address).content.decode()

    assert 'value="OFFICES"' not in page
    assert 'href="/departments/OFFICES/activity/"' not in page
    assert 'name="department"' in page


@pytest.mark.usefixtures("many")
def test_a_code_or_name_leads_to_its_department(
    books: Books, browse: Callable[[str], Client]
) -> None:
    client = browse("auditor")

    for typed in ("OFFICES", "offices", " Offices "):
        found = client.get("/activity/", {"department": typed})
        assert found["Location"] == "/departments/OFFICES/activity/"
    bill = client.get("/bill/", {"department": "offices", "scheme": "fee", "period": "2023Q1"})
    assert bill["Location"] == "/departments/OFFICES/fee/2023Q1/"
    missing = client.get("/activity/", {"department": "Nowhere"})
    assert "There is no department “Nowhere”." in text_of(missing)


@pytest.mark.usefixtures("many")
def test_what_may_not_be_seen_is_not_there(books: Books, browse: Callable[[str], Client]) -> None:
    client = browse("contributor")

    assert client.get("/team/", {"department": "offices"}).status_code == 404
    assert client.get("/activity/", {"department": "OFFICES"})["Location"] == (
        "/departments/CLOUD/activity/"
    )


@pytest.mark.usefixtures("many")
def test_a_quote_is_asked_for_by_code(books: Books, browse: Callable[[str], Client]) -> None:
    page = browse("auditor").get("/quote/", {"department": "NOWHERE", "on": "2023-05-01"})

    assert page.status_code == 422


@pytest.mark.usefixtures("many")
def test_a_grant_is_applied_for_by_code(books: Books, browse: Callable[[str], Client]) -> None:
    client = browse("analyst")

    assert "OFFICES" not in client.get("/grants/").content.decode()
    begun = client.get("/grants/new/", {"department": "offices", "scheme": "fee"})
    assert begun["Location"] == "/departments/OFFICES/grants/new/?scheme=fee"
    missing = client.get("/grants/new/", {"department": "Nowhere"}, follow=True)
    assert "There is no department “Nowhere”." in text_of(missing)


def test_the_companys_departments_go_on_from_the_last(
    books: Books, browse: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bills, "DEPARTMENTS_SHOWN", 1)
    client = browse("auditor")

    page = client.get("/company/?period=2023Q1")
    assert "1 of 2 departments; the total is of all of them." in text_of(page)
    rest = client.get("/company/?scheme=fee&period=2023Q1&sort=net&after=CLOUD")

    assert [row.code for row in page.context["account"].rows] == ["CLOUD"]
    assert "after=CLOUD#departments-heading" in page.content.decode()
    assert [row.code for row in rest.context["account"].rows] == ["OFFICES"]
    assert "Next departments" not in text_of(rest)
    assert "USD 3,438,585.00" in text_of(rest)  # of both


def test_disputes_and_grants_go_on_from_the_last(
    books: Books, browse: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disputes, "DISPUTES_SHOWN", 1)
    monkeypatch.setattr(grants, "GRANTS_SHOWN", 1)
    cloud = [books.departments["CLOUD"].pk]
    for line in statement_lines(scheme_code="fee", department_ids=cloud)[:2]:
        open_dispute(line_id=line.line_id, reason="Ours?", by=books.people["contributor"], at=NOON)
    older, newer = (granting.apply(books).pk for _ in range(2))
    client = browse("contributor")

    for address, name in (("/disputes/", "disputes"), ("/grants/", "grants")):
        page = client.get(address)
        rest = client.get(address, {"before": page.context["older"]})
        assert len(page.context[name]) == len(rest.context[name]) == 1
        assert page.context[name][0] != rest.context[name][0]
        assert rest.context["older"] is None
    assert [one.id for one in rest.context["grants"]] == [older]
    assert page.context["older"] == newer
