"""Lists of records and results for programs: filters, expanded ids, streams, what changed since."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.urls import include, path
from rest_framework.test import APIClient

from departments.inventory.models.activity import ActivityRecord
from departments.organisation.models import User
from tests.inventory.conftest import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors"), pytest.mark.urls(__name__)]
urlpatterns = [path("api/v1/", include("departments.inventory.api.urls"))]

ACTIVITIES, RESULTS = "/api/v1/activities/", "/api/v1/emission-records/"
FEBRUARY: dict[str, Any] = {"started_on": date(2024, 2, 1), "ended_on": date(2024, 2, 29)}


def as_person(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def client(cast: Cast) -> APIClient:
    """Cloud's contributor; cloud has two approved records and a draft."""
    cast.approved(external_id="january")
    cast.approved(**FEBRUARY, quantity=Decimal(2000), external_id="february")
    cast.draft(external_id="waits")
    return as_person(cast.contributor)


def named(client: APIClient, **query: Any) -> list[str]:
    answer = client.get(ACTIVITIES, query)
    assert answer.status_code == 200, answer.json()
    return [row["external_id"] for row in answer.json()["data"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["january", "february", "waits"]),
        ({"state": "approved"}, ["january", "february"]),
        ({"department": "CLOUD", "from_on": "2024-02-01"}, ["february"]),
        ({"until_on": "2024-01-31"}, ["january", "waits"]),
        ({"until_on": "2024-01-30"}, []),
        ({"activity": "electricity"}, ["january", "february", "waits"]),
        ({"activity": "electricity/grid", "external_id": "waits"}, ["waits"]),
        ({"activity": "electric"}, []),
        ({"department": "OFFICES"}, []),
    ],
)
def test_records_are_narrowed(client: APIClient, query: Any, found: list[str]) -> None:
    assert named(client, **query) == found


@pytest.mark.parametrize("step", ["created_at", "submitted_at", "decided_at"])
def test_updated_since_counts_each_step(cast: Cast, client: APIClient, step: str) -> None:
    moment = datetime(2999, 1, 1, 12, tzinfo=UTC)
    assert named(client, updated_since="2998-01-01T00:00:00Z") == []
    ActivityRecord.objects.filter(external_id="waits").update(**{step: moment})
    assert named(client, updated_since="2998-01-01T00:00:00Z") == ["waits"]
    assert named(client, updated_since="2999-01-01T13:00:00+01:00") == ["waits"]
    assert named(client, updated_since="2999-01-01T12:00:01Z") == []


@pytest.mark.parametrize(
    "query",
    [
        {"updated_since": "yesterday"},
        {"updated_since": "2024-01-01"},
        {"from_on": "2024-1-1"},
        {"limit": ["1", "2"]},
        {"expand[]": "evidence"},
        {"expand": "emission"},
        {"cursor": "NDE"},
        {"cursor": "ffffffffffffffff"},
    ],
)
def test_what_can_not_be_asked_is_400(client: APIClient, query: Any) -> None:
    answer = client.get(ACTIVITIES, query)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_an_id_is_expanded_into_what_it_names(
    client: APIClient, django_assert_max_num_queries: Any
) -> None:
    plain = client.get(ACTIVITIES).json()["data"]
    with django_assert_max_num_queries(5):
        expanded = client.get(ACTIVITIES, {"expand[]": "emission"}).json()["data"]
    results = {row["id"]: row for row in client.get(RESULTS).json()["data"]}
    assert [row["emission"] for row in plain] == [*results, None]
    assert [row["emission"] for row in expanded] == [*results.values(), None]
    for row in plain + expanded:
        row.pop("emission")
    assert plain == expanded


def test_a_result_expands_its_record(client: APIClient, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(5):
        rows = client.get(RESULTS, {"expand[]": "activity_record"}).json()["data"]
    assert [row["activity_record"]["external_id"] for row in rows] == ["january", "february"]


def test_expanding_opens_nothing_of_another_department(cast: Cast, client: APIClient) -> None:
    outsider = as_person(cast.outsider)
    for place, name in ((ACTIVITIES, "emission"), (RESULTS, "activity_record")):
        assert outsider.get(place, {"expand[]": name}).json()["data"] == []


def test_results_after_an_approval_number(client: APIClient) -> None:
    first, second = client.get(RESULTS).json()["data"]
    newer = client.get(RESULTS, {"approved_after": first["approval_number"]}).json()["data"]
    assert newer == [second]
    nothing = client.get(RESULTS, {"approved_after": second["approval_number"]}).json()["data"]
    assert nothing == []
    assert client.get(RESULTS, {"scope": "2", "from_on": "2024-02-01"}).json()["data"] == [second]
    assert client.get(RESULTS, {"scope": 1}).json()["data"] == []


@pytest.mark.parametrize("place", [ACTIVITIES, RESULTS])
def test_a_stream_sends_what_the_pages_send(client: APIClient, place: str) -> None:
    shown = client.get(place).json()["data"]
    lines = client.get(place, headers={"accept": "application/x-ndjson"})
    assert lines["Content-Type"] == "application/x-ndjson; charset=utf-8"
    sent = b"".join(lines.streaming_content).decode()  # type: ignore[attr-defined]
    assert [json.loads(line) for line in sent.splitlines()] == shown
    table = client.get(place, headers={"accept": "text/csv"})
    text = b"".join(table.streaming_content).decode()  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["id"] for row in rows] == [str(row["id"]) for row in shown]
    assert list(rows[0]) == list(shown[0])
    assert [row["market_kgco2e"] for row in rows] == [row["market_kgco2e"] or "" for row in shown]
    refused = client.get(place, {"limit": 1}, headers={"accept": "text/csv"})
    assert refused.status_code == 422


def test_a_stream_expands_nothing(client: APIClient) -> None:
    query = {"expand[]": "emission"}
    refused = client.get(ACTIVITIES, query, headers={"accept": "application/x-ndjson"})
    assert refused.status_code == 422


def test_a_stream_hides_other_departments_and_formulas(cast: Cast, client: APIClient) -> None:
    cast.draft(external_id="=1+1", note="-5 °C")
    table = client.get(ACTIVITIES, headers={"accept": "text/csv"})
    text = b"".join(table.streaming_content).decode()  # type: ignore[attr-defined]
    (row,) = [row for row in csv.DictReader(io.StringIO(text)) if row["external_id"] == "'=1+1"]
    assert row["note"] == "'-5 °C"
    outside = as_person(cast.outsider).get(ACTIVITIES, headers={"accept": "text/csv"})
    sent = b"".join(outside.streaming_content).decode()  # type: ignore[attr-defined]
    assert len(sent.splitlines()) == 1


def test_a_record_answers_304_while_nothing_changed(cast: Cast, client: APIClient) -> None:
    place = f"{ACTIVITIES}{cast.draft().pk}/"
    first = client.get(place)
    again = client.get(place, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    client.post(f"{place}submit/", {}, format="json")
    changed = client.get(place, headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]
