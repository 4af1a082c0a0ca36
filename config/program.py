"""Calculates. What a process calls itself to the database: `gunicorn`, `manage.py settle (kim)`."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping, Sequence
from pathlib import PurePath

LONGEST = 63  # what PostgreSQL keeps of an application_name


def program_name(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The program, and of a command its name and the machine's user who typed it.

    The audit trail keeps it beside a change that no signed-in person made.
    """
    name = PurePath(arguments[0]).name if arguments else ""
    if name != "manage.py" or len(arguments) < 2:
        return name[:LONGEST]
    return f"{name} {arguments[1]} ({_typed_by(environment)})"[:LONGEST]


def _typed_by(environment: Mapping[str, str]) -> str:
    """Whoever became another user with sudo is named by the first."""
    before_sudo = environment.get("SUDO_USER", "")
    try:
        return before_sudo or getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return f"uid {os.getuid()}"
