"""Writes. Mails about notices: made once of what is due, sent at least once, marked when sent.

A notice is the outbox: it waits for its mail from the transaction that told it. A mail is made with
its notices in one transaction, claimed in another, sent outside of any, and marked in a last one.
Whoever dies between sending and marking sends it again, with the same Message-ID.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from departments.organisation.access import visible_department_ids
from departments.organisation.models import User
from departments.organisation.notice_list import is_shown
from departments.organisation.notice_message import message_of
from departments.organisation.notice_models import Notice, NoticeDelivery, NoticeMail
from departments.organisation.notice_settings import deliveries_of

Clock = Callable[[], datetime]

DIGEST_AT = time(7)  # UTC
MONDAY = 0
STALE_AFTER = timedelta(days=14)  # what nobody could be mailed for so long is on the pages anyway
GIVEN_UP_AFTER = 10  # attempts: with the waits below, about seventeen hours
LONGEST_WAIT = timedelta(hours=6)

logger = logging.getLogger(__name__)


def send_due(*, clock: Clock) -> tuple[int, int]:
    """Make the mails that are due and send them; any number of workers may do so at once.

    Without a mail server nothing is made: notices stand on the pages alone.
    Returns: how many were sent, and how many were not.
    """
    if not settings.SENDS_MAIL:
        return 0, 0
    while _gather_for_one(clock()):
        pass
    sent = failed = 0
    while (mail := _claim(clock())) is not None:
        if _attempt(mail, clock()):
            sent += 1
        else:
            failed += 1
    return sent, failed


def try_again(*, mail_ids: Iterable[int], at: datetime) -> int:
    """Let mails that were not sent fall due now, also those that were given up.

    Returns: how many.
    """
    return NoticeMail.objects.filter(pk__in=list(mail_ids), sent_at__isnull=True).update(
        attempts=0, due_at=at, given_up_at=None
    )


def next_digest(delivery: NoticeDelivery, *, after: datetime) -> datetime:
    """When the next digest goes out: at seven in the morning, UTC, each day or each Monday."""
    first = datetime.combine(after.date(), DIGEST_AT, tzinfo=after.tzinfo)
    while first <= after or (delivery == NoticeDelivery.WEEKLY and first.weekday() != MONDAY):
        first += timedelta(days=1)
    return first


@transaction.atomic
def _gather_for_one(at: datetime) -> bool:
    """Make the mails of one person with due notices. Returns: whether there was one.

    The person's row is locked, so that no other worker makes them as well.
    """
    due = Notice.objects.filter(mail_due_at__lte=at)
    user = (
        User.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(Exists(due.filter(user=OuterRef("pk"))))
        .order_by("pk")
        .first()
    )
    if user is None:
        return False
    digests: dict[NoticeDelivery, list[Notice]] = {}
    wishes = deliveries_of(user)
    wants_mail = bool(user.is_active and user.email)
    for notice in due.filter(user=user).order_by("pk"):
        delivery = wishes[notice.kind]  # type: ignore[index]  # a text choice
        is_over = notice.read_at is not None or at - notice.happened_at > STALE_AFTER
        if delivery == NoticeDelivery.ON_PAGES or is_over or not wants_mail:
            _look_no_more([notice])
        elif delivery == NoticeDelivery.AT_ONCE:
            _make(user, delivery, [notice], at)
        elif notice.digest == delivery:
            digests.setdefault(delivery, []).append(notice)
        else:  # its first look, or the person chose another digest since
            notice.digest = delivery
            notice.mail_due_at = next_digest(delivery, after=at)
            notice.save(update_fields=["digest", "mail_due_at"])
    for delivery, notices in digests.items():
        _make(user, delivery, notices, at)
    return True


def _make(user: User, delivery: NoticeDelivery, notices: list[Notice], at: datetime) -> None:
    mail = NoticeMail.objects.create(user=user, delivery=delivery, created_at=at, due_at=at)
    _look_no_more(notices, mail)


def _look_no_more(notices: Iterable[Notice], mail: NoticeMail | None = None) -> None:
    ids = [notice.pk for notice in notices]
    Notice.objects.filter(pk__in=ids).update(mail_due_at=None, mail=mail)


@transaction.atomic
def _claim(at: datetime) -> NoticeMail | None:
    """Take the oldest mail that is due, and let it fall due again in case we die."""
    mail = (
        NoticeMail.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("user")
        .filter(due_at__lte=at, sent_at__isnull=True, given_up_at__isnull=True)
        .order_by("pk")
        .first()
    )
    if mail is not None:
        mail.attempts += 1
        mail.due_at = at + wait_after(mail.attempts)
        mail.save(update_fields=["attempts", "due_at"])
    return mail


def wait_after(attempts: int) -> timedelta:
    """How long a mail waits after so many attempts: 1, 2, 4 … minutes, at most six hours."""
    return min(timedelta(minutes=2 ** (attempts - 1)), LONGEST_WAIT)


def _attempt(mail: NoticeMail, at: datetime) -> bool:
    unsent = NoticeMail.objects.filter(pk=mail.pk, sent_at__isnull=True, given_up_at__isnull=True)
    notices = _still_told(mail)
    if not notices:
        why = "Nobody to tell: the person is disabled, has no address or sees it no more."
        unsent.update(given_up_at=at, error=why)
        return False
    try:
        message_of(mail, notices).send()
    except Exception as error:  # whatever it was, it is kept with the mail and tried again
        logger.warning("mail %s waits: %s", mail, error)
        is_last = mail.attempts >= GIVEN_UP_AFTER
        unsent.update(
            error=(str(error) or type(error).__name__)[:500], given_up_at=at if is_last else None
        )
        return False
    unsent.update(sent_at=at, error="")
    return True


def _still_told(mail: NoticeMail) -> list[Notice]:
    """What the mail tells of, as far as its person may see that by now."""
    if not (mail.user.is_active and mail.user.email):
        return []
    visible = visible_department_ids(mail.user)
    return [each for each in mail.notices.order_by("pk") if is_shown(each, visible)]
