"""Disputing a line from its page, and following it."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.utils.html import strip_tags

from ledger import disputes
from ledger.models.disputes import Dispute
from ledger.statements import statement_lines
from tests.ledger.books import NOON, Books


def text_of(response) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


def line_of(books: Books, code: str) -> int:
    department = books.departments[code].pk
    return statement_lines(scheme_code="fee", department_ids=[department])[0].line_id


def test_a_line_is_disputed_followed_and_withdrawn(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    line = line_of(books, "CLOUD")
    address = f"/lines/{line}/dispute/"
    assert address in client.get(f"/lines/{line}/").content.decode()
    refused = client.post(address, {"reason": ""})
    assert "Nothing was saved yet" in text_of(refused)
    assert not Dispute.objects.exists()
    asked = {"reason": "Not our meter", "evidence": "https://example.com/m"}
    page = client.post(address, asked, follow=True)
    assert page.redirect_chain[-1][0] == f"/lines/{line}/"
    assert "Not our meter" in text_of(page)
    in_korean = {"accept-language": "ko"}
    twice = text_of(client.post(address, asked, headers=in_korean))
    assert f"항목 {line}에는 이미 이의 제기" in twice
    assert "is disputed already" not in twice
    assert "Not our meter" in text_of(client.get("/disputes/"))
    assert "Not our meter" not in text_of(browse("offices-contributor").get("/disputes/"))
    dispute = Dispute.objects.get()
    other = browse("offices-contributor").post(f"/disputes/{dispute.pk}/withdraw/")
    assert other.status_code == 404
    client.post(f"/disputes/{dispute.pk}/withdraw/")
    dispute.refresh_from_db()
    assert dispute.state == "withdrawn"


def test_the_answer_says_what_to_do(books: Books, browse: Callable[[str], Client]):
    line = line_of(books, "CLOUD")
    dispute = disputes.open_dispute(
        line_id=line, reason="Not our meter", by=books.people["contributor"], at=NOON
    )
    record = min(disputes.records_of_line(line))
    disputes.accept(
        dispute_id=dispute.pk,
        reason="So it is",
        record_id=record,
        by=books.people["analyst"],
        at=NOON,
    )
    page = browse("contributor").get("/disputes/")
    assert "So it is" in text_of(page)
    assert f"/activity/{record}/correct/" in page.content.decode()


def test_only_who_enters_activity_disputes(books: Books, browse: Callable[[str], Client]):
    address = f"/lines/{line_of(books, 'CLOUD')}/dispute/"
    assert browse("auditor").get(address).status_code == 403
    assert browse("cloud-approver").get(address).status_code == 200


def test_korean_is_complete(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    client.cookies["django_language"] = "ko"
    line = line_of(books, "CLOUD")
    page = text_of(client.get(f"/lines/{line}/dispute/"))
    assert "이의 제기" in page
    assert "Dispute" not in page
    assert "Dispute" not in text_of(client.get("/disputes/"))
