"""Writes. What a company says about a scheme: proposed by one person, approved by another."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from departments.organisation.access import Permission
from departments.organisation.models import User
from departments.organisation.said import said
from pricing import proposals
from pricing.errors import PriceInvalid, SchemeNotFound
from pricing.models import Scheme, SchemeText, TextTopic

LONGEST = 10_000


@transaction.atomic
def propose_text(
    *,
    scheme_id: int,
    topic: str,
    text: str,
    starts_on: date,
    by: User,
    ends_before: date | None = None,
    reason: str = "",
    source_url: str = "",
) -> SchemeText:
    """Propose the next version of a topic in words; it counts once another person approves it.

    Raises: NotAllowed, SchemeNotFound; PriceInvalid, for an unknown topic, an empty text or one of
            more than 10,000 characters, or days that end before they start.
    """
    proposals.require(by, Permission.PROPOSE_PRICE, said("propose a scheme text"))
    text = text.strip()
    if topic not in TextTopic:
        raise PriceInvalid(
            said(
                "There is no topic %(topic)s. There are: %(known)s.",
                topic=repr(topic),
                known=", ".join(TextTopic),
            )
        )
    if not text or len(text) > LONGEST:
        raise PriceInvalid(
            said(
                "The text has %(count)s characters: it has at least one, and at most %(most)s.",
                count=f"{len(text):,}",
                most=f"{LONGEST:,}",
            )
        )
    proposals.check_days(starts_on, ends_before)
    if not Scheme.objects.select_for_update().filter(pk=scheme_id).exists():  # one at a time
        raise SchemeNotFound(scheme_id)
    versions = SchemeText.objects.filter(scheme_id=scheme_id, topic=topic)
    return SchemeText.objects.create(
        scheme_id=scheme_id,
        topic=topic,
        version=(versions.aggregate(newest=Max("version"))["newest"] or 0) + 1,
        text=text,
        in_force=(starts_on, ends_before),
        reason=reason,
        source_url=source_url,
        proposed_by=by,
    )


@transaction.atomic
def approve_text(*, text_id: int, by: User, at: datetime) -> SchemeText:
    """Approve a text, as another person; from then on it is never edited.

    Raises: NotAllowed, ApprovedBySamePerson, PriceNotFound. Called again, it changes nothing.
    """
    return proposals.approve(proposals.locked(SchemeText, text_id), by, at)


@transaction.atomic
def withdraw_text(*, text_id: int, by: User) -> None:
    """Take back a text that is not approved. Raises what `withdraw_price` raises."""
    proposals.withdraw(proposals.locked(SchemeText, text_id), by)
