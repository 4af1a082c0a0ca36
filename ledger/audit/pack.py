"""Reads. The auditor pack: the books with their seals as one zip file, and its own checker.

Rows are copied by PostgreSQL straight into the file, so memory stays flat; the same books make the
same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.db import connection, transaction
from django.db.models import F

from departments.organisation.access import Permission, may
from departments.organisation.models import User
from departments.organisation.said import said
from ledger import heads, seal
from ledger.audit.check import LINE_COLUMNS
from ledger.errors.calendar import PeriodNotFound
from ledger.errors.settlements import NotAllowed
from ledger.models.periods import AccountingPeriod
from ledger.sql import statement

FOLDER = Path(__file__).parent
FORMAT = 1
BALANCE_COLUMNS = ["period_id", "account_id", "account", "commodity", "debit", "credit"]
# JSON as it is: neither sign can stand in it, so COPY quotes nothing.
_AS_IT_IS = r"FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02'"
Fill = Callable[["_Counted"], None]


class _Counted:
    """A member of the zip file that counts and hashes what is written to it."""

    def __init__(self, into: IO[bytes]) -> None:
        self.into = into
        self.digest = sha256()
        self.bytes = 0

    def write(self, content: bytes | str) -> int:
        piece = content.encode() if isinstance(content, str) else content
        self.digest.update(piece)
        self.bytes += len(piece)
        return self.into.write(piece)


def write_pack(*, into: IO[bytes], by: User | None, period: str | None = None) -> None:
    """Write the books of one period, or of all, with every account and every seal.

    All of it is one moment's state. `by` None is the system itself.

    Raises: NotAllowed, PeriodNotFound.
    """
    if by is not None and not may(by, Permission.READ_EXPORTS):
        needed = Permission.READ_EXPORTS.roles_text
        raise NotAllowed(by.get_username(), said("take an auditor pack"), needed)
    with transaction.atomic():
        if not connection.savepoint_ids:  # within another transaction its own state is read
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        periods = _periods(period)
        with ZipFile(into, "w", ZIP_DEFLATED, compresslevel=6) as archive:
            members = {name: _add(archive, name, fill) for name, fill in _members(periods)}
            manifest = {
                "format": FORMAT,
                "head": seal.chain_head(),
                "periods": [row.pk for row in periods],
                "members": members,
            }
            content = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
            _add(archive, "manifest.json", lambda member: _write(member, content))
            line = f"{sha256(content.encode()).hexdigest()}  manifest.json\n"
            _add(archive, "manifest.sha256", lambda member: _write(member, line))


def _periods(code: str | None) -> list[AccountingPeriod]:
    """The periods to include, sealed ones first, in the order of their seals."""
    ordered = AccountingPeriod.objects.order_by(F("seal__number").asc(nulls_last=True), "days")
    if code is None:
        return list(ordered)
    found = list(ordered.filter(code=code))
    if not found:
        raise PeriodNotFound(code)
    return found


def _members(periods: list[AccountingPeriod]) -> Iterator[tuple[str, Fill]]:
    yield "README.txt", lambda member: _write(member, (FOLDER / "README.txt").read_text())
    yield "check.py", lambda member: _write(member, (FOLDER / "check.py").read_text())
    yield "periods.jsonl", lambda member: _copy("periods", member, _AS_IT_IS)
    yield "accounts.jsonl", lambda member: _copy("accounts", member, _AS_IT_IS)
    yield "entries.jsonl", lambda member: _copy_periods("entries", periods, member, _AS_IT_IS)
    yield "lines.csv", lambda member: _table("lines", LINE_COLUMNS, periods, member)
    yield (
        "trial_balance.csv",
        lambda member: _table("trial_balance", BALANCE_COLUMNS, periods, member),
    )
    kept = heads.default_file()
    if kept.is_file():
        yield "heads.txt", lambda member: _write(member, kept.read_text(encoding="utf-8"))


def _add(archive: ZipFile, name: str, fill: Fill) -> dict[str, Any]:
    """Write a member, with a date that never changes. Returns: its line of the manifest."""
    info = ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    with archive.open(info, "w", force_zip64=True) as opened:
        member = _Counted(opened)
        fill(member)
    return {"sha256": member.digest.hexdigest(), "bytes": member.bytes}


def _write(member: _Counted, text: str) -> None:
    member.write(text)


def _table(
    name: str, columns: list[str], periods: list[AccountingPeriod], member: _Counted
) -> None:
    member.write(",".join(columns) + "\n")
    _copy_periods(name, periods, member, "FORMAT csv")


def _copy_periods(
    name: str, periods: list[AccountingPeriod], member: _Counted, layout: str
) -> None:
    for period in periods:
        _copy(name, member, layout, period_id=period.pk)


def _copy(name: str, member: _Counted, layout: str, period_id: int = 0) -> None:
    query = statement(f"pack/{name}").replace("{period}", str(int(period_id)))
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f"COPY ({query}) TO STDOUT ({layout})", member)
