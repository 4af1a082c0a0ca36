"""How many queries a page takes: pinned, and the same with sixty departments as with two."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.app.task import Task
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.addresses import resolver
from tests.addresses.company import Company, found_company
from tests.addresses.table import ADDRESSES, STRANGER

PINNED = Path(__file__).with_name("queries.json")
PEOPLE = ("contributor", "analyst", "approver", "finance", "admin")
SIXTY = 58  # beside the two

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def counted(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> dict[int, dict[str, int]]:
    """The queries of every page, in a company of two departments and in one of sixty."""
    found = {}
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(Task, "apply_async", lambda *_, **__: None)
        patch.setattr(Celery, "send_task", lambda *_, **__: None)
        for more in (0, SIXTY):
            with transaction.atomic():
                company = found_company(tmp_path_factory.mktemp("factors"), more=more)
                found[more] = {name: queries(company, name) for name in pages()}
                transaction.set_rollback(True)
    return found


def pages() -> list[str]:
    return [
        name
        for name, row in sorted(ADDRESSES.items())
        if row.gives == "page" and row.method == "GET" and viewer(name)
    ]


def viewer(name: str) -> str:
    """The first of the people whom a page is for."""
    return next((one for one in PEOPLE if one in ADDRESSES[name].opens_to), "")


def queries(company: Company, name: str) -> int:
    """The queries of the second visit; what the first one left behind is known by then."""
    client, person = Client(), viewer(name)
    if person != STRANGER:
        client.force_login(company.person(person))
    address = resolver.filled(name, company.known)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


def test_sixty_departments_take_no_more_queries_than_two(
    counted: dict[int, dict[str, int]],
) -> None:
    few, many = counted[0], counted[SIXTY]
    assert {name: (few[name], many[name]) for name in few if many[name] > few[name]} == {}


def test_every_page_takes_the_queries_that_are_pinned(counted: dict[int, dict[str, int]]) -> None:
    """More is a question to its author; with CFL_PIN_QUERIES=1 the table is written anew."""
    if os.environ.get("CFL_PIN_QUERIES") == "1":
        PINNED.write_text(json.dumps(counted[0], indent=1) + "\n", encoding="utf-8")
    pinned: dict[str, int] = json.loads(PINNED.read_text(encoding="utf-8"))
    now = counted[0]
    differing = {
        name: {"pinned": pinned.get(name), "now": now.get(name)}
        for name in sorted(pinned.keys() | now.keys())
        if pinned.get(name) != now.get(name)
    }
    assert differing == {}, (
        "If it is meant: CFL_PIN_QUERIES=1 pytest tests/addresses/test_queries.py"
    )
