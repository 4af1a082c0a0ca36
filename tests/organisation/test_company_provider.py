"""OpenID Connect against a provider on the loopback: who comes in, and what must never count."""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.test import Client, override_settings

from departments.organisation.models import User
from tests.factories import make_person
from tests.organisation.openid_provider import CLIENT, SECRET, Provider, new_key, running
from tests.organisation.second_factors import make_member, sign_in, signed_in_as

pytestmark = pytest.mark.django_db
ADDRESS = "/sign-in/with/company/"
ANN = {"sub": "1001", "email": "Ann@Example.com", "email_verified": True, "name": "Ann Lee"}


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running() as found:
        found.person = dict(ANN)
        providers: Any = copy.deepcopy(settings.SOCIALACCOUNT_PROVIDERS)
        app = providers["openid_connect"]["APPS"][0]
        app |= {"client_id": CLIENT, "secret": SECRET}
        app["settings"]["server_url"] = found.url
        with override_settings(OIDC_SERVER_URL=found.url, SOCIALACCOUNT_PROVIDERS=providers):
            yield found


@pytest.fixture
def ann() -> User:
    person = make_person("ann", "auditor")
    person.email = "ann@example.com"
    person.save()
    return person


def asked_of(client: Client, address: str = ADDRESS, **sent: str) -> dict[str, str]:
    """What the provider is asked for; the page goes there by itself."""
    answer = client.post(address, sent)
    assert answer.status_code == 200
    found = re.search(r'content="0; url=([^"]+)"', answer.content.decode())
    assert found
    return dict(parse_qsl(urlsplit(unescape(found[1])).query))


def come_back(provider: Provider, client: Client | None = None, **sent: str):
    client = client or Client()
    asked = asked_of(client, **sent)
    back = {"code": provider.authorize(asked), "state": asked["state"]}
    return client, client.get(urlsplit(asked["redirect_uri"]).path, back)


def test_who_is_known_by_a_verified_address_comes_in(provider: Provider, ann: User) -> None:
    assert b"Sign in with Company account" in Client().get("/sign-in/").content
    client, answer = come_back(provider, next="/method/")
    assert (answer.status_code, answer["Location"]) == (302, "/method/")
    assert signed_in_as(client) == str(ann.pk)
    account = SocialAccount.objects.get()
    assert (account.uid, account.user) == ("1001", ann)
    assert "nonce" not in str(account.extra_data)

    provider.person["email"] = "new@example.com"  # from now on it is the subject that counts
    client, _ = come_back(provider)
    assert signed_in_as(client) == str(ann.pk)
    assert User.objects.count() == 1


def test_the_password_stays_what_it_was(provider: Provider) -> None:
    person = make_member("ann", "auditor")
    person.email = "ann@example.com"
    person.save()
    come_back(provider)
    assert signed_in_as(sign_in("ann")[0]) == str(person.pk)


def later(claims: dict[str, Any]) -> None:
    claims |= {"exp": int(time.time()) - 61, "iat": int(time.time()) - 400}


