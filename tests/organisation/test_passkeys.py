"""Passkeys: added, used alone and as a second factor; a forged answer opens nothing."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client, override_settings

from departments.organisation.models import User
from tests.organisation.second_factors import make_member, sign_in, signed_in_as
from tests.organisation.soft_key import PRESENT, SoftKey

pytestmark = pytest.mark.django_db


def browser() -> Client:
    return Client(SERVER_NAME="localhost")


def options_of(page: bytes) -> dict[str, Any]:
    found = re.search(rb'<script id="passkey-options" type="application/json">(.*?)</script>', page)
    assert found
    return dict(next(iter(json.loads(found[1]).values())))


def add(client: Client, key: SoftKey) -> Any:
    options = options_of(client.get("/account/passkeys/new/").content)
    sent = {"name": "Laptop", "passwordless": "on", "credential": key.create(options)}
    return client.post("/account/passkeys/new/", sent)


def by_passkey(key: SoftKey, client: Client | None = None) -> Client:
    client = client or browser()
    asked = client.get("/sign-in/passkey/", headers={"accept": "application/json"}).json()
    client.post("/sign-in/passkey/", {"credential": key.get(asked["request_options"])})
    return client


@pytest.fixture
def person() -> User:
    return make_member("fin", "finance")


@pytest.fixture
def key(person: User) -> SoftKey:
    key = SoftKey()
    answer = add(sign_in("fin", browser())[0], key)
    assert (answer.status_code, answer["Location"]) == (302, "/account/codes/")
    return key


@override_settings(MFA_REQUIRED=True)
def test_a_passkey_takes_the_place_of_password_and_second_factor(
    person: User, key: SoftKey
) -> None:
    client = by_passkey(key)
    assert signed_in_as(client) == str(person.pk)
    assert client.get("/admin/").status_code == 200
    assert client.cookies["sessionid"]["max-age"] == 12 * 60 * 60


@override_settings(MFA_REQUIRED=True)
def test_it_is_a_second_factor_after_the_password(person: User, key: SoftKey) -> None:
    client, answer = sign_in("fin", browser())
    assert answer["Location"] == "/sign-in/code/"
    options = options_of(client.get("/sign-in/code/").content)
    client.post("/sign-in/code/", {"credential": key.get(options)})
    assert signed_in_as(client) == str(person.pk)
    assert client.get("/admin/").status_code == 200
    options = options_of(client.get("/confirm/passkey/").content)
    sent = {"credential": key.get(options), "next": "/method/"}
    assert client.post("/confirm/passkey/", sent)["Location"] == "/method/"


@pytest.mark.parametrize("way", ["key", "site", "origin", "unverified", "person", "replay", "text"])
def test_a_forged_answer_opens_nothing(person: User, key: SoftKey, way: str) -> None:
    forged = SoftKey(credential_id=key.credential_id, key=key.key, user_handle=key.user_handle)
    client = browser()
    if way == "key":
        forged.key = SoftKey().key
    elif way == "site":
        forged.site = "elsewhere.example"
    elif way == "origin":
        forged.origin = "https://elsewhere.example"
    elif way == "unverified":
        forged.flags = PRESENT
    elif way == "person":
        make_member("other", "finance")
        forged.user_handle = "MQ"
    if way == "replay":
        asked = client.get("/sign-in/passkey/", headers={"accept": "application/json"}).json()
        answer = forged.get(asked["request_options"])
        client.get("/sign-in/passkey/", headers={"accept": "application/json"})
        client.post("/sign-in/passkey/", {"credential": answer})
    elif way == "text":
        for text in ("", "{}", "[]", '"x"', '{"response": {}}'):
            client.post("/sign-in/passkey/", {"credential": text})
    else:
        by_passkey(forged, client)
    assert signed_in_as(client) is None


def test_who_is_disabled_stays_out(person: User, key: SoftKey) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert signed_in_as(by_passkey(key)) is None


def test_it_is_named_and_removed(person: User, key: SoftKey) -> None:
    client = by_passkey(key)
    passkey = Authenticator.objects.get(type="webauthn")
    assert b"Laptop" in client.get("/account/passkeys/").content
    client.post(f"/account/passkeys/{passkey.pk}/", {"name": "Phone"})
    assert b"Phone" in client.get("/account/passkeys/").content
    assert client.get(f"/account/passkeys/{passkey.pk}/remove/").status_code == 200
    other = sign_in(make_member("other").username, browser())[0]
    assert other.post(f"/account/passkeys/{passkey.pk}/remove/").status_code == 404
    client.post(f"/account/passkeys/{passkey.pk}/remove/")
    assert not Authenticator.objects.exists()
    assert signed_in_as(by_passkey(key)) is None
