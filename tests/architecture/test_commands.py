"""Whoever looks for a command finds it in the documentation; what stands there can be run."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.management import get_commands

OURS = ("config", "departments.", "ledger", "pricing")
INNER = {"rehearse"}  # a sandbox calls it for itself


def test_every_command_is_documented_and_every_documented_one_exists() -> None:
    ours = {name for name, app in get_commands().items() if str(app).startswith(OURS)}
    text = (settings.BASE_DIR / "docs" / "commands.md").read_text()
    names = re.findall(r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*)", text, re.MULTILINE)

    written = [name for row in names for name in re.findall(r"[a-z_]+", row)]

    assert sorted(written) == sorted(ours - INNER)
