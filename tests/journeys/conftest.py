"""A company that people work in with a browser, and one browser for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from config.celery import app
from departments.organisation.models import Membership, User
from tests.journeys.chromium import PROGRAMS, Watched, chromium, watch
from tests.ledger.books import Books, open_books

PASSWORD = "meadow-harbour-lantern-42"
REFUSED = "status of 422"  # what a console says of a form that comes back to be mended
expect.set_options(timeout=60_000)  # how long to wait for a state; nothing is measured


@pytest.fixture
def books(transactional_db: None) -> Books:
    """CLOUD has bills for two quarters, the second with a correction of the first."""
    books = open_books()
    for username, role in [("cloud-approver", "approver")]:
        books.people[username] = User.objects.create(username=username)
        Membership.objects.create(
            user=books.people[username], role=role, department=books.departments["CLOUD"]
        )
    first = books.emit("CLOUD", date(2023, 2, 1), "228194000", scope=2)
    books.emit("CLOUD", date(2023, 3, 1), "133000000", scope=3, category=6)
    books.settle("2023Q1")
    books.emit(
        "CLOUD",
        date(2023, 2, 1),
        "456119000",
        scope=2,
        location_kgco2e="4102445000",
        supersedes=first,
        because="A meter was left out.",
    )
    books.emit("CLOUD", date(2023, 5, 1), "200000000", scope=2)
    books.settle("2023Q2")
    return books


@pytest.fixture(scope="module")
def browser(require_program: Callable[..., str]) -> Iterator[Browser]:
    """Debian's Chromium, for all tests of a file; each opens windows of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in this thread
        with chromium(require_program(*PROGRAMS)) as found:
            yield found


@pytest.fixture
def heard(program_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the pages ring for is heard by this test's workers, and by nobody else's."""
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", program_environment["BROKER_URL"])
    monkeypatch.setattr(app.amqp, "_producer_pool", None)  # it is made anew, for that broker


@pytest.fixture(params=[1280, 390], ids=["desk", "phone"])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def sit_down(
    browser: Browser, live_server: LiveServer, width: int
) -> Iterator[Callable[..., Page]]:
    """Opens a window: of nobody, or of a person who has signed in. No console may complain."""
    opened: list[Watched] = []

    def open_window(person: User | None = None, **facts: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 844},
            locale="en-GB",
            base_url=live_server.url,
            **facts,
        )
        if person is not None:
            client = Client()
            client.force_login(person)
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}]
            )
        watched = watch(context, live_server.url)
        opened.append(watched)
        return watched.page

    yield open_window
    for watched in opened:
        watched.page.context.close()
    complaints = [complaint for watched in opened for complaint in watched.complaints]
    assert [each for each in complaints if REFUSED not in each] == []


@contextmanager
def downloaded(page: Page) -> Iterator[list[bytes]]:
    """The bytes of the file that comes of what is done meanwhile."""
    content: list[bytes] = []
    with page.expect_download() as coming:
        yield content
    content.append(coming.value.path().read_bytes())
