"""What organisation refuses, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from departments.organisation.said import said


class OrganisationError(Exception):
    """Base of every refusal of organisation; `code` is stable, the message is for people."""

    code: ClassVar[str] = "organisation_error"
    http_status: ClassVar[int] = 422


class NotAllowed(OrganisationError):
    code = "not_allowed"
    http_status = 403

    def __init__(self, person: str, step: str, roles: str) -> None:
        self.person, self.step = person, step
        super().__init__(
            said(
                "%(person)s may not %(step)s: that takes the role %(roles)s.",
                person=person,
                step=step,
                roles=roles,
            )
        )


class PlacementMakesCycle(OrganisationError):
    code = "placement_makes_cycle"

    def __init__(self, department: str, parent: str, from_on: date) -> None:
        self.department, self.parent, self.from_on = department, parent, from_on
        super().__init__(
            said(
                "%(department)s can't move below %(parent)s: from %(from_on)s on, %(parent)s "
                "stands below %(department)s on some days. Move %(parent)s first.",
                department=department,
                parent=parent,
                from_on=from_on,
            )
        )


class KeyScopeUnknown(OrganisationError):
    code = "key_scope_unknown"

    def __init__(self, unknown: Sequence[str], known: Sequence[str]) -> None:
        self.unknown = tuple(unknown)
        super().__init__(
            said(
                "A key's scopes are some of %(known)s; you named %(named)s.",
                known=", ".join(known),
                named=", ".join(unknown) or said("none at all"),
            )
        )


class KeyForInactivePerson(OrganisationError):
    code = "key_for_inactive_person"

    def __init__(self, person: str) -> None:
        self.person = person
        super().__init__(
            said(
                "%(person)s is not active. Name an active person who answers for the key.",
                person=person,
            )
        )


class KeyExpiresInPast(OrganisationError):
    code = "key_expires_in_past"

    def __init__(self, expires_at: str) -> None:
        self.expires_at = expires_at
        super().__init__(
            said(
                "%(expires_at)s has passed. Choose a later expiry, or none.", expires_at=expires_at
            )
        )


class IdempotencyKeyMalformed(OrganisationError):
    code = "idempotency_key_malformed"
    http_status = 400

    def __init__(self, length: int) -> None:
        super().__init__(
            said(
                "An Idempotency-Key is 1 to 255 visible ASCII characters without spaces; this one "
                "has %(length)s characters. A random UUID is a good one.",
                length=length,
            )
        )


class IdempotencyKeyReused(OrganisationError):
    code = "idempotency_key_reused"

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            said(
                "The Idempotency-Key %(key)s came to this address before, with another body. Send "
                "that body again to get its answer, or choose a new key for this one.",
                key=repr(key),
            )
        )


class IdempotencyKeyInUse(OrganisationError):
    code = "idempotency_key_in_use"
    http_status = 409
    wait = 5  # seconds, told as Retry-After

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            said(
                "The first request with the Idempotency-Key %(key)s is still under way. Send this "
                "one again in %(wait)s seconds: it will get the same answer.",
                key=repr(key),
                wait=self.wait,
            )
        )
