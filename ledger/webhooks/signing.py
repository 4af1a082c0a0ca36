"""Calculates. Secrets and signatures as the Standard Webhooks specification wants them.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

PREFIX = "whsec_"


def secret_of(*, key: str, endpoint: str, salt: str) -> bytes:
    """The 32 bytes that sign for an endpoint: HMAC-SHA256 of its code and salt under our key."""
    return hmac.digest(key.encode(), f"webhook secret\n{endpoint}\n{salt}".encode(), "sha256")


def written(secret: bytes) -> str:
    """A secret as receivers keep it: `whsec_` and base64."""
    return PREFIX + b64encode(secret).decode()


def fingerprint(secret: bytes) -> str:
    """The first 16 hex digits of the SHA-256 of a secret: tells it from others, gives none away."""
    return sha256(secret).hexdigest()[:16]


def signature(*, secrets: Iterable[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`: one `v1,…` a secret, with spaces between.

    `timestamp` is in whole seconds since 1970. Signed are `id.timestamp.body`, byte for byte.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    digests = (hmac.digest(secret, signed, "sha256") for secret in secrets)
    return " ".join(f"v1,{b64encode(digest).decode()}" for digest in digests)
