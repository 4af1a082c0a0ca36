"""Writes and reads. Keys of programs: issued once, kept as a hash, found in constant time."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from departments.organisation.errors import (
    KeyExpiresInPast,
    KeyForInactivePerson,
    KeyScopeUnknown,
)
from departments.organisation.models import ApiKey, Department, User

SCOPES: tuple[str, ...] = (
    "audit:read",
    "journal:read",
    "statements:read",
    "accounts:read",
    "settlements:read",
    "exports:read",
    "exports:write",
    "manual:read",
    "manual:write",
    "manual:approve",
    "fund:read",
    "grants:read",
    "grants:write",
    "activities:read",
    "activities:write",
    "factors:read",
    "prices:read",
    "disclosures:read",
    "departments:read",
    "jobs:read",
    "webhooks:read",
    "webhooks:write",
)

_MARK = "cfl_"
_PREFIX_LENGTH = len(_MARK) + 8
_SECRET_BYTES = 32  # 256 random bits: no dictionary reaches them, so one plain hash is enough
_LONGEST = 100
_NOTED_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key with its secret, which is shown now and never again."""

    key: ApiKey
    secret: str

    def __repr__(self) -> str:
        return f"IssuedKey({self.key.prefix}…)"  # a log line must not give the secret away


@transaction.atomic
def issue_key(
    *,
    name: str,
    scopes: Sequence[str],
    departments: Collection[Department],
    acts_for: User,
    expires_at: datetime | None,
    at: datetime,
) -> IssuedKey:
    """Make a key for a program; without departments it is company-wide for good.

    A company-wide key has the reach of the person it acts for. One that was made for departments
    never becomes company-wide: if its departments go, it sees nothing.

    Raises: KeyScopeUnknown, also for none at all; KeyForInactivePerson; KeyExpiresInPast.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise KeyScopeUnknown(unknown, SCOPES)
    if not acts_for.is_active:
        raise KeyForInactivePerson(acts_for.get_username())
    if expires_at is not None and expires_at <= at:
        raise KeyExpiresInPast(expires_at.isoformat())
    prefix = _MARK + secrets.token_hex(4)
    secret = f"{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    key = ApiKey.objects.create(
        name=name,
        prefix=prefix,
        secret_sha256=_hash(secret),
        scopes=sorted(set(scopes)),
        is_company_wide=not departments,
        acts_for=acts_for,
        created_at=at,
        expires_at=expires_at,
    )
    key.departments.set(departments)
    return IssuedKey(key, secret)


def find_key(secret: str, *, at: datetime) -> ApiKey | None:
    """The key with this secret, if it may be used at this moment; otherwise None, without a why."""
    if not secret.startswith(_MARK) or len(secret) > _LONGEST or not secret.isascii():
        return None
    key = ApiKey.objects.select_related("acts_for").filter(prefix=secret[:_PREFIX_LENGTH]).first()
    kept = key.secret_sha256 if key is not None else "0" * 64
    fits = secrets.compare_digest(kept, _hash(secret))
    return key if key is not None and fits and is_usable(key, at=at) else None


def is_usable(key: ApiKey, *, at: datetime) -> bool:
    """Whether a key is neither revoked nor expired, and its person still active."""
    return (
        (key.revoked_at is None or key.revoked_at > at)
        and (key.expires_at is None or key.expires_at > at)
        and key.acts_for.is_active
    )


def note_use(key: ApiKey, *, at: datetime) -> None:
    """Remember when a key was last used, to ten minutes: a reader's request seldom writes."""
    if key.last_used_at is None or at - key.last_used_at >= _NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)


def revoke_key(key: ApiKey, *, at: datetime) -> None:
    """End a key at once. Called again, it changes nothing."""
    ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=at)
    key.refresh_from_db(fields=["revoked_at"])


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
