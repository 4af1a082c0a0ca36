"""Who signed in stays so for a day's work, not past a break, and not once disabled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from departments.organisation import sessions
from departments.organisation.api_keys import issue_key
from departments.organisation.models import Tally, User
from tests.factories import make_cast, make_person

pytestmark = pytest.mark.django_db
DEPARTMENTS = "/api/v1/departments/"


def signed_in(username: str = "ann") -> Client:
    client = Client()
    client.force_login(make_person(username, "auditor"))
    return client


def may_read(client: Client) -> bool:
    return client.get(DEPARTMENTS).status_code == 200


def move_back(client: Client, name: str, by: timedelta) -> None:
    """As if so much time had passed since a session noted something."""
    session = client.session
    session[name] -= int(by.total_seconds())
    session.save()


@pytest.mark.parametrize(
    ("name", "longest"),
    [(sessions.USED, timedelta(minutes=30)), (sessions.BEGAN, timedelta(hours=12))],
)
def test_a_session_ends_when_it_is_left_alone_or_old(name: str, longest: timedelta) -> None:
    client = signed_in()
    assert may_read(client)
    move_back(client, name, longest - timedelta(minutes=2))
    assert may_read(client)
    move_back(client, sessions.USED, timedelta(minutes=29))
    assert may_read(client)  # the last use counts, not the first
    move_back(client, name, longest)
    assert not may_read(client)
    assert not may_read(client)
    assert not Session.objects.exists()


def test_a_session_is_written_once_a_minute_at_most() -> None:
    client = signed_in()
    assert may_read(client)
    key, before = client.session.session_key, Session.objects.get().session_data
    assert may_read(client)
    assert Session.objects.get(pk=key).session_data == before
    move_back(client, sessions.USED, timedelta(minutes=2))
    used = client.session[sessions.USED]
    assert may_read(client)
    assert client.session[sessions.USED] >= used + 120


@override_settings(SESSION_IDLE_SECONDS=5 * 60)
def test_the_break_is_a_setting() -> None:
    client = signed_in()
    assert may_read(client)
    move_back(client, sessions.USED, timedelta(minutes=6))
    assert not may_read(client)


def test_the_break_counts_from_signing_in() -> None:
    person = make_person("ann", "auditor")
    person.set_password("correct horse battery staple")
    person.save()
    client = Client()
    client.post("/sign-in/", {"username": "ann", "password": "correct horse battery staple"})
    assert {sessions.BEGAN, sessions.USED} <= client.session.keys()


def test_a_page_without_a_session_makes_none() -> None:
    key = issue_key(
        name="program",
        scopes=["departments:read"],
        departments=[],
        acts_for=make_person("ann", "auditor"),
        expires_at=None,
        at=timezone.now(),
    )
    assert Client().get("/sign-in/").status_code == 200
    answer = Client().get(DEPARTMENTS, headers={"Authorization": f"Bearer {key.secret}"})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert "sessionid" not in answer.cookies
    assert not Session.objects.exists()


@pytest.mark.parametrize("way", ["model", "queryset", "sql"])
def test_who_is_disabled_has_no_session_any_more_nor_afterwards(way: str) -> None:
    one, other, bystander = signed_in(), Client(), signed_in("bob")
    person = User.objects.get(username="ann")
    read_before = User.objects.get(username="ann")
    other.force_login(person)
    assert may_read(one)
    assert may_read(other)
    for is_active in (False, True):
        if way == "model":
            person.is_active = is_active
            person.save()
        elif way == "queryset":
            User.objects.filter(pk=person.pk).update(is_active=is_active)
        else:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE organisation_user SET is_active = %s, disabled_count = 0 WHERE id = %s",
                    [is_active, person.pk],
                )
        assert not may_read(one)
    read_before.first_name = "Ann"
    read_before.save()  # with the count as it was
    assert not may_read(other)
    assert may_read(bystander)


@override_settings(API_REQUESTS_PER_MINUTE=3)
def test_a_key_sends_so_many_requests_a_minute() -> None:
    cast = make_cast()

    def program() -> dict[str, str]:
        key = issue_key(
            name="program",
            scopes=["departments:read"],
            departments=[],
            acts_for=cast.people["auditor"],
            expires_at=None,
            at=timezone.now(),
        )
        return {"Authorization": f"Bearer {key.secret}"}

    first, second = program(), program()
    answers = [Client().get(DEPARTMENTS, headers=first) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    left = [answer["RateLimit"].split(";")[1] for answer in answers]
    assert left == ["r=2", "r=1", "r=0", "r=0", "r=0"]
    refused = answers[-1]
    assert refused["RateLimit-Policy"] == '"minute";q=3;w=60'
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["RateLimit"] == f'"minute";r=0;t={refused["Retry-After"]}'
    assert refused.json()["status"] == 429
    assert Client().get(DEPARTMENTS, headers=second).status_code == 200

    Tally.objects.update(ends_at=timezone.now())
    assert Client().get(DEPARTMENTS, headers=first).status_code == 200


@override_settings(API_REQUESTS_PER_MINUTE=1)
def test_a_person_is_counted_too_and_nobody_by_nobody() -> None:
    client = signed_in()
    assert [client.get(DEPARTMENTS).status_code for _ in range(2)] == [200, 429]
    assert {Client().get(DEPARTMENTS).status_code for _ in range(3)} <= {401, 403}
    assert Tally.objects.count() == 1


@override_settings(API_REQUESTS_PER_MINUTE=0)
def test_without_a_limit_nothing_is_counted() -> None:
    answer = signed_in().get(DEPARTMENTS)
    assert "RateLimit" not in answer
    assert not Tally.objects.exists()
