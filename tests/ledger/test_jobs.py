"""Long work as programs follow it: how far it is, why it stands still, what came of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from departments.organisation.api_keys import issue_key
from ledger import jobs, scenario_runs, settlement_run
from ledger.models.settlements import SettlementShard, ShardState
from ledger.scenario_settings import Settings
from tests.ledger.books import NOON, Books

PLACE = "/api/v1/jobs/"


def program(books: Books, acts_for: str = "finance", **narrowed: Any) -> APIClient:
    issued = issue_key(
        name="program",
        scopes=narrowed.get("scopes", ["jobs:read"]),
        departments=[books.departments[code] for code in narrowed.get("departments", ())],
        acts_for=books.people[acts_for],
        expires_at=None,
        at=timezone.now(),
    )
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {issued.secret}")


def read(client: APIClient, path: str = "", **query: Any) -> Any:
    answer = client.get(f"{PLACE}{path}", query)
    assert answer.status_code == 200, answer.json()
    return answer.json()


@pytest.fixture
def busy(books: Books) -> Books:
    """A posted quarter, one that waits, and a scenario of the first."""
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.settle("2023Q1")
    books.emit("CLOUD", date(2023, 5, 1), "1000")
    settlement_run.prepare(scheme_code="fee", period_code="2023Q2", by=books.people["analyst"])
    scenario_runs.ask(
        scheme_code="fee",
        period_code="2023Q1",
        settings=Settings(),
        name="as it was",
        as_billed=False,
        by=books.people["analyst"],
    )
    return books


def test_each_kind_of_long_work_is_a_job(busy: Books) -> None:
    rows = read(program(busy))["data"]
    assert [(row["kind"], row["period"], row["state"]) for row in rows] == [
        ("settlement", "2023Q1", "done"),
        ("settlement", "2023Q2", "waiting"),
        ("scenario", "2023Q1", "waiting"),
    ]
    first, second, third = rows
    assert first["progress"]["done"] == first["progress"]["total"] > 0
    assert second["progress"]["done"] == 0
    assert first["url"] == f"/api/v1/settlements/{first['id'].removeprefix('settlement_')}/"
    assert third["url"] == f"{PLACE}{third['id']}/"
    assert first["asked_by"] == "analyst"


def test_a_scenario_shows_what_came_of_it(busy: Books) -> None:
    client = program(busy)
    code = read(client, kind="scenario")["data"][0]["id"]
    assert read(client, f"{code}/")["result"] is None
    scenario_runs.answer(run_id=int(code.removeprefix("scenario_")), at=NOON)
    found = read(client, f"{code}/")
    assert found["state"] == "done"
    assert found["result"]["total"]["billed"]["charged"] == "15.00"
    assert read(client, state="waiting", kind="scenario")["data"] == []


def test_a_settlement_that_stands_still_says_why(busy: Books) -> None:
    shard = SettlementShard.objects.filter(settlement__period__code="2023Q2").first()
    assert shard is not None
    shard.state, shard.error = ShardState.QUARANTINED, "There is no price."
    shard.save()
    found = read(program(busy), state="failed")["data"]
    assert [(row["kind"], row["error"]) for row in found] == [("settlement", "There is no price.")]


def test_pages_of_jobs_lose_and_repeat_none(busy: Books) -> None:
    client = program(busy)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = read(client, limit=1, **cursor)
        seen += [row["id"] for row in page["data"]]
        if not page["has_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == [row["id"] for row in read(client)["data"]]
    assert len(seen) == len(set(seen)) == 3


def test_updated_since_leaves_out_what_ended_before(busy: Books) -> None:
    client = program(busy)
    assert len(read(client, updated_since="2020-01-01T00:00:00Z")["data"]) == 3
    assert read(client, updated_since="2999-01-01T00:00:00Z")["data"] == []


@pytest.mark.parametrize("code", ["settlement_0", "settlement_99999", "nothing_1", "settlement_٣"])
def test_a_job_that_there_is_not_is_404(busy: Books, code: str) -> None:
    answer = program(busy).get(f"{PLACE}{code}/")
    assert (answer.status_code, answer.json()["code"]) == (404, "job_not_found")


def test_jobs_are_for_who_sees_the_whole_company(busy: Books) -> None:
    assert program(busy, acts_for="contributor").get(PLACE).status_code == 403
    assert program(busy, departments=("CLOUD",)).get(PLACE).status_code == 403
    assert program(busy, scopes=["journal:read"]).get(PLACE).status_code == 403
    assert APIClient().get(PLACE).status_code == 401


def test_jobs_take_one_query(busy: Books, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert len(jobs.jobs()) == 3
