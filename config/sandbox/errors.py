"""What sandboxes refuse, in plain words."""

from __future__ import annotations

from collections.abc import Sequence


class SandboxError(Exception):
    """Base of every refusal of a sandbox."""


class SandboxNotFound(SandboxError):
    def __init__(self, name: str, known: Sequence[str]) -> None:
        there = f"There are: {', '.join(known)}." if known else "There is none yet."
        super().__init__(
            f"There is no sandbox {name!r}. {there} Make it: manage.py sandbox create {name}"
        )


class SandboxIsThere(SandboxError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"Sandbox {name} is there already. Drop it first (manage.py sandbox drop {name}), or "
            "choose another name."
        )


class SandboxInUse(SandboxError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"Sandbox {name} is in use: stop what serves it or works in it, then drop it."
        )


class DatabaseNotMade(SandboxError):
    def __init__(self, statement: str) -> None:
        super().__init__(
            "This role may not make a database. Let a superuser run the following, then call this "
            f"command again:\n\n{statement};"
        )


class BooksNotMigrated(SandboxError):
    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(
            "The books' tables are not those of this code: "
            f"{', '.join(missing[:5])}{' …' if len(missing) > 5 else ''}. "
            "Run `manage.py migrate` on the books first."
        )


class NothingToBeginWith(SandboxError):
    def __init__(self) -> None:
        super().__init__(
            "The books have no open period to begin with. Say the first day (--from YYYY-MM-DD) "
            "and how the years are cut (--calendar month --starts-in 7)."
        )


class NotASandbox(SandboxError):
    def __init__(self) -> None:
        super().__init__(
            "These are the books. A rehearsal takes its steps in a sandbox alone: "
            "manage.py sandbox advance NAME --to YYYY-MM-DD"
        )
