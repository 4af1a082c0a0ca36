"""A step that can't be taken back asks again who takes it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from departments.organisation.models import Membership, User
from departments.organisation.people import open_admin_by_role
from ledger.models.periods import AccountingPeriod
from tests.ledger.books import Books, open_books
from tests.organisation.second_factors import PASSWORD, code_of, set_up_app, sign_in


@pytest.fixture
def books(db: None) -> Iterator[Books]:
    cache.clear()
    with override_settings(STEP_UP_SECONDS=15 * 60):
        books = open_books()
        for person in books.people.values():
            person.set_password(PASSWORD)
            person.save()
            open_admin_by_role(person)
        yield books
    cache.clear()


def let_pass(client: Client, minutes: int) -> None:
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - minutes * 60
    session.save()


def finance() -> str:
    return str(User.objects.get(memberships__role="finance").username)


def test_closing_asks_again_after_a_quarter_of_an_hour(books: Books) -> None:
    client, _ = sign_in(finance())
    period = AccountingPeriod.objects.order_by("days").first()
    assert period is not None
    address = f"/admin/ledger/accountingperiod/{period.pk}/close/"
    assert client.get(address).status_code == 200
    let_pass(client, 14)
    assert client.get(address).status_code == 200
    let_pass(client, 16)
    for answer in (client.get(address), client.post(address)):
        assert answer["Location"].startswith("/confirm/?next=%2Fadmin%2Fledger")
    period.refresh_from_db()
    assert period.state == "open"
    assert client.post("/confirm/", {"password": "wrong"}).status_code == 200
    assert client.get(address).status_code == 302
    back = client.post("/confirm/", {"password": PASSWORD, "next": address})
    assert back["Location"] == address
    assert client.get(address).status_code == 200


def test_who_has_a_second_factor_proves_that_one(books: Books) -> None:
    client, _ = sign_in(finance())
    secret, _ = set_up_app(client)
    period = AccountingPeriod.objects.order_by("days").first()
    assert period is not None
    address = f"/admin/ledger/accountingperiod/{period.pk}/close/"
    let_pass(client, 16)
    assert client.get(address)["Location"].startswith("/confirm/code/")
    client.post("/confirm/", {"password": PASSWORD, "next": address})
    assert client.get(address).status_code == 302
    client.post("/confirm/code/", {"code": code_of(secret, ahead=1), "next": address})
    assert client.get(address).status_code == 200


def test_approvals_and_the_api_ask_as_well(books: Books) -> None:
    person = User.objects.get(username=finance())
    cloud = books.departments["CLOUD"]
    Membership.objects.create(user=person, role="approver", department=cloud)
    client, _ = sign_in(person.username)
    let_pass(client, 16)
    answer = client.post("/approvals/decide/", {"decision": "approve"})
    assert answer["Location"] == "/confirm/?next=%2Fapprovals%2F"
    for step in ("approve", "post"):
        refused = client.post(f"/api/v1/settlements/1/{step}/")
        assert (refused.status_code, refused.json()["code"]) == (403, "proof_too_old")
    client.post("/confirm/", {"password": PASSWORD})
    answer = client.post("/api/v1/settlements/99999/post/", {}, "application/json")
    assert answer.status_code == 404


@override_settings(STEP_UP_SECONDS=0)
def test_zero_asks_for_nothing(books: Books) -> None:
    with override_settings(STEP_UP_SECONDS=0):
        client = Client()
        client.force_login(User.objects.get(username=finance()))
        period = AccountingPeriod.objects.order_by("days").first()
        assert period is not None
        address = f"/admin/ledger/accountingperiod/{period.pk}/close/"
        assert client.get(address).status_code == 200
