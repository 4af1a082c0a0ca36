"""The desk's first page: empty, under way and posted; its queries don't grow."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.emissions import EmissionRecord
from departments.organisation.models import COMPANY_ROLES, Membership, User
from ledger import fairness_alerts, period_close
from ledger.desk.overview import overview
from ledger.desk.places import Place, baselines_to_look_at
from ledger.desk.waiting import KINDS
from ledger.sql import statement
from pricing.models import (
    AbatementRate,
    Baseline,
    Contribution,
    EventRate,
    IncentiveCap,
    Mechanism,
)
from tests.ledger.books import NOON, Books
from tests.ledger.sharing import found_sharing, measure, settle


def test_an_empty_system_shows_the_four_steps(db: None) -> None:
    analyst = User.objects.create(username="analyst", is_staff=True)
    Membership.objects.create(user=analyst, role="sustainability_analyst")
    client = Client()
    client.force_login(analyst)
    shown = client.get("/admin/").content.decode()
    for step in ("Add departments", "Load factors", "Set a price", "Upload activity"):
        assert step in shown
    assert f'href="{reverse("portal:upload_any")}">Upload activity' in shown
    found = overview(at=NOON)
    assert (found.is_new, found.schemes, found.attention, found.events) == (True, (), (), ())


def test_the_strip_says_who_did_what(books: Books) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000000", scope=1)
    books.calculate("2023Q1")
    (scheme,) = overview(at=NOON).schemes
    assert scheme.current is not None
    assert [(stage.name, stage.state, stage.by) for stage in scheme.current.stages] == [
        ("open", "done", ""),
        ("calculated", "done", "analyst"),
        ("in review", "current", ""),
        ("approved", "ahead", ""),
        ("posted", "ahead", ""),
        ("closed", "ahead", ""),
    ]


def test_figures_movers_and_what_waits(books: Books) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000000", scope=1)
    books.emit("OFFICES", date(2023, 2, 1), "20000", scope=2, location_kgco2e="60000")
    first = books.emit("OFFICES", date(2023, 2, 2), "10000", scope=1)
    books.settle("2023Q1")
    books.emit("OFFICES", date(2023, 2, 2), "12000", scope=1, supersedes=first)
    books.emit("CLOUD", date(2023, 5, 1), "400000", scope=1)
    books.emit("OFFICES", date(2023, 5, 1), "20000", scope=2, location_kgco2e="60000")
    books.emit(
        "CLOUD", date(2023, 5, 2), "10000", durability_class="medium", removal_state="verified"
    )
    books.settle("2023Q2")
    contributor = books.people["contributor"]
    ActivityRecord.objects.create(
        department=books.departments["CLOUD"],
        activity="reported/scope-1",
        started_on=date(2023, 8, 1),
        ended_on=date(2023, 8, 1),
        quantity=Decimal(1),
        unit="kg",
        state="submitted",
        created_by=contributor,
        submitted_by=contributor,
    )

    found = overview(at=NOON)
    (scheme,) = found.schemes
    # Q1: 1,000 t + 20 t + 10 t at $15; Q2: 400 t + 20 t, and 2 t restated of Q1
    assert (scheme.latest_period, scheme.period_before) == ("2023Q2", "2023Q1")
    assert (scheme.charged, scheme.charged_before) == (Decimal("6330.00"), Decimal("15450.00"))
    assert (scheme.true_ups, scheme.earned) == (Decimal("30.00"), Decimal("400.00"))
    assert scheme.fund == Decimal("21380.00")
    assert scheme.atmosphere_tonnes == Decimal("1442")
    assert [(row.scope, row.location, row.market) for row in scheme.tonnes] == [
        (1, Decimal(400), Decimal(400)),
        (2, Decimal(60), Decimal(20)),
    ]
    assert [(mover.department, mover.change) for mover in scheme.movers] == [
        ("CLOUD", Decimal("-9400.00")),
        ("OFFICES", Decimal("-120.00")),
    ]
    assert found.waiting_records == 1
    assert (found.estimated_share, found.estimated_period) == (Decimal(0), "2023Q2")
    assert [item.page for item in found.attention] == ["records", "period"]

    period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
    assert "Period 2023Q1 closed and sealed" in [event.text for event in overview(at=NOON).events]


@pytest.mark.parametrize("more", [1, 6])
def test_queries_do_not_grow_with_rows(books: Books, more: int) -> None:
    for number in range(more):
        books.emit("CLOUD", date(2023, 2, 1 + number), "1000", scope=1)
        books.emit("OFFICES", date(2023, 2, 1 + number), "2000", scope=1)
    books.settle("2023Q1")
    books.emit("CLOUD", date(2023, 5, 1), "1000", scope=1)
    books.settle("2023Q2")
    client = Client()
    client.force_login(books.people["finance"])
    client.get("/admin/")  # the session notes that it is in use, once a minute
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/admin/").status_code == 200
    assert len(queries) <= 38  # two of them are the checks of disputes and of pools


def test_everything_that_waits_for_another_person_is_listed_with_its_page(books: Books) -> None:
    proposed = {"scheme": books.scheme, "proposed_by": books.people["analyst"]}
    days = (date(2024, 1, 1), date(2025, 1, 1))
    AbatementRate.objects.create(rate_per_tonne=Decimal(5), in_force=days, **proposed)
    IncentiveCap.objects.create(amount=Decimal(5), in_force=days, **proposed)
    EventRate.objects.create(activity="travel", rate=Decimal(5), in_force=days, **proposed)
    Contribution.objects.create(amount=Decimal(5), in_force=days, **proposed)
    for code in ("CLOUD", "OFFICES"):
        Baseline.objects.create(
            department=books.departments[code], quantity=Decimal(5), in_force=days, **proposed
        )
    found = {item.page: item for item in overview(at=NOON).attention}
    assert found["baselines"].text == "2 baselines wait for approval"
    assert found.keys() >= {
        "abatement_rates",
        "incentive_caps",
        "event_rates",
        "contributions",
        "baselines",
    }
    client = Client()
    client.force_login(books.people["approver"])
    page = client.get("/admin/").content.decode()
    for item in found.values():
        if item.address:
            address = reverse(item.address)
            assert f'href="{address}' in page
            assert client.get(address).status_code == 200


def test_each_kind_that_may_wait_has_words_and_a_page_that_there_is() -> None:
    told = set(re.findall(r"SELECT '(\w+)'", statement("overview_waiting")))
    assert told == {what for what, *_ in KINDS}
    for what, roles, words, page, _ in KINDS:
        assert roles <= set(COMPANY_ROLES), what
        assert (words % {"count": 1}) != (words % {"count": 2})
        assert not page or reverse(page), what


def recalculate(books: Books, on: date) -> None:
    """A new result that waits, beside an approved one."""
    before = books.emit("CLOUD", on, "1000", scope=1)
    EmissionRecord.objects.create(
        activity_record=before.activity_record,
        department=before.department,
        activity_on=on,
        scope=1,
        location_kgco2e=Decimal(900),
        market_kgco2e=Decimal(900),
        trace={},
        supersedes=before,
        proposed_by=books.people["analyst"],
        reason="another factor",
    )


def waiting_links(books: Books, username: str) -> list[str]:
    client = Client()
    client.force_login(books.people[username])
    page = client.get("/admin/").content.decode()
    return re.findall(r'href="(/admin/(?:restatements|fairness|inventory)[^"]*[?][^"]*)"', page)


def test_new_results_that_wait_lead_to_the_period_that_they_would_change(books: Books) -> None:
    books.emit("OFFICES", date(2023, 2, 1), "1000", scope=1)
    books.settle("2023Q1")
    assert [item for item in overview(at=NOON).attention if item.page == "restatement"] == []
    recalculate(books, date(2023, 2, 1))
    recalculate(books, date(2023, 2, 2))
    recalculate(books, date(2023, 8, 1))  # nothing was posted in its quarter
    found = [item for item in overview(at=NOON).attention if item.page == "restatement"]
    assert [item.text for item in found] == [
        "New results for 2023Q1 wait for another person's approval",
        "New results outside posted periods wait for another person's approval",
    ]
    client = Client()
    client.force_login(books.people["approver"])
    elsewhere, quarter = sorted(waiting_links(books, "approver"))
    assert quarter == "/admin/restatements/?scheme=fee&amp;period=2023Q1"
    page = client.get(quarter.replace("&amp;", "&")).content.decode()
    assert "Accept all of them" in page
    assert len(client.get(elsewhere).context["cl"].result_list) == 3


def test_what_waits_is_split_by_whose_role_does_it(books: Books) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000", scope=1)
    books.calculate("2023Q1")
    (waits,) = overview(at=NOON, roles=["sustainability_approver"]).theirs
    assert waits.page == "settlement"
    found = overview(at=NOON, roles=["finance"])
    assert (found.theirs, found.others) == ((), (waits,))
    for username, told in [("approver", True), ("finance", False)]:
        client = Client()
        client.force_login(books.people[username])
        assert ("Yours to do" in client.get("/admin/").content.decode()) == told


def test_baselines_are_counted_like_fairness_alerts_while_their_period_is_open(
    books: Books,
) -> None:
    scheme = found_sharing(books, Mechanism.FEEBATE)
    measure(books, scheme, "2023Q1", CLOUD="100", OFFICES="100")
    measure(books, scheme, "2023Q2", CLOUD="111.23", OFFICES="111.22")
    for quarter, day in (("2023Q1", date(2023, 2, 1)), ("2023Q2", date(2023, 5, 1))):
        books.emit("CLOUD", day, "1000", scope=1)
        books.emit("OFFICES", day, "1000", scope=1)
        settle(books, scheme, quarter)

    def both() -> tuple[int, list[tuple[Place, int]]]:
        alerts = fairness_alerts.alerts(scheme_code="shared", period_code="2023Q2")
        return len(alerts), list(baselines_to_look_at())

    place = Place("2023Q2", "shared")
    assert both() == (1, [(place, 1)])
    Membership.objects.create(
        user=books.people["analyst"], role="contributor", department=books.departments["OFFICES"]
    )
    assert both() == (2, [(place, 2)])
    assert waiting_links(books, "finance") == [
        "/admin/fairness/?scheme=shared&amp;period=2023Q2&amp;alerts=yes"
    ]
    for quarter in ("2023Q1", "2023Q2"):
        period_close.close(period_code=quarter, by=books.people["finance"], at=NOON)
    assert list(baselines_to_look_at()) == []
