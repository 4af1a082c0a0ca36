"""People with passwords and authenticator apps, for tests of signing in."""

from __future__ import annotations

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from departments.organisation.models import Department, User
from tests.factories import make_person

PASSWORD = "correct horse battery staple"


def make_member(
    username: str, role: str | None = None, department: Department | None = None
) -> User:
    person = make_person(username, role, department)
    person.set_password(PASSWORD)
    person.save()
    return person


def code_of(secret: str, *, ahead: int = 0) -> str:
    """What an app shows now, or thirty seconds from now."""
    shown: str = format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))
    return shown


def sign_in(username: str, client: Client | None = None, **more: str):
    client = client or Client()
    answer = client.post("/sign-in/", {"username": username, "password": PASSWORD, **more})
    return client, answer


def set_up_app(client: Client) -> tuple[str, list[str]]:
    """Set up an authenticator app in a browser that has signed in: its secret and the codes."""
    page = client.get("/account/app/").content.decode()
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found, page
    secret = found[1]
    answer = client.post("/account/app/", {"code": code_of(secret)})
    assert (answer.status_code, answer["Location"]) == (302, "/account/codes/")
    codes = re.findall(r"<code>(\d{8})</code>", client.get("/account/codes/").content.decode())
    assert len(codes) == 10
    return secret, codes


def signed_in_as(client: Client) -> str | None:
    return client.session.get("_auth_user_id")
