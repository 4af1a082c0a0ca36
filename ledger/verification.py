"""Reads. Prove the books: recompute every promise from the rows, name every break."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from ledger import allocation_check, heads, seal_check
from ledger.findings import Finding
from ledger.sql import FOLDER

__all__ = ["Finding", "Verification", "verify"]

Say = Callable[[str], None]
Check = Callable[[], tuple[int, list[Finding]]]


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked, how many rows each check went through, and what was wrong."""

    checked: dict[str, int]
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        return not self.findings


def verify(
    *, say: Say = lambda _: None, heads_file: Path | None = None, head: str = ""
) -> Verification:
    """Check entries, statement lines, settled records and seals against the rows below them.

    Seals are compared with the heads kept in `heads_file`, or else in this machine's own file if
    there is one, and with one more `head` if somebody kept it. `say` is told what is checked next.
    """
    file = heads_file or heads.default_file()
    checked: dict[str, int] = {}
    findings: list[Finding] = []
    for name, check in _checks(say, file, head):
        say(name)
        checked[name], found = check()
        findings += found
    return Verification(checked, tuple(findings))


def _checks(say: Say, file: Path, head: str) -> Iterator[tuple[str, Check]]:
    """The checks by their numbers, what is shared out, the seals, what is kept outside."""
    numbered = [
        [*path.stem.split("_", 1), path.read_text()] for path in FOLDER.glob("verify/*.sql")
    ]
    for _, name, text in sorted(numbered, key=lambda check: int(check[0])):
        yield name.replace("_", " "), _in_sql(name.replace("_", " "), text)
    yield allocation_check.CHECK, allocation_check.check
    yield seal_check.ENTRIES, lambda: seal_check.check_entries(say)
    yield seal_check.ACCOUNTS, seal_check.check_accounts
    yield seal_check.SEALS, seal_check.check_seals
    yield heads.CHECK, lambda: heads.check(file, head)


def _in_sql(name: str, text: str) -> Check:
    """A check in SQL: a query that counts, then one whose rows are places and details."""
    count_sql, check_sql = text.split("-- then\n")

    def check() -> tuple[int, list[Finding]]:
        with connection.cursor() as cursor:
            cursor.execute(count_sql)
            count = int(cursor.fetchone()[0])
            cursor.execute(check_sql)
            return count, [Finding(name, place, detail) for place, detail in cursor.fetchall()]

    return check
