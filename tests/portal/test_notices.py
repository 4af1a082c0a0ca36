"""Notices on the pages: counted in the header, listed, opened, read, and chosen."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.utils.html import strip_tags

from departments.organisation.notice_models import Notice, NoticeDelivery, NoticeKind
from departments.organisation.notice_settings import deliveries_of
from tests.ledger.books import Books

CLOUD_Q2 = "The statement of CLOUD for 2023Q2 is ready (Carbon fee)."


def text_of(response) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


def test_a_posted_settlement_is_in_the_list_and_leads_to_the_bill(
    books: Books, browse: Callable[[str], Client]
):
    client = browse("contributor")
    page = client.get("/notices/")
    assert CLOUD_Q2 in text_of(page)
    assert "2 unread" in text_of(page)
    newest = page.context["notices"][0]
    opened = client.get(f"/notices/{newest.pk}/")
    assert opened["Location"] == "/departments/CLOUD/fee/2023Q2/"
    assert client.get(opened["Location"]).status_code == 200
    assert "1 unread" in text_of(client.get("/notices/"))


def test_all_that_were_shown_are_read_at_once(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    newest = client.get("/notices/").context["newest"]
    assert client.post("/notices/read/", {"through": newest}).status_code == 302
    page = client.get("/notices/")
    assert "unread" not in text_of(page)
    assert "Mark all as read" not in text_of(page)
    assert client.get("/notices/read/").status_code == 405


def test_one_is_read_and_stays_in_the_list(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    first = client.get("/notices/").context["notices"][0]
    client.post(f"/notices/{first.pk}/read/")
    assert Notice.objects.get(pk=first.pk).read_at is not None
    assert CLOUD_Q2 in text_of(client.get("/notices/"))


def test_nobody_opens_anothers(books: Books, browse: Callable[[str], Client]):
    own = browse("contributor").get("/notices/").context["notices"][0]
    other = browse("offices-contributor")
    assert other.get(f"/notices/{own.pk}/").status_code == 404
    assert other.post(f"/notices/{own.pk}/read/").status_code == 404
    assert Notice.objects.get(pk=own.pk).read_at is None
    assert "CLOUD" not in text_of(other.get("/notices/"))
    assert "Nothing to tell yet" in text_of(browse("auditor").get("/notices/"))


def test_how_one_is_told_is_chosen_here(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    assert "You have no e-mail address here" in text_of(client.get("/notices/settings/"))
    chosen = dict.fromkeys(NoticeKind.values, "weekly") | {"language": "ko"}
    assert client.post("/notices/settings/", chosen).status_code == 302
    person = books.people["contributor"]
    assert set(deliveries_of(person).values()) == {NoticeDelivery.WEEKLY}
    refused = client.post("/notices/settings/", chosen | {"record_returned": "pigeon"})
    assert refused.status_code == 422
    assert set(deliveries_of(person).values()) == {NoticeDelivery.WEEKLY}


def test_older_ones_are_a_page_on(books: Books, browse: Callable[[str], Client], monkeypatch):
    monkeypatch.setattr("departments.organisation.notice_list.AT_ONCE", 1)
    client = browse("contributor")
    older = client.get("/notices/").context["older"]
    page = client.get("/notices/", {"before": older})
    assert [notice.facts["period"] for notice in page.context["notices"]] == ["2023Q1"]
    assert client.get("/notices/", {"before": "x"}).status_code == 200


def test_korean_is_complete(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    client.cookies["django_language"] = "ko"
    page = text_of(client.get("/notices/"))
    assert "CLOUD의 2023Q2 명세서가 준비되었습니다" in page
    settings = text_of(client.get("/notices/settings/"))
    for english in ("Notices", "Mark", "How you", "by e-mail", "Keep this"):
        assert english not in page + settings
