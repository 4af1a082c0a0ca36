"""Every page that the resolver knows, in a browser: axe, console, other hosts, overflow, shifts.

`make test` looks at each page in one way, so that all ways are used; `make axe` looks at each in
all of them: light and dark, English and Korean, 1280 and 390 pixels wide.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import pytest
from allauth.mfa.models import Authenticator
from celery import Celery
from celery.app.task import Task
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from departments.organisation.models import User
from tests.addresses import resolver
from tests.addresses.company import Company, found_company
from tests.addresses.table import ADDRESSES, EVERYBODY, STRANGER
from tests.journeys.chromium import (
    PROGRAMS,
    STILL,
    Watched,
    chromium,
    overflow,
    shifted,
    violations,
    watch,
)
from tests.organisation.second_factors import make_member, set_up_app, sign_in
from tests.organisation.soft_key import SoftKey
from tests.organisation.test_passkeys import add

THOROUGH = os.environ.get("CFL_EVERY_LOOK") == "1"
ONLY = re.compile(os.environ.get("CFL_ONLY_PAGES", ""))  # a regular expression of names
PICTURES = os.environ.get("CFL_PICTURES", "")  # a folder for a picture of each page


@dataclass(frozen=True)
class Look:
    """One way to look at a page."""

    scheme: str
    language: str
    width: int

    def __str__(self) -> str:
        return f"{self.scheme}-{self.language}-{self.width}"


LOOKS = [
    Look(scheme, language, width)
    for scheme, language, width in itertools.product(("light", "dark"), ("en", "ko"), (1280, 390))
]
# By name where the first whom a page is for would see it empty
SHOWN_TO = {"portal:approvals": "cloud-approver", "portal:company": "analyst"}
FIRST = ("contributor", "cloud-approver", "analyst", "approver", "finance", "auditor", "admin")
VERIFIED = "/verify/{hash}/?department=CLOUD&scheme=fee&period=2023Q1"
BILL = "/departments/CLOUD/fee/2023Q2/"
# (what, who, where, answer): states that the names alone don't bring up
STATES = [
    ("bill with its waterfall", "contributor", BILL, 200),
    ("bill of what is shared out", "contributor", "/departments/CLOUD/shared/2023Q1/", 200),
    ("lines, filtered and sorted", "contributor", f"{BILL}lines/?kind=charge&sort=-amount", 200),
    ("record, approved", "contributor", "/activity/{approved}/", 200),
    ("record, returned", "contributor", "/activity/{returned}/", 200),
    ("record to decide", "cloud-approver", "/activity/{handed in}/", 200),
    ("every department's activity", "analyst", "/activity/", 200),
    ("activity, nothing found", "contributor", "/departments/CLOUD/activity/?q=nothing", 200),
    ("quote of a job", "contributor", "/quote/?kind=compute", 200),
    (
        "statement verified",
        "contributor",
        VERIFIED,
        200,
    ),
    ("a statement that is none", "contributor", "/verify/" + "0" * 64 + "/", 404),
    ("grant, as analyst", "analyst", "/grants/{grant}/", 200),
    ("no bill at all", "nobody", "/bill/", 200),
    ("no activity at all", "nobody", "/activity/", 200),
    ("not found", "contributor", "/nothing/here/", 404),
    ("not allowed", "auditor", "/departments/CLOUD/activity/new/", 403),
    ("desk, not allowed", "auditor", "/admin/ledger/accountingperiod/add/", 403),
    ("desk, not found", "analyst", "/admin/ledger/settlement/999999/change/", 404),
    ("desk, a list with a search", "analyst", "/admin/ledger/account/?q=CLOUD", 200),
    ("desk, a list without rows", "analyst", "/admin/ledger/account/?q=nothing", 200),
    ("desk, a closed period", "finance", "/admin/ledger/accountingperiod/{closed}/change/", 200),
    ("desk, a posted settlement", "analyst", "/admin/ledger/settlement/{posted}/change/", 200),
]


@dataclass(frozen=True)
class Stop:
    """One page: its name, who looks, where, and the status it answers with."""

    name: str
    person: str
    address: str
    status: int = 200


@pytest.fixture
def company(transactional_db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Company:
    """The company; nobody is called to work for it."""
    monkeypatch.setattr(Task, "apply_async", lambda *_, **__: None)
    monkeypatch.setattr(Celery, "send_task", lambda *_, **__: None)
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in this thread
    return found_company(tmp_path)


def equip(company: Company) -> Client:
    """Ann has every means to sign in, and has just done so."""
    User.objects.create(username="nobody")
    make_member("ann")
    client = Client(SERVER_NAME="localhost")
    sign_in("ann", client)
    set_up_app(client)
    add(client, SoftKey())
    company.known["passkey"] = Authenticator.objects.get(type="webauthn").pk
    return client


def stops(company: Company) -> list[Stop]:
    """Every page, and the states of some of them."""
    found = []
    for name, row in ADDRESSES.items():
        if row.gives != "page" or row.method != "GET":
            continue
        if name.startswith(("mfa_", "account_")) and row.opens_to != EVERYBODY:
            person = "ann, halfway" if name == "mfa_authenticate" else "ann"
        elif row.opens_to == EVERYBODY:
            person = STRANGER
        else:
            person = next((one for one in FIRST if one in may_look(name)), "")
        if person:
            person = SHOWN_TO.get(name, person)
            found.append(Stop(name, person, resolver.filled(name, company.known)))
    found += [
        Stop(what, who, where.format(**company.known), status)
        for what, who, where, status in STATES
    ]
    return [stop for stop in found if ONLY.search(stop.name)]


def may_look(name: str) -> frozenset[str]:
    """Whom a page is for; a row at the desk is looked at by who may change it, if anybody may."""
    row = ADDRESSES[name]
    entering = ADDRESSES.get(re.sub("_change$", "_add", name), row)
    return entering.opens_to & row.opens_to or row.opens_to


def sessions(ann: Client, people: set[str]) -> dict[str, str]:
    """The session of each person who looks at a page."""
    halfway, _ = sign_in("ann")
    found = {"ann": cookie_of(ann), "ann, halfway": cookie_of(halfway)}
    for name in people - {STRANGER, "ann", "ann, halfway"}:
        client = Client()
        client.force_login(User.objects.get(username=name))
        found[name] = cookie_of(client)
    return found


def cookie_of(client: Client) -> str:
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def walk(
    browser: Browser, host: str, look: Look, wanted: list[Stop], cookies: dict[str, str]
) -> Iterator[str]:
    """What is wrong with these pages, looked at in one way."""
    context = browser.new_context(
        viewport={"width": look.width, "height": 900},
        color_scheme=look.scheme,  # type: ignore[arg-type]  # light or dark
        locale={"en": "en-GB", "ko": "ko-KR"}[look.language],
        reduced_motion="reduce",
    )
    watched = watch(context, host)
    for stop in wanted:
        context.clear_cookies()
        if stop.person in cookies:
            value = cookies[stop.person]
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": host}]
            )
        for problem in look_at(watched, host, stop, look):
            yield f"{stop.name} [{look}, {stop.person}] {stop.address}: {problem}"
    context.close()


def look_at(watched: Watched, host: str, stop: Stop, look: Look) -> Iterator[str]:
    page = watched.page
    answer = page.goto(host + stop.address)
    status = answer.status if answer else 0
    if status != stop.status:
        yield f"answers {status}, not {stop.status}"
    if stop.person != STRANGER and "/sign-in/" in page.url and "halfway" not in stop.person:
        yield "asks to sign in"
    language = page.evaluate("document.documentElement.lang")
    if language != look.language:
        yield f"is written in {language!r}"
    yield from violations(page)
    if (wider := overflow(page)) > 0:
        yield f"sticks out by {wider} pixels"
    if (moved := shifted(page)) > STILL:
        yield f"moves while it loads: {moved}"
    for complaint in watched.take():
        if f"status of {stop.status}" not in complaint or stop.status == 200:
            yield complaint
    if PICTURES:
        name = re.sub(r"\W+", "-", stop.name).strip("-")
        page.screenshot(path=f"{PICTURES}/{name}_{look}.png", full_page=True)


def share(stop: Stop) -> Look:
    """The way in which `make test` looks at a page: by its name, so that every way is used."""
    return LOOKS[crc32(stop.name.encode()) % len(LOOKS)]


# A company for each of them takes its time, too
PARTS = [[look] for look in LOOKS] if THOROUGH else [LOOKS[start::4] for start in range(4)]


@pytest.mark.parametrize("looks", PARTS, ids=lambda looks: "+".join(map(str, looks)))
def test_nothing_is_wrong_with_any_page(
    company: Company,
    live_server: LiveServer,
    require_program: Callable[..., str],
    looks: list[Look],
) -> None:
    program = require_program(*PROGRAMS)
    ann = equip(company)
    everything = stops(company)
    cookies = sessions(ann, {stop.person for stop in everything})
    wrong: list[str] = []
    with chromium(program) as browser:
        for look in looks:
            wanted = [stop for stop in everything if THOROUGH or share(stop) == look]
            wrong += walk(browser, live_server.url, look, wanted, cookies)
    assert wrong == [], "\n".join([f"{len(wrong)} things are wrong:", *wrong])
