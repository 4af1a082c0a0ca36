"""A second factor: set up, demanded of who decides, moves money or gives roles, and taken away."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.urls import reverse

from departments.organisation import urls
from departments.organisation.models import Role, User
from departments.organisation.signing_in.adapters import SecondFactorAdapter
from tests.factories import make_cast, make_department, make_legal_entity, make_person
from tests.organisation.second_factors import (
    PASSWORD,
    code_of,
    make_member,
    set_up_app,
    sign_in,
    signed_in_as,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forget_counts():
    cache.clear()
    yield
    cache.clear()


# Password and app, from one end to the other


@override_settings(MFA_REQUIRED=True)
def test_from_a_password_to_an_app_and_in_again() -> None:
    person = make_member("fin", "finance")
    client, answer = sign_in("fin")
    assert (answer.status_code, signed_in_as(client)) == (302, str(person.pk))
    led = client.get("/admin/")
    assert (led.status_code, led["Location"]) == (302, "/account/")
    page = client.get("/account/")
    assert b"Your role takes a second factor" in page.content
    assert "no-store" in page["Cache-Control"]

    secret, codes = set_up_app(client)
    assert client.get("/admin/").status_code == 200
    client.post("/sign-out/")
    assert signed_in_as(client) is None

    client, answer = sign_in("fin", next="/method/")
    assert (answer["Location"], signed_in_as(client)) == ("/sign-in/code/", None)
    assert client.get("/method/").status_code == 302
    before = client.session.session_key
    wrong = client.post("/sign-in/code/", {"code": "000000"})
    assert (wrong.status_code, signed_in_as(client)) == (200, None)
    assert b'role="alert"' in wrong.content
    used = code_of(secret)
    right = client.post("/sign-in/code/", {"code": used})
    assert (right.status_code, right["Location"]) == (302, "/method/")
    assert signed_in_as(client) == str(person.pk)
    assert client.session.session_key != before
    assert client.cookies["sessionid"]["max-age"] == 12 * 60 * 60
    assert client.get("/admin/").status_code == 200

    for code, is_new in [(used, False), (codes[0], True), (codes[0], False)]:
        client, _ = sign_in("fin")
        client.post("/sign-in/code/", {"code": code})
        assert (signed_in_as(client) is not None) == is_new, code


def test_ten_wrong_codes_are_enough_from_wherever_they_come() -> None:
    make_member("ann")
    secret, _ = set_up_app(sign_in("ann")[0])
    client, _ = sign_in("ann")
    for _ in range(10):
        client.post("/sign-in/code/", {"code": "000000"})
    elsewhere, _ = sign_in("ann", Client(REMOTE_ADDR="192.0.2.7"))
    refused = elsewhere.post("/sign-in/code/", {"code": code_of(secret, ahead=1)})
    assert b"Too many wrong tries" in refused.content
    assert signed_in_as(elsewhere) is None


def test_a_code_alone_opens_nothing() -> None:
    make_member("ann")
    secret, _ = set_up_app(sign_in("ann")[0])
    client = Client()
    answer = client.post("/sign-in/code/", {"code": code_of(secret)})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    assert signed_in_as(client) is None


def test_where_the_session_ends() -> None:
    person = make_member("ann")
    client, _ = sign_in("ann")
    assert client.get("/account/").status_code == 200
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get("/account/")["Location"].startswith("/sign-in/")
    assert signed_in_as(sign_in("ann")[0]) is None


def test_who_is_disabled_between_password_and_code_stays_out() -> None:
    person = make_member("ann")
    secret, _ = set_up_app(sign_in("ann")[0])
    client, _ = sign_in("ann")
    User.objects.filter(pk=person.pk).update(is_active=False)
    client.post("/sign-in/code/", {"code": code_of(secret)})
    assert client.get("/account/").status_code == 302


# Whom it is demanded of


@override_settings(MFA_REQUIRED=True)
@pytest.mark.parametrize("role", [None, *Role])
def test_it_is_demanded_by_role(role: Role | None) -> None:
    department = make_department("CLOUD", entity=make_legal_entity())
    in_department = role in (Role.CONTRIBUTOR, Role.APPROVER, Role.VIEWER)
    make_member("ann", role, department if in_department else None)
    client, _ = sign_in("ann")
    demanding = {
        Role.APPROVER,
        Role.SUSTAINABILITY_APPROVER,
        Role.FINANCE,
        Role.ADMINISTRATOR,
    }
    led = client.get("/method/")
    api = client.get("/api/v1/departments/")
    if role in demanding:
        assert (led.status_code, led["Location"]) == (302, "/account/")
        assert (api.status_code, api.json()["code"]) == (403, "second_factor_required")
        assert client.post("/i18n/setlang/", {"language": "ko"}).status_code == 302
        assert client.post("/account/password/").status_code == 302
        assert client.get("/account/passkeys/new/").status_code == 200
        client.post("/sign-out/")
        assert signed_in_as(client) is None
    else:
        assert (led.status_code, api.status_code) == (200, 200)


@override_settings(MFA_REQUIRED=True)
def test_a_session_from_before_the_factor_has_to_prove_it() -> None:
    make_member("fin", "finance")
    before, _ = sign_in("fin")
    secret, _ = set_up_app(sign_in("fin")[0])
    led = before.get("/method/")
    assert led["Location"] == "/confirm/code/?next=%2Fmethod%2F"
    assert before.get("/account/app/")["Location"] != "/account/codes/"
    assert before.get("/account/codes/").status_code == 302
    by_password = before.post("/confirm/", {"password": PASSWORD})
    assert by_password["Location"] == "/confirm/code/"
    back = before.post(led["Location"], {"code": code_of(secret)})
    assert back["Location"] == "/method/"
    assert before.get("/method/").status_code == 200


@override_settings(MFA_REQUIRED=True)
def test_who_removes_the_last_factor_sets_up_another() -> None:
    make_member("fin", "finance")
    client, _ = sign_in("fin")
    set_up_app(client)
    assert client.post("/account/app/remove/").status_code == 302
    assert not Authenticator.objects.exists()
    assert client.get("/method/")["Location"] == "/account/"


@override_settings(DEMO=True, MFA_REQUIRED=False)
def test_the_demo_demands_nothing() -> None:
    cast = make_cast()
    client = Client()
    for person in cast.people.values():
        person.set_unusable_password()
        person.save()
    client.post("/demo-sign-in/finance/")
    assert client.get("/method/").status_code == 200


def test_it_is_off_in_tests_and_in_the_demo_only() -> None:
    assert settings.TESTING
    assert not settings.MFA_REQUIRED


# What is stored


def test_secrets_are_stored_encrypted_and_outlive_a_new_key() -> None:
    make_member("ann")
    secret, _ = set_up_app(sign_in("ann")[0])
    stored = [row.data for row in Authenticator.objects.all()]
    assert secret not in str(stored)
    app = Authenticator.objects.get(type="totp").data["secret"]
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert SecondFactorAdapter().decrypt(app) == secret


def test_who_has_lost_them_gets_new_ones() -> None:
    make_member("ann")
    set_up_app(sign_in("ann")[0])
    call_command("forget_second_factors", "--of", "ann")
    assert not Authenticator.objects.exists()
    client, _ = sign_in("ann")
    assert signed_in_as(client) is not None
    with pytest.raises(CommandError, match="no user bob"):
        call_command("forget_second_factors", "--of", "bob")


# One's own account


def test_the_password_changes_and_other_sessions_end() -> None:
    person = make_member("ann")
    client, other = sign_in("ann")[0], sign_in("ann")[0]
    new = "lantern meadow harbour 42"
    asked = {"oldpassword": "wrong", "password1": new, "password2": new}
    assert b"not your password" in client.post("/account/password/", asked).content
    asked["oldpassword"] = PASSWORD
    short = client.post("/account/password/", asked | {"password1": "short", "password2": "short"})
    assert b'role="alert"' in short.content
    assert client.post("/account/password/", asked)["Location"] == "/account/"
    person.refresh_from_db()
    assert person.check_password(new)
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302


def test_recovery_codes_are_made_anew_and_shown_to_who_has_just_proven_it() -> None:
    make_member("ann")
    client, _ = sign_in("ann")
    secret, codes = set_up_app(client)
    assert client.post("/account/codes/new/")["Location"] == "/account/codes/"
    assert codes[0] not in client.get("/account/codes/").content.decode()
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - 16 * 60
    session.save()
    for address in ("/account/codes/", "/account/codes/new/", "/account/passkeys/new/"):
        assert client.get(address)["Location"].startswith("/confirm/code/"), address
    assert client.post("/confirm/code/", {"code": "000000"}).status_code == 200
    client.post("/confirm/code/?next=/account/codes/", {"code": code_of(secret, ahead=1)})
    assert client.get("/account/codes/").status_code == 200


def test_a_person_without_a_password_has_none_to_change() -> None:
    client = Client()
    person = make_person("ann")
    person.set_unusable_password()
    person.save()
    client.force_login(person)
    assert client.get("/account/password/").status_code == 404
    assert b"/account/password/" not in client.get("/account/").content
    assert client.get("/confirm/").status_code == 403
    assert client.get("/account/app/").status_code == 200


# Every address

FOR_ALL = {
    "account_login": 200,
    "mfa_authenticate": 302,
    "mfa_login_webauthn": 302,
    "openid_connect_login": 404,
    "openid_connect_callback": 404,
    "socialaccount_login_cancelled": 200,
    "account_inactive": 200,
    "account_logout": 405,
    "demo_sign_in": 405,
}


@pytest.mark.parametrize("pattern", urls.urlpatterns, ids=lambda pattern: pattern.name)
def test_what_a_stranger_meets(pattern) -> None:
    needed = {"pk": 1, "provider_id": "company", "username": "ann"}
    names = pattern.pattern.converters
    address = reverse(pattern.name, kwargs={name: needed[name] for name in names})
    answer = Client().get(address)
    if pattern.name in FOR_ALL:
        assert answer.status_code == FOR_ALL[pattern.name]
    else:
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/?next=/")


@pytest.mark.parametrize(
    "address", ["accounts/signup/", "sign-up/", "signup/", "accounts/login/", "2fa/", "3rdparty/"]
)
def test_nobody_signs_up(address: str) -> None:
    assert Client().get(f"/{address}").status_code == 404


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    "address",
    [
        "/account/",
        "/account/app/",
        "/account/password/",
        "/account/passkeys/",
        "/account/passkeys/new/",
    ],
)
def test_pages_are_whole_and_have_no_inline_script(address: str, language: str) -> None:
    make_member("ann")
    client, _ = sign_in("ann")
    page = client.get(address, headers={"accept-language": language})
    text = page.content.decode()
    assert f'<html lang="{language}">' in text
    assert "unsafe" not in page["Content-Security-Policy"]
    for opening in text.split("<script")[1:]:
        assert opening.startswith((' src="', ' type="application/json"', ' id="')), opening[:80]
    assert (" style=" in text, " onclick=" in text) == (False, False)