def without(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda claims: claims.pop(name)


def with_(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda claims: claims.update({name: value})


@pytest.mark.parametrize(
    "edit",
    [
        with_("nonce", "another"),
        without("nonce"),
        with_("iss", "https://elsewhere.example"),
        without("iss"),
        with_("aud", "another-program"),
        without("aud"),
        with_("azp", "another-program"),
        later,
        without("exp"),
        without("sub"),
        with_("iat", int(time.time()) + 3600),
    ],
    ids=[
        "nonce",
        "no nonce",
        "issuer",
        "no issuer",
        "audience",
        "no audience",
        "azp",
        "expired",
        "no expiry",
        "no subject",
        "from the future",
    ],
)
def test_a_token_that_says_something_else_is_refused(
    provider: Provider, ann: User, edit: Callable[[dict[str, Any]], None]
) -> None:
    provider.edit = edit
    client, answer = come_back(provider)
    assert answer.status_code == 401
    assert signed_in_as(client) is None
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("way", ["another key", "none", "HMAC", "issuer", "userinfo"])
def test_a_token_that_somebody_else_made_is_refused(
    provider: Provider, ann: User, way: str
) -> None:
    if way == "another key":
        provider.signs_with = new_key()
    elif way == "none":
        provider.signs_with, provider.algorithm = "", "none"
    elif way == "HMAC":
        provider.signs_with, provider.algorithm = SECRET.ljust(40, "."), "HS256"
    elif way == "issuer":
        provider.issuer = "https://elsewhere.example"
    else:
        provider.userinfo_sub = "somebody else"
    client = Client()
    if way == "issuer":
        assert client.post(ADDRESS).status_code == 401
    else:
        client, answer = come_back(provider, client)
        assert answer.status_code == 401
    assert signed_in_as(client) is None
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("state", ["", "wrong", "another browser's"])
def test_an_answer_that_this_browser_did_not_ask_for_is_refused(
    provider: Provider, ann: User, state: str
) -> None:
    asked = asked_of(Client())
    back = {"code": provider.authorize(asked), "state": asked["state"]}
    if state != "another browser's":
        back["state"] = state
    client = Client()
    assert client.get(f"{ADDRESS}callback/", back).status_code == 401
    assert signed_in_as(client) is None


def test_an_answer_counts_once(provider: Provider, ann: User) -> None:
    client = Client()
    asked = asked_of(client)
    back = {"code": provider.authorize(asked), "state": asked["state"]}
    assert client.get(f"{ADDRESS}callback/", back).status_code == 302
    client.post("/sign-out/")
    assert client.get(f"{ADDRESS}callback/", back).status_code == 401
    assert signed_in_as(client) is None


@pytest.mark.parametrize("said", [False, None, "false", 0, 1, "yes"])
def test_an_address_that_nobody_verified_links_nothing(
    provider: Provider, ann: User, said: Any
) -> None:
    provider.person["email_verified"] = said
    client, answer = come_back(provider)
    assert b"Nobody here has this address" in answer.content
    assert signed_in_as(client) is None
    assert not SocialAccount.objects.exists()


def test_domains_that_the_provider_answers_for(provider: Provider, ann: User) -> None:
    del provider.person["email_verified"]
    providers: Any = copy.deepcopy(settings.SOCIALACCOUNT_PROVIDERS)
    providers["openid_connect"]["APPS"][0]["settings"]["verified_email"] = ["example.com"]
    with override_settings(SOCIALACCOUNT_PROVIDERS=providers):
        client, _ = come_back(provider)
    assert signed_in_as(client) == str(ann.pk)


@pytest.mark.parametrize("is_linked", [False, True])
def test_who_is_disabled_stays_out(provider: Provider, ann: User, is_linked: bool) -> None:
    if is_linked:
        come_back(provider)
    User.objects.filter(pk=ann.pk).update(is_active=False)
    client, answer = come_back(provider)
    assert signed_in_as(client) is None
    assert answer.status_code == (302 if is_linked else 200)
    with override_settings(OIDC_CREATES_PEOPLE=True):
        client, _ = come_back(provider)
    assert signed_in_as(client) is None
    assert User.objects.count() == 1


def test_an_address_of_two_people_links_neither(provider: Provider, ann: User) -> None:
    other = make_person("other")
    other.email = "ANN@example.com"
    other.save()
    client, _ = come_back(provider)
    assert signed_in_as(client) is None


def test_new_people_only_where_the_settings_say_so_and_without_a_role(provider: Provider) -> None:
    client, _ = come_back(provider)
    assert (signed_in_as(client), User.objects.count()) == (None, 0)
    with override_settings(OIDC_CREATES_PEOPLE=True):
        client, _ = come_back(provider)
        provider.person |= {"sub": "1002", "email": "bob@example.com", "email_verified": False}
        assert signed_in_as(come_back(provider)[0]) is None
    person = User.objects.get()
    assert signed_in_as(client) == str(person.pk)
    assert (person.email.lower(), person.memberships.count()) == ("ann@example.com", 0)
    assert (person.is_staff, person.has_usable_password()) == (False, False)


def test_the_address_says_nothing_of_what_is_asked_for(provider: Provider, ann: User) -> None:
    address = f"{ADDRESS}?scope=admin&process=connect&auth_params=nonce%3Dmine%26prompt%3Dnone"
    asked = asked_of(Client(), address)
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert asked["nonce"] != "mine"
    assert "prompt" not in asked


@override_settings(MFA_REQUIRED=True)
@pytest.mark.parametrize("believed", [True, False])
def test_a_second_factor_at_the_provider_counts_if_the_settings_believe_it(
    provider: Provider, believed: bool
) -> None:
    person = make_person("ann", "finance")
    User.objects.filter(pk=person.pk).update(email="ann@example.com")
    provider.edit = with_("amr", ["pwd", "mfa"])
    with override_settings(OIDC_SECOND_FACTOR_AMR=["mfa"] if believed else []):
        client, _ = come_back(provider)
    assert client.get("/method/").status_code == (200 if believed else 302)


def test_a_step_up_signs_in_at_the_provider_anew(provider: Provider, ann: User) -> None:
    ann.set_unusable_password()
    ann.save()
    client, _ = come_back(provider)
    address = f"{ADDRESS}?again=1"
    for age, status in [(20 * 60, 401), (0, 302)]:
        asked = asked_of(client, address)
        assert (asked["prompt"], asked["max_age"]) == ("login", "0")
        provider.edit = with_("auth_time", int(time.time()) - age)
        back = {"code": provider.authorize(asked), "state": asked["state"]}
        assert client.get(f"{ADDRESS}callback/", back).status_code == status


def test_a_provider_that_does_not_answer_is_a_page(provider: Provider) -> None:
    providers: Any = copy.deepcopy(settings.SOCIALACCOUNT_PROVIDERS)
    providers["openid_connect"]["APPS"][0]["settings"]["server_url"] = "http://127.0.0.1:9"
    with override_settings(SOCIALACCOUNT_PROVIDERS=providers):
        assert Client().post(ADDRESS).status_code == 401


def test_without_settings_there_is_none() -> None:
    assert b"sign-in/with" not in Client().get("/sign-in/").content
    assert Client().post(ADDRESS).status_code == 404
