"""Calculates. What a sandbox is called, where its rows lie, and which settings differ in it."""

from __future__ import annotations

import hmac
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

VARIABLE = "CFL_SANDBOX"
LONGEST_NAME, LONGEST_DATABASE = 20, 63  # characters; the latter is PostgreSQL's
_NAME = re.compile(rf"[a-z][a-z0-9-]{{0,{LONGEST_NAME - 1}}}")
_BETWEEN = "_sandbox_"


class NameRefused(Exception):
    """A sandbox can't be called that; the message says what can."""


def database_of(books: str, sandbox: str) -> str:
    """The database of a sandbox beside the one of the books: carbon, may-close → carbon_sandbox_….

    Raises: NameRefused.
    """
    if not _NAME.fullmatch(sandbox):
        raise NameRefused(
            f"A sandbox can't be called {sandbox!r}: take a small letter, then small letters, "
            f"digits and hyphens, {LONGEST_NAME} characters at most, such as may-close."
        )
    name = f"{books}{_BETWEEN}{sandbox.replace('-', '_')}"
    if len(name.encode()) > LONGEST_DATABASE:
        raise NameRefused(
            f"{name} is longer than the {LONGEST_DATABASE} bytes that PostgreSQL takes for a "
            "database. Give the sandbox a shorter name."
        )
    return name


def sandbox_of(books: str, database: str) -> str:
    """The sandbox whose rows lie in a database; empty where it is none of these books."""
    before, found, name = database.partition(f"{books}{_BETWEEN}")
    return name.replace("_", "-") if found and not before else ""


def settings_of(sandbox: str, *, settings: dict[str, Any], var: Path) -> dict[str, Any]:
    """What is otherwise in a sandbox: its rows, and that nothing of it leaves or is mixed up.

    No mail, broker, watched folder or provider; files of its own; cookies and a signing key of its
    own, since a browser shares cookies between ports. It is served on this machine alone, in plain
    HTTP, to people who were given a password for it.
    """
    place = settings["DATABASES"]["default"]
    database = database_of(str(place["NAME"]), sandbox)
    key = hmac.digest(str(settings["SECRET_KEY"]).encode(), sandbox.encode(), sha256).hex()
    return {
        "SANDBOX": sandbox,
        "DATABASES": {"default": {**place, "NAME": database}},
        "SECRET_KEY": key,
        "SECRET_KEY_FALLBACKS": [],
        "WEBHOOK_KEY": key,
        "WEBHOOK_ALLOWED_HOSTS": [],
        "SESSION_COOKIE_NAME": "sandbox_sessionid",
        "CSRF_COOKIE_NAME": "sandbox_csrftoken",
        "SESSION_COOKIE_SECURE": False,
        "CSRF_COOKIE_SECURE": False,
        "SECURE_SSL_REDIRECT": False,
        "SECURE_HSTS_SECONDS": 0,
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1"],
        "CSRF_TRUSTED_ORIGINS": [],
        "MFA_REQUIRED": False,
        "STEP_UP_SECONDS": 0,
        "OIDC_SERVER_URL": "",
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        "SENDS_MAIL": False,
        "BROKER_URL": "memory://",
        "WATCHED_FOLDER": "",
        "SEAL_HEADS_FILE": folder_of(database, var=var) / "seal-heads.txt",
        "BEAT_SCHEDULE_FILE": folder_of(database, var=var) / "beat-schedule",
    }


def folder_of(database: str, *, var: Path) -> Path:
    """Where a sandbox keeps its files, by the database that its rows lie in."""
    return var / "sandboxes" / database
