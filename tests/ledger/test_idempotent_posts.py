"""`Idempotency-Key` on the API: one effect, one answer, for every POST there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.http import StreamingHttpResponse
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.views import APIView

from departments.inventory.models.activity import ActivityRecord
from departments.organisation.api.idempotency import IdempotentPosts
from departments.organisation.models import KeptReply
from ledger import settlement_run, tasks
from ledger.models.exports import JournalExport
from ledger.models.settlements import Settlement
from tests.ledger.books import Books
from tests.ledger.test_api import API, as_person, as_program

QUARTER = {"scheme": "fee", "period": "2023Q1"}
FUEL = {
    "department": "CLOUD",
    "activity": "reported/scope-1",
    "started_on": "2023-02-01",
    "ended_on": "2023-02-28",
    "quantity": "12.5",
    "unit": "kg",
}


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bell, instead of a broker; a test never commits."""
    bells: list[int] = []
    monkeypatch.setattr(transaction, "on_commit", lambda ring: ring())
    monkeypatch.setattr(tasks, "ring", lambda settlement_id, **_: bells.append(settlement_id))
    return bells


def post(client: APIClient, path: str, body: Any, key: str = "k-1") -> Any:
    return client.post(f"{API}/{path}", body, headers={"Idempotency-Key": key})


