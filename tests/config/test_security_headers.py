"""What every page tells a browser about itself (OWASP ASVS 4.0.3, V14.4, and V8.2.1 on keeping)."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from tests.factories import make_person

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/sign-in/",
    "/approvals/",
    "/admin/",
    "/admin/organisation/user/",
    "/api/v1/departments/",
    "/api/v1/openapi.yaml",
    "/api/v1/nowhere/",
    "/api/docs/",
    "/nowhere/",
]


@pytest.fixture
def person() -> Client:
    client = Client()
    user = make_person("ann", "administrator")
    user.is_staff = True
    user.save()
    client.force_login(user)
    return client


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("who", ["nobody", "person"])
def test_headers_stand_on_every_page(person: Client, address: str, who: str) -> None:
    answer = (person if who == "person" else Client()).get(address)

    policy = dict(
        part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    if not address.startswith("/admin/"):
        assert "unsafe" not in policy.get("script-src", "")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert (
        "utf-8" in answer.headers.get("Content-Type", "utf-8") or "json" in answer["Content-Type"]
    )
    if who == "person":
        assert "no-store" in answer["Cache-Control"]


@override_settings(SECURE_HSTS_SECONDS=31_536_000)
def test_over_tls_browsers_stay_there(person: Client) -> None:
    answer = person.get("/", secure=True)
    assert answer["Strict-Transport-Security"] == "max-age=31536000"
