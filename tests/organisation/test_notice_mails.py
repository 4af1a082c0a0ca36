"""Mails about notices: none is lost, none is sent twice, and each says how to have fewer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from departments.organisation.models import Membership, User
from departments.organisation.notice_mails import next_digest, send_due, wait_after
from departments.organisation.notice_models import (
    Notice,
    NoticeDelivery,
    NoticeKind,
    NoticeMail,
)
from departments.organisation.notice_settings import choose
from departments.organisation.notices import News, Target, mark_read, tell
from tests.factories import NOON, Cast, make_cast

FRIDAY_NOON = NOON  # 2022-07-15
SATURDAY_AT_SEVEN = datetime(2022, 7, 16, 7, tzinfo=UTC)
MONDAY_AT_SEVEN = datetime(2022, 7, 18, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def cast(db: None) -> Cast:
    return founded()


def founded() -> Cast:
    cast = make_cast()
    for name in ("cloud-viewer", "cloud-approver"):
        User.objects.filter(pk=cast.people[name].pk).update(email=f"{name}@example.com")
        cast.people[name].refresh_from_db()
    return cast


def say(cast: Cast, name: str = "cloud-viewer", *, key: str = "one", reason: str = "no") -> None:
    facts = {"count": 1, "department": "CLOUD", "by": "ann", "reason": reason}
    news = [News(cast.people[name].pk, cast.ids_of("CLOUD"), Target("activity", ("CLOUD",)), facts)]
    tell(kind=NoticeKind.RECORD_RETURNED, key=key, news=news, at=FRIDAY_NOON)


def send(at: datetime = FRIDAY_NOON) -> tuple[int, int]:
    return send_due(clock=lambda: at)


def wish(cast: Cast, delivery: NoticeDelivery, language: str = "") -> None:
    choose(
        user=cast.people["cloud-viewer"],
        deliveries={NoticeKind.RECORD_RETURNED: delivery},
        language=language,
    )


def test_a_notice_is_mailed_at_once_and_once(cast: Cast, settings):
    settings.SITE_URL = "https://carbon.example"
    say(cast, reason="Which meter?\nBcc: everybody@example.com")
    assert send() == (1, 0)
    assert send() == send(MONDAY_AT_SEVEN) == (0, 0)
    (message,) = mail.outbox
    kept = NoticeMail.objects.get()
    assert message.to == ["cloud-viewer@example.com"]
    assert "\n" not in message.subject
    assert message.subject.startswith("1 record of CLOUD was returned by ann: Which meter? Bcc:")
    assert message.message()["Message-ID"] == f"<{kept.code}@carbon.example>"
    unsubscribe = "https://carbon.example/notices/settings/"
    assert message.message()["List-Unsubscribe"] == f"<{unsubscribe}>"
    assert isinstance(message, EmailMultiAlternatives)
    html, kind = message.alternatives[0]
    assert kind == "text/html"
    for content in (str(message.body), str(html)):
        assert "https://carbon.example/departments/CLOUD/activity/" in content
        assert unsubscribe in content
    assert kept.sent_at == FRIDAY_NOON


def test_whoever_dies_after_sending_sends_it_again_with_the_same_id(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    say(cast)
    died = EmailBackend.send_messages

    def send_and_die(self, messages):
        died(self, messages)
        raise SystemExit

    monkeypatch.setattr(EmailBackend, "send_messages", send_and_die)
    with pytest.raises(SystemExit):
        send()
    monkeypatch.undo()
    assert send() == (0, 0)  # another worker leaves it alone for a minute
    assert send(FRIDAY_NOON + MINUTE) == (1, 0)
    first, second = (message.message()["Message-ID"] for message in mail.outbox)
    assert first == second


def test_one_that_fails_waits_longer_each_time_and_ends(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    def refuse(self, messages):
        raise OSError("no route to mail.example")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    say(cast)
    at, tries = FRIDAY_NOON, 0
    while NoticeMail.objects.filter(given_up_at=None).exists() or not tries:
        assert send(at) == (0, 1)
        tries += 1
        assert send(at) == (0, 0)
        at += wait_after(tries)
    assert tries == 10
    assert NoticeMail.objects.get().error == "no route to mail.example"
    mail_id = NoticeMail.objects.get().pk
    monkeypatch.undo()
    client = Client()
    for name, is_sent in (("finance", False), ("admin", True)):
        client.force_login(cast.people[name])
        address = "/admin/organisation/noticemail/"
        assert "no route to mail.example" in client.get(address).content.decode()
        client.post(address, {"action": "try_again", "_selected_action": mail_id})
        assert send(datetime.now(UTC)) == (int(is_sent), 0)


def test_the_command_says_what_it_did(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    door = "departments.organisation.management.commands.send_notices.send_due"
    monkeypatch.setattr(door, lambda clock: (3, 0))
    call_command("send_notices")
    assert capsys.readouterr().out == "3 sent, 0 not sent\n"
    monkeypatch.setattr(door, lambda clock: (0, 1))
    with pytest.raises(CommandError, match="tried again"):
        call_command("send_notices")


def test_one_that_failed_is_sent_later(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(EmailBackend, "send_messages", lambda self, messages: 1 / 0)
    say(cast)
    assert send() == (0, 1)
    monkeypatch.undo()
    assert send(FRIDAY_NOON + MINUTE) == (1, 0)
    assert len(mail.outbox) == 1
    assert NoticeMail.objects.get().error == ""


@pytest.mark.parametrize(
    ("delivery", "at"),
    [(NoticeDelivery.DAILY, SATURDAY_AT_SEVEN), (NoticeDelivery.WEEKLY, MONDAY_AT_SEVEN)],
)
def test_a_digest_waits_and_has_all_of_it(cast: Cast, delivery: NoticeDelivery, at: datetime):
    wish(cast, delivery)
    say(cast)
    assert send() == (0, 0)
    say(cast, key="two", reason="and this")
    say(cast, key="three", reason="read before")
    assert send(at - MINUTE) == (0, 0)
    read = Notice.objects.get(key="three")
    mark_read(notice_id=read.pk, by=cast.people["cloud-viewer"], at=at)
    assert send(at) == (1, 0)
    assert send(at + timedelta(days=7)) == (0, 0)
    (message,) = mail.outbox
    assert message.subject == "Carbon Fee Ledger: 2 notices"
    assert "and this" in message.body
    assert "read before" not in message.body


def test_who_changes_the_wish_is_told_by_the_new_one(cast: Cast):
    wish(cast, NoticeDelivery.WEEKLY)
    say(cast)
    say(cast, key="two")
    send()
    wish(cast, NoticeDelivery.ON_PAGES)
    assert send(MONDAY_AT_SEVEN) == (0, 0)
    assert not Notice.objects.filter(mail_due_at__isnull=False).exists()
    assert Notice.objects.filter(read_at=None).count() == 2


def test_digests_go_out_at_seven_and_on_mondays():
    at = SATURDAY_AT_SEVEN
    assert next_digest(NoticeDelivery.DAILY, after=at - MINUTE) == at
    assert next_digest(NoticeDelivery.DAILY, after=at) == at + timedelta(days=1)
    assert next_digest(NoticeDelivery.WEEKLY, after=at) == MONDAY_AT_SEVEN
    later = MONDAY_AT_SEVEN + timedelta(days=7)
    assert next_digest(NoticeDelivery.WEEKLY, after=MONDAY_AT_SEVEN) == later


@pytest.mark.parametrize("why", ["disabled", "no address", "another department"])
def test_nobody_else_is_mailed(cast: Cast, why: str, monkeypatch: pytest.MonkeyPatch):
    """Neither before a mail is made, nor between making and sending."""
    say(cast)
    monkeypatch.setattr(EmailBackend, "send_messages", lambda self, messages: 1 / 0)
    send()
    monkeypatch.undo()
    say(cast, key="two")
    viewer = User.objects.filter(username="cloud-viewer")
    if why == "disabled":
        viewer.update(is_active=False)
    elif why == "no address":
        viewer.update(email="")
    else:
        Membership.objects.filter(user__username="cloud-viewer").update(
            department=cast.departments["DEVICES"]
        )
    send(FRIDAY_NOON + timedelta(hours=1))
    assert mail.outbox == []
    assert not NoticeMail.objects.filter(sent_at=None, given_up_at=None).exists()


def test_it_is_in_the_persons_language(cast: Cast):
    wish(cast, NoticeDelivery.AT_ONCE, language="ko")
    say(cast)
    send()
    (message,) = mail.outbox
    assert "반려했습니다" in message.subject
    assert isinstance(message, EmailMultiAlternatives)
    for english in ("Hello", "All notices", "Fewer mails", "Open it"):
        assert english not in message.body + str(message.alternatives[0][0])


def test_without_a_mail_server_nothing_is_made(cast: Cast, settings):
    settings.SENDS_MAIL = False
    say(cast)
    assert send() == (0, 0)
    with pytest.raises(CommandError, match="EMAIL_URL"):
        call_command("send_notices")
    settings.SENDS_MAIL = True
    assert send(FRIDAY_NOON + timedelta(days=30)) == (0, 0)  # long known from the pages
    assert not NoticeMail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_workers_send_each_mail_once():
    cast = founded()
    for number in range(12):
        say(cast, ("cloud-viewer", "cloud-approver")[number % 2], key=f"{number}")

    def work(_: int) -> tuple[int, int]:
        try:
            return send()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(work, range(6)))
    assert sum(sent for sent, _ in found) == 12
    ids = [message.message()["Message-ID"] for message in mail.outbox]
    assert len(ids) == len(set(ids)) == 12
    assert not NoticeMail.objects.filter(sent_at=None).exists()
