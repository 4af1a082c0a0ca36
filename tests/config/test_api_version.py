"""Each answer of the API says its version, refusals too; another one is refused."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from django.test import Client

from config import api_version
from config.api_version import HEADER, VERSIONS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("place", ["me/", "nowhere/", "openapi.yaml"])
def test_every_answer_says_its_version(client: Client, place: str) -> None:
    assert client.get(f"/api/v1/{place}")[HEADER] == VERSIONS[0]
    asked = client.get(f"/api/v1/{place}", headers={HEADER: VERSIONS[-1]})
    assert asked[HEADER] == VERSIONS[-1]


@pytest.mark.parametrize("version", ["", "2020-01-01", "v1", "\r\n", VERSIONS[0] + " "])
def test_a_version_that_is_not_served_is_refused(client: Client, version: str) -> None:
    answer = client.get("/api/v1/me/", headers={HEADER: version})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == "unknown_version"
    assert VERSIONS[0] in answer.json()["detail"]


def test_pages_have_no_version(client: Client) -> None:
    assert HEADER not in client.get("/sign-in/", headers={HEADER: "2020-01-01"})


def test_an_older_version_says_since_when_and_until_when(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 9745, section 2.1, and RFC 8594, section 3: a date as seconds, and one as HTTP has it."""
    monkeypatch.setattr(api_version, "VERSIONS", ("2028-03-01", "2026-11-26"))
    monkeypatch.setattr(api_version, "LAST_DAYS", {"2026-11-26": date(2029, 3, 1)})
    older = client.get("/api/v1/me/", headers={"CFL-Version": "2026-11-26"})
    assert older["CFL-Version"] == "2026-11-26"
    assert older["Deprecation"] == "@1835481600"
    assert older["Sunset"] == "Thu, 01 Mar 2029 23:59:59 GMT"
    newest = client.get("/api/v1/me/")
    assert newest["CFL-Version"] == "2028-03-01"
    assert "Deprecation" not in newest
    assert "Sunset" not in newest


def test_each_older_version_has_a_last_day_a_year_after_the_newer_one() -> None:
    assert list(api_version.VERSIONS) == sorted(api_version.VERSIONS, reverse=True)
    assert set(api_version.LAST_DAYS) == set(api_version.VERSIONS[1:])
    for newer, older in pairwise(api_version.VERSIONS):
        served = api_version.LAST_DAYS[older] - date.fromisoformat(newer)
        assert served.days >= 365
