"""An answer is given once and repeated: by whom, for how long, and what is never kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event, Thread

import pytest
from django.db import connection

from departments.organisation import kept_replies
from departments.organisation.errors import (
    IdempotencyKeyInUse,
    IdempotencyKeyMalformed,
    IdempotencyKeyReused,
)
from departments.organisation.kept_replies import Asked, Reply, answer_once, forget_old_replies
from departments.organisation.models import Department, KeptReply
from departments.organisation.tasks import forget_old_replies as sweep
from tests.factories import NOON

DAY = timedelta(days=1)
DONE = Reply(201, {"Location": "/departments/1/"}, b'{"id": 1}')


def asked(**changes: str) -> Asked:
    first = {"by": "person 1", "method": "POST", "path": "/a/", "key": "k-1", "body_sha256": "0"}
    return Asked(**first | changes)


def create(code: str = "CLOUD") -> Reply:
    """An effect that fails if it happens twice."""
    Department.objects.create(code=code, name=code)
    return DONE


@pytest.mark.django_db
def test_the_second_time_nothing_happens_and_the_answer_is_the_same() -> None:
    assert answer_once(asked=asked(), answer=create, at=NOON) == DONE
    again = answer_once(asked=asked(), answer=create, at=NOON)
    assert (again.status, again.content) == (DONE.status, DONE.content)
    assert again.headers == {**DONE.headers, "Idempotent-Replayed": "true"}
    assert Department.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "other", [{"by": "key 1"}, {"by": "person 2"}, {"path": "/b/"}, {"key": "k-2"}]
)
def test_a_key_counts_for_one_person_and_address(other: dict[str, str]) -> None:
    answer_once(asked=asked(), answer=create, at=NOON)
    answer_once(asked=asked(**other), answer=lambda: create("OTHER"), at=NOON)
    assert Department.objects.count() == 2


@pytest.mark.django_db
def test_another_body_is_refused() -> None:
    answer_once(asked=asked(), answer=create, at=NOON)
    with pytest.raises(IdempotencyKeyReused, match="another body"):
        answer_once(asked=asked(body_sha256="1"), answer=lambda: create("OTHER"), at=NOON)
    assert Department.objects.count() == KeptReply.objects.count() == 1


@pytest.mark.django_db
def test_what_breaks_takes_its_effect_back_and_may_be_tried_again() -> None:
    def break_after_the_effect() -> Reply:
        create()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        answer_once(asked=asked(), answer=break_after_the_effect, at=NOON)
    assert Department.objects.count() == KeptReply.objects.count() == 0
    assert answer_once(asked=asked(), answer=create, at=NOON) == DONE


@pytest.mark.django_db
def test_an_answer_is_kept_for_a_day() -> None:
    answer_once(asked=asked(), answer=create, at=NOON)
    assert forget_old_replies(at=NOON + DAY) == 0
    assert answer_once(asked=asked(), answer=create, at=NOON + DAY).content == DONE.content
    assert forget_old_replies(at=NOON + DAY + timedelta(microseconds=1)) == 1
    answer_once(asked=asked(), answer=lambda: create("OTHER"), at=NOON + DAY)
    sweep()  # by today's clock, years later
    assert KeptReply.objects.count() == 0


@pytest.mark.parametrize("key", ["", "two words", "täglich", "line\nbreak", "x" * 256])
def test_a_key_is_visible_ascii(key: str) -> None:
    with pytest.raises(IdempotencyKeyMalformed, match="1 to 255"):
        asked(key=key)


@pytest.mark.django_db(transaction=True)
def test_whoever_comes_meanwhile_waits_for_the_same_answer() -> None:
    barrier = Barrier(16)

    def one(_: int) -> bytes:
        barrier.wait()
        try:
            return answer_once(asked=asked(), answer=create, at=NOON).content
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(one, range(16))) == {DONE.content}
    assert Department.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_replies, "MOST_WAIT", timedelta(milliseconds=50))
    begun, may_end = Event(), Event()

    def take_long() -> Reply:
        begun.set()
        may_end.wait()
        return create()

    def first() -> None:
        answer_once(asked=asked(), answer=take_long, at=NOON)
        connection.close()

    thread = Thread(target=first)
    thread.start()
    begun.wait()
    try:
        with pytest.raises(IdempotencyKeyInUse, match="still under way"):
            answer_once(asked=asked(), answer=create, at=NOON)
    finally:
        may_end.set()
        thread.join()
    assert answer_once(asked=asked(), answer=create, at=NOON).content == DONE.content
