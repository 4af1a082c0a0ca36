"""Who acts for a department: seen by who sees it, without secrets and without the others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from django.utils.html import strip_tags

from departments.organisation.api_keys import issue_key, revoke_key
from departments.organisation.models import User
from tests.ledger.books import NOON, Books


def text_of(response) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


def test_people_and_keys_of_ones_department(books: Books, browse: Callable[[str], Client]):
    made: dict[str, Any] = {
        "scopes": ["statements:read"],
        "acts_for": books.people["contributor"],
        "at": NOON,
    }
    cloud = [books.departments["CLOUD"]]
    issued = issue_key(name="Meter", departments=cloud, expires_at=None, **made)
    late = datetime.now(UTC) - timedelta(days=1)
    issue_key(name="Expired", departments=cloud, expires_at=late, **made)
    revoke_key(issue_key(name="Gone", departments=cloud, expires_at=None, **made).key, at=NOON)
    page = browse("contributor").get("/team/")
    members = [(one.username, one.role) for one in page.context["team"].members]
    assert members == [("cloud-approver", "approver"), ("contributor", "contributor")]
    assert [key.name for key in page.context["team"].keys] == ["Meter"]
    assert issued.secret not in page.content.decode()
    assert "auditor" not in text_of(page)


def test_the_disabled_act_no_more_and_others_are_not_there(
    books: Books, browse: Callable[[str], Client]
):
    User.objects.filter(username="cloud-approver").update(is_active=False)
    client = browse("contributor")
    assert "cloud-approver" not in text_of(client.get("/team/"))
    assert client.get("/team/?department=OFFICES").status_code == 404
    offices = browse("auditor").get("/team/?department=OFFICES")
    assert [one.username for one in offices.context["team"].members] == ["offices-contributor"]


def test_korean_is_complete(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    client.cookies["django_language"] = "ko"
    page = text_of(client.get("/team/"))
    assert "팀" in page
    for english in ("Team", "People", "Role", "contributor enters", "Keys of"):
        assert english not in page
