"""A browser signs in and follows a dollar to its record, on a desk and on a phone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.ledger.books import Books, open_books

PASSWORD = "meadow-harbour-lantern-42"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


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


@contextmanager
def open_page(program: str, width: int) -> Iterator[tuple[Page, list[str]]]:
    """A page of Debian's Chromium, and everything its console complains about."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        page = browser.new_page(viewport={"width": width, "height": 844}, locale="en-GB")
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        page.set_default_timeout(20_000)
        yield page, complaints
        browser.close()


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_from_a_dollar_to_its_record(
    books: Books,
    live_server: LiveServer,
    require_program: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    width: int,
):
    program = require_program("chromium", "chromium-browser", "google-chrome")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in this thread
    with open_page(program, width) as (page, complaints):
        page.goto(live_server.url)
        page.get_by_label("Username").fill("contributor")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()

        page.wait_for_url("**/departments/CLOUD/fee/2023Q1/")
        assert "USD 8,836,785.00" in page.locator("#due-heading + .due-amount").inner_text()
        assert overflow(page) <= 0
        check_accessibility(page)

        page.get_by_role("link", name="Scope 2: Purchased energy").click()
        page.wait_for_url("**/lines/*/")
        arithmetic = page.locator(".steps").inner_text()
        for step in ("456,119,000 kgCO2e", "456,119.000 tCO2e", "USD 15.00", "USD 6,841,785.00"):
            assert step in arithmetic
        assert overflow(page) <= 0
        check_accessibility(page)

        page.get_by_role("link", name="Record ", exact=False).first.click()
        page.wait_for_url("**/activity/*/")
        assert "Approved" in page.locator("h1").inner_text()
        assert overflow(page) <= 0
        check_accessibility(page)
        assert complaints == []


def check_accessibility(page: Page) -> None:
    """No violation that axe finds, where axe-core is at hand (AXE_CORE names its file)."""
    axe = Path(os.environ.get("AXE_CORE", ""))
    if not axe.is_file():
        return
    page.evaluate(axe.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document).then(report => report.violations)")
    assert [(violation["id"], violation["help"]) for violation in found] == []