def views_of(patterns: Any) -> Iterator[type[APIView]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views_of(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "cls", None)
            if view is not None:
                yield view


def test_every_post_of_the_api_takes_a_key() -> None:
    posts = [view for view in views_of(get_resolver().url_patterns) if hasattr(view, "post")]
    assert len(posts) >= 15
    assert [view for view in posts if not issubclass(view, IdempotentPosts)] == []


def test_a_settlement_is_begun_once_and_answered_twice(books: Books, rung: list[int]) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    analyst = as_person(books, "analyst")
    first = post(analyst, "settlements/", QUARTER)
    settlement = Settlement.objects.get()
    settlement_run.calculate(settlement_id=settlement.pk, at=settlement.prepared_at)
    again = post(analyst, "settlements/", QUARTER)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.content == first.content  # as it was, though it is calculated by now
    assert again["Location"] == first["Location"]
    assert again["Content-Type"] == first["Content-Type"]
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert rung == [settlement.pk]


def test_an_export_gets_one_number(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.settle("2023Q1")
    finance = as_person(books, "finance")
    monkeypatch.setattr(tasks, "ring_export", tasks.make_export)  # a worker comes at once
    first, again = (post(finance, "exports/", {"format": "generic-csv"}) for _ in range(2))
    assert (first.status_code, again.content) == (202, first.content)
    other = post(finance, "exports/", {"format": "generic-csv"}, key="k-2")
    assert [export.sequence for export in JournalExport.objects.order_by("sequence")] == [1, 2]
    jobs = [finance.get(answer["Location"]).json() for answer in (first, again, other)]
    assert [job["export"]["sequence"] for job in jobs] == [1, 1, 2]


def test_a_record_is_entered_once(books: Books) -> None:
    contributor = as_person(books, "contributor")
    first, again = (post(contributor, "activities/", FUEL) for _ in range(2))
    assert (first.status_code, again.content) == (201, first.content)
    assert ActivityRecord.objects.count() == 1


def test_without_a_key_each_post_counts(books: Books) -> None:
    contributor = as_person(books, "contributor")
    for _ in range(2):
        assert contributor.post(f"{API}/activities/", FUEL).status_code == 201
    assert ActivityRecord.objects.count() == 2
    assert KeptReply.objects.count() == 0


def test_another_body_or_query_under_the_same_key_is_refused(books: Books) -> None:
    contributor = as_person(books, "contributor")
    post(contributor, "activities/", FUEL)
    for path, body in [("activities/", FUEL | {"quantity": "12.6"}), ("activities/?x=1", FUEL)]:
        answer = post(contributor, path, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert ActivityRecord.objects.count() == 1


def test_a_refusal_by_name_is_repeated_as_it_was(books: Books) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    settlement = books.calculate("2023Q1")
    finance = as_person(books, "finance")
    path = f"settlements/{settlement.pk}/post/"
    first = post(finance, path, {})
    assert (first.status_code, first.json()["code"]) == (409, "wrong_state")
    settlement_run.approve(
        settlement_id=settlement.pk, by=books.people["approver"], at=settlement.prepared_at
    )
    again = post(finance, path, {})
    assert (again.status_code, again.content) == (409, first.content)
    assert post(finance, path, {}, key="k-2").json()["state"] == "posted"


def test_what_never_began_is_not_kept(books: Books) -> None:
    contributor = as_person(books, "contributor")
    wrong = post(contributor, "activities/", FUEL | {"quantity": "much"})
    assert wrong.status_code == 400
    assert post(contributor, "activities/", FUEL).status_code == 201  # mended, with the same key
    assert post(APIClient(), "activities/", FUEL).status_code == 401
    assert KeptReply.objects.count() == 1


def test_a_crash_keeps_neither_effect_nor_answer(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    contributor = as_person(books, "contributor")
    contributor.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(
            "departments.inventory.api.views._detail", lambda *_, **__: 1 / 0
        )  # after the record was written
        assert post(contributor, "activities/", FUEL).status_code == 500
    assert ActivityRecord.objects.count() == KeptReply.objects.count() == 0
    assert post(contributor, "activities/", FUEL).status_code == 201


@pytest.mark.parametrize("key", ["", "two words", "x" * 256])
def test_a_malformed_key_is_refused(books: Books, key: str) -> None:
    answer = post(as_person(books, "contributor"), "activities/", FUEL, key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_malformed")
    assert ActivityRecord.objects.count() == 0


def test_each_program_has_keys_of_its_own(books: Books) -> None:
    for _ in range(2):
        program = as_program(books, "activities:write", acts_for="contributor")
        assert post(program, "activities/", FUEL).status_code == 201
    assert ActivityRecord.objects.count() == 2


def test_a_form_that_was_read_already_is_refused(books: Books) -> None:
    person = APIClient(enforce_csrf_checks=True)
    person.force_login(books.people["contributor"])
    token = "a" * 32
    person.cookies["csrftoken"] = token
    answer = person.post(
        f"{API}/activities/",
        {**FUEL, "csrfmiddlewaretoken": token},
        format="multipart",
        headers={"Idempotency-Key": "k-1"},
    )
    assert answer.status_code == 415
    assert ActivityRecord.objects.count() == 0


def test_json_that_is_too_long_is_refused_and_not_kept(books: Books) -> None:
    long = FUEL | {"description": "x" * 3_000_000}
    answer = post(as_person(books, "contributor"), "activities/", long)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert KeptReply.objects.count() == 0


class Raw(BaseParser):
    """Counts what comes, piece by piece."""

    media_type = "application/octet-stream"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return sum(len(piece) for piece in iter(lambda: stream.read(65_536), b""))


class Measure(IdempotentPosts):
    """Takes a stream and answers with one."""

    permission_classes = [AllowAny]
    parser_classes = [Raw]
    calls = 0

    def post(self, request: Request) -> StreamingHttpResponse:
        Measure.calls += 1
        pieces = [b"counted ", str(request.data).encode()]
        return StreamingHttpResponse(iter(pieces), status=202, content_type="text/plain")


def test_streams_go_in_and_out(db: None) -> None:
    Measure.calls = 0

    def send(body: bytes) -> Any:
        request = APIRequestFactory().post(
            "/measure/", body, content_type=Raw.media_type, HTTP_IDEMPOTENCY_KEY="k-1"
        )
        return Measure.as_view()(request)

    body = b"0123456789" * 400_000  # 4 MB: it waits on disk
    first, again, other = send(body), send(body), send(body[:-1])
    assert (first.status_code, first.content) == (202, b"counted 4000000")
    assert (again.status_code, again.content) == (202, first.content)
    assert again["Content-Type"] == "text/plain"
    assert other.status_code == 422
    assert Measure.calls == 1
