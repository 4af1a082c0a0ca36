"""Reads and writes. How a person wishes to be told of what, and in which language."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from departments.organisation.models import User
from departments.organisation.notice_models import NoticeDelivery, NoticeKind, NoticeSetting

USUAL = NoticeDelivery.AT_ONCE


def deliveries_of(user: User) -> dict[NoticeKind, NoticeDelivery]:
    """How a person is told, kind by kind; by e-mail at once, unless they chose otherwise."""
    chosen = dict(NoticeSetting.objects.filter(user=user).values_list("kind", "delivery"))
    return {kind: NoticeDelivery(chosen.get(kind, USUAL)) for kind in NoticeKind}


@transaction.atomic
def choose(*, user: User, deliveries: Mapping[NoticeKind, NoticeDelivery], language: str) -> None:
    """Keep what a person chose, kind by kind, and the language of their mails (empty: the usual).

    What waits for a mail already follows the new choice.
    """
    for kind, delivery in deliveries.items():
        NoticeSetting.objects.update_or_create(
            user=user, kind=kind, defaults={"delivery": delivery}
        )
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])
