"""Signing in by password; by one click only in the demo, and only as one of its people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client, override_settings

from departments.organisation import tallies
from departments.organisation.models import Tally
from departments.organisation.sign_in_limit import (
    forget_failures,
    note_failure,
    seconds_to_wait,
)
from tests.factories import Cast, make_cast, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.organisation.urls")]

NOON = datetime(2024, 1, 15, 12, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


def signed_in_as(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def make_company() -> Cast:
    cast = make_cast()
    for person in cast.people.values():
        person.set_unusable_password()
        person.save()
    cast.people["real"] = make_person("real", "auditor")
    cast.people["real"].set_password(PASSWORD)
    cast.people["real"].save()
    return cast


def test_by_password() -> None:
    cast, client = make_company(), Client()
    wrong = client.post("/sign-in/", {"username": "real", "password": "wrong"})
    assert wrong.status_code == 200
    assert b'role="alert"' in wrong.content
    assert signed_in_as(client) is None
    client.post("/sign-in/", {"username": "real", "password": PASSWORD})
    assert signed_in_as(client) == str(cast.people["real"].pk)
    assert client.cookies["sessionid"]["max-age"] == 12 * 60 * 60
    client.post("/sign-out/")
    assert signed_in_as(client) is None


def test_the_page_has_labels_a_token_and_no_demo_outside_the_demo() -> None:
    make_company()
    page = Client().get("/sign-in/").content.decode()
    assert 'for="id_username"' in page
    assert "csrfmiddlewaretoken" in page
    assert "demo-sign-in" not in page


def test_outside_the_demo_one_click_does_not_exist() -> None:
    make_company()
    client = Client()
    assert client.post("/demo-sign-in/finance/").status_code == 404
    assert signed_in_as(client) is None


def test_ten_wrong_passwords_are_enough_for_a_while() -> None:
    cast, client = make_company(), Client()
    wrong = {"username": "real", "password": "wrong"}
    assert [client.post("/sign-in/", wrong).status_code for _ in range(11)] == [200] * 10 + [429]
    right = {"username": "real", "password": PASSWORD}
    assert client.post("/sign-in/", right).status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    elsewhere.post("/sign-in/", right)
    assert signed_in_as(elsewhere) == str(cast.people["real"].pk)


def test_every_process_counts_the_same_and_a_right_password_begins_anew() -> None:
    make_company()
    trier = {"username": "Real", "address": "192.0.2.1"}
    for _ in range(9):
        note_failure(**trier, at=NOON)
    assert seconds_to_wait(**trier, at=NOON) == 0
    note_failure(**trier | {"username": "rEAL"}, at=NOON + timedelta(minutes=14))
    assert seconds_to_wait(**trier, at=NOON + timedelta(minutes=14, seconds=30)) == 30
    assert seconds_to_wait(**trier | {"address": "192.0.2.2"}, at=NOON) == 0
    assert seconds_to_wait(**trier, at=NOON + timedelta(minutes=15)) == 0

    note_failure(**trier, at=NOON + timedelta(minutes=15))
    assert Tally.objects.get().count == 1
    assert "eal" not in Tally.objects.get().subject_sha256
    forget_failures(**trier)
    assert not Tally.objects.exists()


def test_counts_whose_while_has_ended_are_forgotten() -> None:
    note_failure(username="a", address="", at=NOON)
    note_failure(username="b", address="", at=NOON + timedelta(minutes=1))
    assert tallies.forget_ended(at=NOON + timedelta(minutes=15)) == 1
    assert Tally.objects.count() == 1


@override_settings(DEMO=True)
def test_in_the_demo_one_click_signs_in() -> None:
    cast, client = make_company(), Client()
    assert "/demo-sign-in/finance/" in client.get("/sign-in/").content.decode()
    answer = client.post("/demo-sign-in/finance/", {"next": "https://elsewhere.example/"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert signed_in_as(client) == str(cast.people["finance"].pk)


@override_settings(DEMO=True)
@pytest.mark.parametrize("username", ["real", "nowhere", "inactive"])
def test_one_click_never_opens_the_account_of_a_real_person(username: str) -> None:
    cast, client = make_company(), Client()
    inactive = make_person("inactive")
    inactive.is_active = False
    inactive.set_unusable_password()
    inactive.save()
    assert "real" in cast.people
    assert client.post(f"/demo-sign-in/{username}/").status_code == 404
    assert signed_in_as(client) is None


@override_settings(DEMO=True)
def test_one_click_needs_a_token_and_a_post() -> None:
    make_company()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/demo-sign-in/finance/").status_code == 403
    assert strict.get("/demo-sign-in/finance/").status_code == 405
    assert signed_in_as(strict) is None
