"""A small OpenID provider on the loopback: discovery, tokens signed with RS256, keys, userinfo."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Thread
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, make_server

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "ledger", "a secret of the provider"
Edit = Callable[[dict[str, Any]], None]


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Provider:
    """Signs everybody in as `person`; `edit` falsifies the claims before they are signed."""

    url: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    edit: Edit = lambda claims: None
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    signs_with: Any = None
    algorithm: str = "RS256"
    issuer: str = ""
    userinfo_sub: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, asked: dict[str, str]) -> str:
        """What the provider's page does after the person signed in there: the code."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return code

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        status, answer = "200 OK", {}
        if path == "/.well-known/openid-configuration":
            answer = self._discovery()
        elif path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            answer = {"keys": [public | {"kid": "one", "alg": "RS256", "use": "sig"}]}
        elif path == "/token":
            length = int(environ.get("CONTENT_LENGTH") or 0)
            sent = parse_qs(environ["wsgi.input"].read(length).decode())
            found = self._token({name: values[0] for name, values in sent.items()})
            status, answer = ("200 OK", found) if found else ("400 Bad Request", {})
        elif path == "/userinfo":
            assert environ["HTTP_AUTHORIZATION"] == "Bearer access"
            answer = {**self.person, **({"sub": self.userinfo_sub} if self.userinfo_sub else {})}
        else:
            status = "404 Not Found"
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    def _discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer or self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def _token(self, sent: dict[str, str]) -> dict[str, Any] | None:
        asked = self.codes.pop(sent["code"], None)
        digest = sha256(sent.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or sent.get("client_secret") != SECRET or asked["code_challenge"] != proof:
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer or self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": asked["nonce"],
            **self.person,
        }
        self.edit(claims)
        key = self.signs_with if self.signs_with is not None else self.key
        token = jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": "one"})
        return {"access_token": "access", "token_type": "Bearer", "id_token": token}


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()
    server = make_server("127.0.0.1", 0, provider, handler_class=_Silent)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
