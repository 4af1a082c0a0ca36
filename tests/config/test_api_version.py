"""Each answer of the API says its version, refusals too; another one is refused."""

from __future__ import annotations

import pytest
from django.test import Client

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
