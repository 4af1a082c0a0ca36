"""A grant on the pages: applied for, scored, awarded, shown, paid and measured, each by another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from departments.portal.abatement_chart import HEIGHT, TOP, WIDTH, abatement_chart
from departments.portal.views import grants
from ledger import fund
from ledger.contributions import contribution_shares
from pricing.abatement_curve import Measure, curve
from pricing.models import GrantApplication
from pricing.price_lookup import scheme_terms
from tests.ledger.books import Books
from tests.ledger.granting import accepted, apply, awarded, budget, fail, pay

WISH = {
    "title": "Heat pumps",
    "effect": "abatement",
    "starts_on": "2023-04-01",
    "cost": "100000",
    "asked": "60000",
    "tonnes_per_year": "1000",
    "lifetime_years": "10",
    "uncertainty_percent": "20",
    "title_0": "Ordered",
    "due_on_0": "2023-05-01",
    "amount_0": "60000",
}


@pytest.fixture
def step(browse: Callable[[str], Client]):
    """Take a step of a grant as somebody; the page that follows, as text."""

    def take(person: str, grant: GrantApplication, name: str, **facts: object) -> str:
        address = reverse("portal:grant_step", args=[grant.pk])
        response = browse(person).post(address, {"step": name, **facts}, follow=True)
        assert response.status_code == 200
        return response.content.decode()

    return take


def test_a_grant_goes_its_way_over_the_pages(
    books: Books, browse: Callable[[str], Client], step: Callable[..., str]
):
    budget(books)
    address = reverse("portal:grant_new", args=["CLOUD"])
    page = browse("contributor").post(address, WISH, follow=True).content.decode()
    assert "Sustainability scores it next" in page
    assert "10.00" in page
    grant = GrantApplication.objects.get()
    [milestone] = grant.milestones.all()
    assert "Scored" in step("analyst", grant, "score", discount_percent="5")
    step("analyst", grant, "propose", reason="Cheap")
    step("approver", grant, "approve")
    step("contributor", grant, "show_evidence", number=milestone.pk, evidence="Order 4711")
    step("analyst", grant, "accept", number=milestone.pk)
    page = step("finance", grant, "pay", number=milestone.pk, on="2023-05-31")
    entry = fund.payments([milestone.pk])[milestone.pk].entry_id
    assert f"entry {entry}, 2023-05-31" in page
    step(
        "contributor", grant, "measure", starts_on="2023-04-01", ends_before="2023-06-13",
        tonnes="150", uncertainty_percent="10", evidence="Meters",
    )  # fmt: skip
    measurement = grant.measurements.get()
    page = step("analyst", grant, "approve_measurement", number=measurement.pk)
    assert "150 t in 73 days, of 200 t promised: 75 %" in strip_tags(page)
    step("approver", grant, "close", reason="Done")
    grant.refresh_from_db()
    assert grant.state == "closed"
    listed = browse("finance").get(reverse("portal:grants")).content.decode()
    assert "Available in the fund" in listed
    assert "13.33" in listed


def test_what_is_wrong_with_an_application_stands_beside_its_field(
    books: Books, browse: Callable[[str], Client]
):
    address = reverse("portal:grant_new", args=["CLOUD"])
    client = browse("contributor")
    page = client.post(address, WISH | {"cost": "1", "title_1": "More"}).content.decode()
    assert "Fill in all three, or none." in page
    page = client.post(address, WISH | {"cost": "1"}).content.decode()
    assert "The whole cost is at least what is asked for." in page
    page = client.post(address, WISH | {"amount_0": "1"}).content.decode()
    assert "They add up to 1.00 USD" in page
    gap = {"title_2": "Runs", "due_on_2": "2023-06-01", "amount_2": "0"}
    page = client.post(address, WISH | gap).content.decode()
    assert "It is above zero." in page
    assert "milestones.1" not in page
    assert '<a href="#id_amount_2">' in page
    korean = client.post(address, WISH | {"amount_0": "1"}, headers={"Accept-Language": "ko"})
    assert "합계는 1.00 USD입니다. 같은 금액을 신청해 주세요." in korean.content.decode()
    assert not GrantApplication.objects.exists()


def test_a_step_that_is_not_ones_own_is_refused_in_words(
    books: Books, browse: Callable[[str], Client], step: Callable[..., str]
):
    grant = apply(books)
    assert "may not score a grant" in step("contributor", grant, "score")
    assert "nothing was written" in step("contributor", grant, "measure")
    grant.refresh_from_db()
    assert grant.state == "applied"
    unknown = reverse("portal:grant_step", args=[grant.pk])
    assert browse("analyst").post(unknown, {"step": "burn"}).status_code == 404
    other = awarded_elsewhere(books)
    answer = browse("analyst").post(unknown, {"step": "accept", "number": other})
    assert answer.status_code == 404


def awarded_elsewhere(books: Books) -> int:
    """The milestone of another grant."""
    budget(books)
    return awarded(books).milestones.get(number=1).pk


def test_each_person_is_offered_their_own_steps(books: Books, browse: Callable[[str], Client]):
    budget(books)
    grant = awarded(books)
    milestone_id = accepted(books, grant)
    address = reverse("portal:grant", args=[grant.pk])
    assert 'value="pay"' in browse("finance").get(address).content.decode()
    assert 'value="pay"' not in browse("approver").get(address).content.decode()
    pay(books, milestone_id)
    fail(books, grant)
    assert 'value="take_back"' in browse("finance").get(address).content.decode()
    assert 'value="take_back"' not in browse("contributor").get(address).content.decode()


def test_only_who_sees_the_company_sees_the_fund(books: Books, browse: Callable[[str], Client]):
    assert "Available in the fund" in browse("auditor").get("/grants/").content.decode()
    assert "Available in the fund" not in browse("contributor").get("/grants/").content.decode()


def test_carbon_that_went_back_into_the_air_is_called_a_claw_back(
    books: Books, browse: Callable[[str], Client]
):
    books.emit(
        "CLOUD", date(2023, 8, 1), "-1000", durability_class="medium", removal_state="verified"
    )
    books.settle("2023Q3")
    page = browse("contributor").get("/departments/CLOUD/fee/2023Q3/").content.decode()
    assert "Claw-back of an incentive" in page


def test_blocks_lie_side_by_side_over_and_under_their_line():
    """−5 for 100 t, 20 for 300 t: a quarter of the width below the line, the rest above it."""
    measures = [
        Measure(1, "A", Decimal(20), Decimal(300)),
        Measure(2, "B", Decimal(-5), Decimal(100)),
    ]
    chart = abatement_chart(curve(measures))
    cheap, dear = chart.blocks
    assert (cheap.x, cheap.width, dear.x) == (0, WIDTH // 4 - 1, WIDTH // 4)
    assert (cheap.y, dear.y) == (chart.base_y, TOP)
    assert dear.height // cheap.height == 4
    assert dear.y + dear.height == chart.base_y
    assert cheap.y + cheap.height <= HEIGHT
    assert abatement_chart(()).blocks == ()


def test_what_is_left_to_invest_is_shown_where_contributions_lapse(
    books: Books, browse: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
):
    """What CLOUD paid in a year it may invest until the next one has ended."""
    page = browse("contributor").get(reverse("portal:grants")).content.decode()
    assert "Invest or lose" not in page
    terms = scheme_terms(scheme_id=books.scheme.pk)
    lapsing = replace(terms, contributions_lapse=True)  # a scheme is made so, or never
    monkeypatch.setattr(grants, "all_scheme_terms", lambda: [lapsing])
    kept = [
        share
        for share in contribution_shares(terms, as_of=date(2023, 12, 1)).shares
        if share.contribution.department == "CLOUD" and share.available_minor
    ]
    assert kept
    monkeypatch.setattr(timezone, "localdate", lambda: date(2023, 12, 1))
    page = strip_tags(browse("contributor").get(reverse("portal:grants")).content.decode())
    for share in kept:
        assert str(share.contribution.starts_on) in page
        assert str(share.contribution.lapses_on - timedelta(days=1)) in page
        assert f"{Decimal(share.available_minor) / 100:,.2f}" in page
    assert "OFFICES" not in page

    lapsed = max(share.contribution.lapses_on for share in kept)
    monkeypatch.setattr(timezone, "localdate", lambda: lapsed)
    page = browse("contributor").get(reverse("portal:grants")).content.decode()
    assert "Nothing is left to invest." in page
