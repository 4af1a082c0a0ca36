"""A passkey in software: what a browser and its authenticator would answer, for tests."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftKey:
    """One credential for one site; `flags` say whether its owner was verified."""

    site: str = "localhost"
    origin: str = "http://localhost"
    flags: int = PRESENT | VERIFIED
    user_handle: str = ""
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def create(self, options: dict[str, Any]) -> str:
        """The answer to a registration."""
        self.user_handle = options["publicKey"]["user"]["id"]
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        length = len(self.credential_id).to_bytes(2, "big")
        data = self._data(ATTESTED) + bytes(16) + length + self.credential_id + public
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options)
        return self._answer(
            {"clientDataJSON": client, "attestationObject": attestation},
            {"credProps": {"rk": True}},
        )

    def get(self, options: dict[str, Any]) -> str:
        """The answer to a sign-in."""
        data, client = self._data(0), self._client("webauthn.get", options)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._answer(parts, {}, userHandle=self.user_handle)

    def _data(self, more: int) -> bytes:
        site = hashlib.sha256(self.site.encode()).digest()
        return site + bytes([self.flags | more]) + bytes(4)

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        challenge = options["publicKey"]["challenge"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, parts: dict[str, bytes], extensions: Any, **more: str) -> str:
        credential = websafe_encode(self.credential_id)
        response = {name: websafe_encode(value) for name, value in parts.items()}
        return json.dumps(
            {
                "id": credential,
                "rawId": credential,
                "type": "public-key",
                "response": response | more,
                "clientExtensionResults": extensions,
            }
        )
