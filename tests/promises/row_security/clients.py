"""Who asks: a person who signed in, or a program with a key."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.utils import timezone

from departments.organisation.api_keys import SCOPES, issue_key
from departments.organisation.models import User
from tests.ledger.books import Books
from tests.portal.pdf_text import text_of_pdf


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def with_key(books: Books, *, acts_for: str) -> Client:
    """A program of CLOUD's; its key may be somebody's who sees the whole company."""
    issued = issue_key(
        name="Program",
        scopes=SCOPES,
        departments=[books.departments["CLOUD"]],
        acts_for=books.people[acts_for],
        expires_at=None,
        at=timezone.now(),
    )
    return Client(headers={"authorization": f"Bearer {issued.secret}"})


def body_of(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    response.close()
    if response["Content-Type"] == "application/pdf":
        return text_of_pdf(content)
    return content.decode()
