"""A browser signs in and follows a dollar to its record, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.journeys.chromium import PROGRAMS, check_page, open_page
from tests.journeys.conftest import PASSWORD
from tests.ledger.books import Books, open_books


@pytest.fixture
def books(transactional_db: None) -> Books:
    """One quarter is settled; the contributor has a password."""
    books = open_books()
    books.emit("CLOUD", date(2023, 2, 1), "456119000", scope=2, location_kgco2e="4102445000")
    books.emit("CLOUD", date(2023, 3, 1), "133000000", scope=3, category=6)
    books.settle("2023Q1")
    person = books.people["contributor"]
    person.set_password(PASSWORD)
    person.save()
    return books


@pytest.mark.parametrize("width", [1280, 390])
def test_from_a_dollar_to_its_record(
    books: Books,
    live_server: LiveServer,
    require_program: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    width: int,
):
    program = require_program(*PROGRAMS)
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in this thread
    with open_page(program, width) as (page, complaints):
        page.goto(live_server.url)
        page.get_by_label("Username").fill("contributor")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()

        page.wait_for_url("**/departments/CLOUD/fee/2023Q1/")
        assert "USD 8,836,785.00" in page.locator("#due-heading + .due-amount").inner_text()
        check_page(page)

        page.get_by_role("link", name="Scope 2: Purchased energy").click()
        page.wait_for_url("**/lines/*/")
        arithmetic = page.locator(".steps").inner_text()
        for step in ("456,119,000 kgCO2e", "456,119.000 tCO2e", "USD 15.00", "USD 6,841,785.00"):
            assert step in arithmetic
        check_page(page)

        page.get_by_role("link", name="Record ", exact=False).first.click()
        page.wait_for_url("**/activity/*/")
        assert "Approved" in page.locator("h1").inner_text()
        check_page(page)
        assert complaints == []
