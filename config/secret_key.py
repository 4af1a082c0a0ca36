"""Writes. The signing key of an embedded installation, made once and kept in its data folder."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path


def kept_secret_key(var: Path) -> str:
    """The key in `secret-key`, readable by its owner only; the first to ask makes it."""
    path = var / "secret-key"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        _make(path)
    return path.read_text()


def _make(path: Path) -> None:
    """Complete or not at all, and never over a key that another process made meanwhile."""
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix="secret-key.")
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(64))
    with contextlib.suppress(FileExistsError):
        os.link(unfinished, path)
    os.unlink(unfinished)
