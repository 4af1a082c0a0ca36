"""Everybody tries every address: what is not theirs is refused, or not there, and never told."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.contrib import messages
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from tests.addresses import resolver
from tests.addresses.company import NAMES, Company
from tests.addresses.table import (
    ADDRESSES,
    API,
    COMPANY,
    DEPARTMENTS,
    EVERYBODY,
    OURS,
    STRANGER,
    Address,
)

pytestmark = pytest.mark.django_db
SIGN_IN = ("/sign-in/", "/admin/login/")
_numbers = itertools.count()


def test_every_address_of_the_resolver_has_a_row() -> None:
    known = resolver.names()
    missing = [name for name in known if name not in ADDRESSES]
    assert missing == [], resolver.HOW.format(name=missing[0])
    assert sorted(set(ADDRESSES) - set(known)) == []


def outcome(answer: Any, row: Address) -> str:
    """What a person met: `in`, `sign in`, `refused`, `not there`."""
    led_to = answer.headers.get("Location", "")
    if row.leads_to and led_to.startswith(row.leads_to):
        return "in"
    if answer.status_code == 401 or led_to.startswith(SIGN_IN):
        return "sign in"
    if answer.status_code == 403 or (row.turns_to and led_to == row.turns_to):
        return "refused"
    if answer.status_code == 404:
        return "not there"
    if answer.status_code >= 500:
        return f"broken ({answer.status_code})"
    return "told no" if row.method == "POST" and is_told_no(answer) else "in"


def is_told_no(answer: Any) -> bool:
    """Whether a step led back to its page with a refusal on it."""
    told = get_messages(answer.wsgi_request) if answer.status_code == 302 else ()
    return any(message.level >= messages.ERROR for message in told)


def expected(name: str, row: Address, person: str) -> str:
    if person in row.opens_to:
        return "in"
    if person in row.hidden_from:
        return "not there"
    leads_away = name.startswith("admin:") and name != "admin:login"
    return "sign in" if person == STRANGER or (leads_away and person in DEPARTMENTS) else "refused"


def tried_by(row: Address) -> list[str]:
    """Everybody; but of the company's roles that it opens to, which see the same, one."""
    return sorted(EVERYBODY - set(sorted(row.opens_to & COMPANY)[1:]))


def ask(company: Company, name: str, person: str) -> Any:
    """The answer that a person gets; whatever it did is undone."""
    row, client = ADDRESSES[name], Client(raise_request_exception=False)
    address = resolver.filled(name, company.known)
    with transaction.atomic():
        if person != STRANGER:
            client.force_login(company.person(person))
        answer: Any
        if row.method == "GET":
            answer = client.get(address)
        elif name in API:
            answer = client.post(
                address,
                row.body or "{}",
                content_type="application/json",
                headers={"Idempotency-Key": f"matrix-{next(_numbers)}"},
            )
        else:
            answer = client.post(address)
        answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_whom_it_is_for(company: Company, name: str) -> None:
    row, found, wanted = ADDRESSES[name], {}, {}
    for person in tried_by(row):
        cache.clear()
        answer = ask(company, name, person)
        found[person], wanted[person] = outcome(answer, row), expected(name, row, person)
        if found[person] == "told no" and wanted[person] in ("in", "refused"):
            found[person] = wanted[person]  # by the ledger itself, which has tests of its own
        if found[person] == "in" and person in DEPARTMENTS and row.opens_to != EVERYBODY:
            others = "OFFICES" if person in OURS else "CLOUD"
            told = answer.body.decode("utf-8", "replace")
            words = [word for word in (others, NAMES[others]) if word in told]
            assert words == [], f"{name} tells {person} of {others}"
    assert found == wanted
