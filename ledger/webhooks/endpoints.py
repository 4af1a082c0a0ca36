"""Writes and reads. Endpoints of webhooks: made, rotated, tried, turned off and on, sent again to.

No secret is stored. It is derived from the endpoint's code, a random salt and a key of the
environment (`signing.secret_of`); who reads the database alone can't sign.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from departments.organisation.access import Permission, may
from departments.organisation.models import Department, User
from departments.organisation.said import Said, said
from ledger.errors.settlements import NotAllowed
from ledger.models.webhooks import WebhookDelivery, WebhookEndpoint, WebhookEvent
from ledger.webhooks import events, signing
from ledger.webhooks.errors import (
    WebhookDepartmentsUnknown,
    WebhookEndpointNotFound,
    WebhookEndpointOff,
    WebhookEventNotFound,
    WebhookEventsUnknown,
    WebhookKeyChanged,
    WebhookOverlapTooLong,
    WebhookWindowTooLong,
)
from ledger.webhooks.targets import target_of

OVERLAP_HOURS = 24
LONGEST_OVERLAP_HOURS = 7 * 24
MOST_AGAIN = 10_000  # events of one window


@dataclass(frozen=True, slots=True)
class Issued:
    """An endpoint with its secret, which is shown now and never again."""

    endpoint: WebhookEndpoint
    secret: str

    def __repr__(self) -> str:
        return f"Issued({self.endpoint.code})"  # a log line must not give the secret away


@transaction.atomic
def create(
    *,
    url: str,
    event_types: Collection[str],
    departments: Collection[str],
    by: User,
    at: datetime,
    description: str = "",
) -> Issued:
    """Make an endpoint. No event types are all of them; no departments the whole company.

    One that was made for departments never hears of the whole company: if they go, of nothing.

    Raises: NotAllowed, WebhookTargetRefused, WebhookEventsUnknown, WebhookDepartmentsUnknown.
    """
    _require(by, said("make a webhook endpoint"))
    target_of(url, allowed=settings.WEBHOOK_ALLOWED_HOSTS)
    unknown = sorted(set(event_types) - set(events.TYPES))
    if unknown:
        raise WebhookEventsUnknown(unknown, events.TYPES)
    named = list(Department.objects.filter(code__in=departments))
    missing = sorted(set(departments) - {department.code for department in named})
    if missing:
        raise WebhookDepartmentsUnknown(missing)
    endpoint = WebhookEndpoint(
        url=url,
        description=description,
        event_types=sorted(set(event_types)),
        is_company_wide=not departments,
        created_by=by,
        created_at=at,
    )
    secret = _renew(endpoint)
    endpoint.save(force_insert=True)
    endpoint.departments.set(named)
    return Issued(endpoint, secret)


@transaction.atomic
def rotate(*, code: str, by: User, at: datetime, overlap_hours: int = OVERLAP_HOURS) -> Issued:
    """Give an endpoint a new secret; until the overlap is over, the one before signs as well.

    A rotation within the overlap of another ends that one: two secrets sign at most.

    Raises: NotAllowed, WebhookEndpointNotFound, WebhookOverlapTooLong.
    """
    if not 0 <= overlap_hours <= LONGEST_OVERLAP_HOURS:
        raise WebhookOverlapTooLong(overlap_hours, LONGEST_OVERLAP_HOURS)
    endpoint = _locked(code, by, said("rotate the secret of a webhook endpoint"))
    endpoint.previous_salt, endpoint.previous_until = "", None
    if overlap_hours and _is_ours(endpoint):
        endpoint.previous_salt = endpoint.salt
        endpoint.previous_until = at + timedelta(hours=overlap_hours)
    secret = _renew(endpoint)
    endpoint.save()
    return Issued(endpoint, secret)


@transaction.atomic
def turn_off(*, code: str, by: User, at: datetime) -> WebhookEndpoint:
    """Nothing more goes to an endpoint. Called again, it changes nothing.

    Raises: NotAllowed, WebhookEndpointNotFound.
    """
    endpoint = _locked(code, by, said("turn off a webhook endpoint"))
    if endpoint.disabled_at is None:
        endpoint.disabled_at = at
        endpoint.disabled_because = said("turned off by %(person)s", person=by.get_username())
        endpoint.save(update_fields=["disabled_at", "disabled_because"])
    return endpoint


@transaction.atomic
def turn_on(*, code: str, by: User) -> WebhookEndpoint:
    """Let an endpoint hear of what happens from now on; `send_again` fills what it missed.

    Raises: NotAllowed, WebhookEndpointNotFound.
    """
    endpoint = _locked(code, by, said("turn on a webhook endpoint"))
    endpoint.disabled_at, endpoint.disabled_because = None, ""
    endpoint.save(update_fields=["disabled_at", "disabled_because"])
    return endpoint


@transaction.atomic
def send_test(*, code: str, by: User) -> WebhookEvent:
    """Send an endpoint an event that means nothing else.

    Raises: NotAllowed, WebhookEndpointNotFound, WebhookEndpointOff.
    """
    endpoint = _locked(code, by, said("test a webhook endpoint"))
    _require_on(endpoint)
    return events.endpoint_tested(endpoint)


@transaction.atomic
def send_again(*, code: str, event: str, by: User) -> int:
    """Send one event to an endpoint again, with the id it had. Returns: 1.

    Raises: NotAllowed, WebhookEndpointNotFound, WebhookEndpointOff, WebhookEventNotFound.
    """
    endpoint = _locked(code, by, said("send an event again"))
    _require_on(endpoint)
    found = WebhookEvent.objects.filter(code=event).first()
    if found is None or not events.Listener.of(endpoint).hears(found):
        raise WebhookEventNotFound(event, code)
    return _send(endpoint, [found])


@transaction.atomic
def send_window_again(*, code: str, since: datetime, until: datetime, by: User) -> int:
    """Send everything again that an endpoint hears of and that happened from `since` to before
    `until`, also what it never got. Returns: how many events.

    Raises: NotAllowed, WebhookEndpointNotFound, WebhookEndpointOff, WebhookWindowTooLong.
    """
    endpoint = _locked(code, by, said("send events again"))
    _require_on(endpoint)
    listener = events.Listener.of(endpoint)
    within = WebhookEvent.objects.filter(happened_at__gte=since, happened_at__lt=until)
    if endpoint.event_types:
        within = within.filter(type__in=[*endpoint.event_types, events.TESTED])
    if (count := within.count()) > MOST_AGAIN:
        raise WebhookWindowTooLong(count, MOST_AGAIN)
    return _send(endpoint, [event for event in within.order_by("pk") if listener.hears(event)])


def find(*, code: str) -> WebhookEndpoint:
    """An endpoint by its code.

    Raises: WebhookEndpointNotFound.
    """
    endpoint = WebhookEndpoint.objects.filter(code=code).first()
    if endpoint is None:
        raise WebhookEndpointNotFound(code)
    return endpoint


def live_secrets(endpoint: WebhookEndpoint, *, at: datetime) -> list[bytes]:
    """What signs for an endpoint at a moment, the newest first: one secret, or two in an overlap.

    Raises: WebhookKeyChanged.
    """
    if not _is_ours(endpoint):
        raise WebhookKeyChanged(endpoint.code)
    salts = [endpoint.salt]
    if endpoint.previous_until is not None and at < endpoint.previous_until:
        salts.append(endpoint.previous_salt)
    return [_secret(endpoint, salt) for salt in salts]


def _send(endpoint: WebhookEndpoint, again: list[WebhookEvent]) -> int:
    WebhookDelivery.objects.bulk_create(
        [WebhookDelivery(event=event, endpoint=endpoint) for event in again],
        update_conflicts=True,
        unique_fields=["endpoint", "event"],
        update_fields=["attempts", "due_at", "delivered_at", "given_up_at"],
        batch_size=1000,
    )
    return len(again)


def _locked(code: str, by: User, step: Said) -> WebhookEndpoint:
    _require(by, step)
    endpoint = WebhookEndpoint.objects.select_for_update().filter(code=code).first()
    if endpoint is None:
        raise WebhookEndpointNotFound(code)
    return endpoint


def _require(by: User, step: Said) -> None:
    if not may(by, Permission.MANAGE_KEYS):
        raise NotAllowed(by.get_username(), step, Permission.MANAGE_KEYS.roles_text)


def _require_on(endpoint: WebhookEndpoint) -> None:
    if endpoint.disabled_at is not None:
        raise WebhookEndpointOff(endpoint.code, endpoint.disabled_because)


def _renew(endpoint: WebhookEndpoint) -> str:
    endpoint.salt = secrets.token_hex(32)
    secret = _secret(endpoint, endpoint.salt)
    endpoint.fingerprint = signing.fingerprint(secret)
    return signing.written(secret)


def _secret(endpoint: WebhookEndpoint, salt: str) -> bytes:
    return signing.secret_of(key=settings.WEBHOOK_KEY, endpoint=endpoint.code, salt=salt)


def _is_ours(endpoint: WebhookEndpoint) -> bool:
    """Whether its secret is what our key still gives; under another key it would sign in vain."""
    return signing.fingerprint(_secret(endpoint, endpoint.salt)) == endpoint.fingerprint
