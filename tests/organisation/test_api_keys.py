"""A key's life: issued once, found by its secret alone, ended by time, person or hand."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from departments.organisation.api_keys import IssuedKey, find_key, issue_key, note_use, revoke_key
from departments.organisation.errors import (
    KeyExpiresInPast,
    KeyForInactivePerson,
    KeyScopeUnknown,
)
from departments.organisation.models import ApiKey
from tests.factories import NOON, Cast, make_cast

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def issue(cast: Cast, **changes: object) -> IssuedKey:
    asked = {
        "name": "Finance export",
        "scopes": ["journal:read", "exports:write"],
        "departments": [],
        "acts_for": cast.people["finance"],
        "expires_at": NOON + 30 * DAY,
        "at": NOON,
    }
    return issue_key(**asked | changes)  # type: ignore[arg-type]


def test_the_secret_is_shown_once_and_only_its_hash_is_kept() -> None:
    issued = issue(make_cast())
    assert re.fullmatch(r"cfl_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", issued.secret)
    assert issued.secret.startswith(issued.key.prefix)
    kept = ApiKey.objects.values().get()
    assert issued.secret not in str(kept)
    assert issued.secret not in repr(issued)
    assert find_key(issued.secret, at=NOON) == issued.key


def test_a_wrong_secret_finds_nothing() -> None:
    issued = issue(make_cast())
    altered = issued.secret[:-1] + ("a" if issued.secret[-1] != "a" else "b")
    wrong = ["", "cfl_", altered, issued.key.prefix, issued.secret + "x", "é" * 60, "x" * 10_000]
    assert [find_key(secret, at=NOON) for secret in wrong] == [None] * len(wrong)


def test_a_key_ends_by_time_by_hand_and_with_its_person() -> None:
    cast = make_cast()
    issued = issue(cast)
    assert find_key(issued.secret, at=NOON + 30 * DAY - timedelta(seconds=1))
    assert find_key(issued.secret, at=NOON + 30 * DAY) is None

    revoke_key(issued.key, at=NOON + DAY)
    revoke_key(issued.key, at=NOON + 2 * DAY)
    assert issued.key.revoked_at == NOON + DAY
    assert find_key(issued.secret, at=NOON + DAY) is None

    lasting = issue(cast, expires_at=None)
    assert find_key(lasting.secret, at=NOON + 9999 * DAY)
    cast.people["finance"].is_active = False
    cast.people["finance"].save()
    assert find_key(lasting.secret, at=NOON) is None


def test_use_is_noted_to_ten_minutes() -> None:
    key = issue(make_cast()).key
    for minutes in (0, 5, 11):
        note_use(key, at=NOON + timedelta(minutes=minutes))
        key.refresh_from_db()
    assert key.last_used_at == NOON + timedelta(minutes=11)


def test_keys_that_can_not_be() -> None:
    cast = make_cast()
    for scopes in ([], ["journal:write"]):
        with pytest.raises(KeyScopeUnknown):
            issue(cast, scopes=scopes)
    with pytest.raises(KeyExpiresInPast):
        issue(cast, expires_at=NOON)
    cast.people["finance"].is_active = False
    with pytest.raises(KeyForInactivePerson):
        issue(cast)
    assert not ApiKey.objects.exists()


def test_the_command_prints_the_secret_once(capsys: pytest.CaptureFixture[str]) -> None:
    make_cast()
    call_command(
        "create_api_key",
        *["--name", "Export", "--for", "finance", "--scope", "journal:read"],
        *["--department", "CLOUD", "--expires-in", "90", "--json"],
    )
    printed = json.loads(capsys.readouterr().out)
    key = ApiKey.objects.get(prefix=printed["prefix"])
    assert printed["departments"] == ["CLOUD"]
    assert not key.is_company_wide
    assert key.expires_at is not None
    assert find_key(printed["secret"], at=key.created_at) == key


def test_a_key_made_without_departments_is_company_wide() -> None:
    make_cast()
    call_command(
        "create_api_key", "--name", "Export", "--for", "finance", "--scope", "journal:read"
    )
    assert ApiKey.objects.get().is_company_wide


@pytest.mark.django_db(transaction=True)
def test_keys_from_before_reach_as_far_as_they_did_and_none_widens_on_the_way_back() -> None:
    cast = make_cast()
    whole = issue(cast).key
    narrow = issue(cast, departments=[cast.departments["CLOUD"]]).key
    blind = issue(cast, departments=[cast.departments["CLOUD"]]).key
    blind.departments.clear()
    try:
        call_command("migrate", "organisation", "0001", verbosity=0)
    finally:
        call_command("migrate", verbosity=0)
    for key in (whole, narrow, blind):
        key.refresh_from_db()
    assert (whole.is_company_wide, narrow.is_company_wide) == (True, False)
    assert [key.revoked_at is None for key in (whole, narrow, blind)] == [True, True, False]


@pytest.mark.parametrize(
    "wrong",
    [
        ["--for", "nobody-known", "--scope", "journal:read"],
        ["--for", "finance", "--scope", "journal:write"],
        ["--for", "finance", "--scope", "journal:read", "--department", "NOWHERE"],
        ["--for", "finance", "--scope", "journal:read", "--expires-in", "0"],
    ],
)
def test_the_command_says_what_was_wrong(wrong: list[str]) -> None:
    make_cast()
    with pytest.raises(CommandError):
        call_command("create_api_key", "--name", "Export", *wrong)
    assert not ApiKey.objects.exists()


def test_the_first_administrator_is_made_by_command() -> None:
    cast = make_cast()
    call_command("give_role", "--to", "nobody", "--role", "administrator")
    call_command("give_role", "--to", "nobody", "--role", "viewer", "--department", "CLOUD")
    nobody = cast.people["nobody"]
    nobody.refresh_from_db()
    assert nobody.is_staff
    assert set(nobody.memberships.values_list("role", flat=True)) == {"administrator", "viewer"}
    for wrong in (["finance", "--department", "CLOUD"], ["viewer"]):
        with pytest.raises(CommandError):
            call_command("give_role", "--to", "nobody", "--role", *wrong)
