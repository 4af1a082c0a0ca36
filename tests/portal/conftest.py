"""A department with two settled quarters: charges, a true-up, an incentive, an uncovered tonne."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from departments.organisation.models import Membership, User
from tests.ledger.books import Books, open_books


@pytest.fixture
def books(db: None) -> Books:
    """CLOUD has bills for two quarters, OFFICES for one; each has a contributor and an approver."""
    books = open_books()
    for username, role, code in [
        ("cloud-approver", "approver", "CLOUD"),
        ("offices-contributor", "contributor", "OFFICES"),
    ]:
        books.people[username] = User.objects.create(username=username)
        Membership.objects.create(
            user=books.people[username], role=role, department=books.departments[code]
        )
    books.emit("CLOUD", date(2023, 1, 15), "1000000", scope=1)
    first = books.emit(
        "CLOUD", date(2023, 2, 1), "228194000", scope=2, location_kgco2e="4102445000"
    )
    books.emit("CLOUD", date(2023, 3, 1), "8000000", scope=3, category=1)
    books.emit("OFFICES", date(2023, 3, 1), "45000", scope=1)
    books.settle("2023Q1")
    books.emit(
        "CLOUD",
        date(2023, 2, 1),
        "456119000",
        scope=2,
        location_kgco2e="4102445000",
        supersedes=first,
    )
    books.emit("CLOUD", date(2023, 5, 1), "2000000.333", scope=1)
    books.emit(
        "CLOUD",
        date(2023, 6, 1),
        "7000000",
        durability_class="medium",
        removal_state="verified",
    )
    books.settle("2023Q2")
    return books


@pytest.fixture
def browse(books: Books):
    """A client that is signed in as somebody."""

    def sign_in(username: str) -> Client:
        client = Client()
        client.force_login(books.people[username])
        return client

    return sign_in
