"""Reads. OpenID Connect, strictly: what the company's provider says counts only if it is proven.

The library leaves a token's signature and nonce unchecked where it fetched the token itself. Here
each is checked, beside issuer, audience, expiry and, if asked for, when the person signed in.
"""

from __future__ import annotations

import secrets
import time
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
LEEWAY = 60  # seconds that clocks may differ
NEEDED = ["iss", "sub", "aud", "exp", "iat", "nonce"]
KEPT = ("iss", "sub", "name", "email", "amr", "auth_time")


class CompanyAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # untyped in the library
    """Fetches and checks the tokens of one sign-in."""

    state: dict[str, Any] = {}

    @property
    def openid_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().openid_config
        wanted = settings.OIDC_SERVER_URL.partition("/.well-known/")[0].rstrip("/")
        if str(config.get("issuer", "")).rstrip("/") != wanted:
            raise OAuth2Error(f"The issuer is {config.get('issuer')!r}, not {wanted!r}.")
        return config

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        try:
            data = self._checked(app, token, kwargs["response"])
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as problem:
            raise OAuth2Error(f"The provider's answer is not valid: {problem}") from problem
        return self.get_provider().sociallogin_from_response(request, data)

    def _checked(self, app: Any, token: Any, response: dict[str, Any]) -> dict[str, Any]:
        claims = self._claims(app, response["id_token"])
        if not secrets.compare_digest(str(claims["nonce"]), str(self.state.get("nonce", ""))):
            raise ValueError("it answers another request (nonce)")
        if self.state.get("again"):
            age = time.time() - float(claims["auth_time"])
            if age > (settings.STEP_UP_SECONDS or 60) + LEEWAY:
                raise ValueError(f"the person signed in {age:.0f} seconds ago")
        data = {"id_token": claims}
        if "userinfo_endpoint" in self.openid_config:
            data["userinfo"] = self._fetch_user_info(token.token)
            if data["userinfo"]["sub"] != claims["sub"]:
                raise ValueError("userinfo is about somebody else")
        return data

    def _claims(self, app: Any, id_token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(id_token)
        if header.get("alg") not in ALGORITHMS:
            raise ValueError(f"the algorithm {header.get('alg')!r} proves nothing")
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        fitting = [key for key in keys if header.get("kid") in (None, key.key_id)]
        if len(fitting) != 1:
            raise ValueError(f"no key is called {header.get('kid')!r}")
        claims: dict[str, Any] = jwt.decode(
            id_token,
            fitting[0].key,
            algorithms=[header["alg"]],
            audience=app.client_id,
            issuer=self.openid_config["issuer"],
            leeway=LEEWAY,
            options={"require": NEEDED},
        )
        if claims.get("azp", app.client_id) != app.client_id:
            raise ValueError("it is meant for another program (azp)")
        return claims


class CompanyProvider(OpenIDConnectProvider):  # type: ignore[misc]  # untyped in the library
    """The provider of the settings. What it is asked for is never said by an address."""

    oauth2_adapter_class = CompanyAdapter
    package = "allauth.socialaccount.providers.openid_connect"
    pkce_enabled_default = True

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        given = super().get_redirect_from_request_kwargs(request)
        next_url = {"next_url": given["next_url"]} if "next_url" in given else {}
        return {"process": "login", "again": "again" in request.GET, **next_url}

    def redirect(
        self,
        request: HttpRequest,
        process: str,
        next_url: str | None = None,
        data: Any = None,
        again: bool = False,
        **kwargs: Any,
    ) -> Any:
        nonce = secrets.token_urlsafe(32)
        asked = {"nonce": nonce, **({"prompt": "login", "max_age": "0"} if again else {})}
        return super().redirect(
            request, process, next_url, data, auth_params=asked, nonce=nonce, again=again
        )

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        addresses: list[Any] = super().extract_email_addresses(data)
        for address in addresses:  # some providers write it as text
            address.verified = address.verified is True or address.verified == "true"
        return addresses

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """What is stored of the tokens: no more than who it was and how they signed in."""
        return {
            part: {name: value for name, value in claims.items() if name in KEPT}
            for part, claims in data.items()
        }
