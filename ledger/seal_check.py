"""Reads. Compare the books with their seals; name the entry, line, account or seal that differs.

The proof is the hash of an entry with its lines; the hashes of its lines say which of them differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from difflib import SequenceMatcher
from typing import Any

from django.db import connection, transaction

from ledger import seal
from ledger.findings import Finding
from ledger.models.periods import AccountingPeriod, PeriodSeal, PeriodState
from ledger.sql import statement

ENTRIES = "entries are as they were sealed"
ACCOUNTS = "accounts are as they were sealed"
SEALS = "seals"
AT_MOST = 1_000  # findings of one kind in one period; the last one says how many more there are
HASH_BYTES = 32


def check_entries(say: Callable[[str], None]) -> tuple[int, list[Finding]]:
    """Every sealed entry, and every entry of a closed period, beside its seal.

    Returns: how many entry seals there are, and what differs, period by period.
    """
    findings: list[Finding] = []
    sealed = 0
    for period in AccountingPeriod.objects.order_by("days"):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM ledger_entryseal WHERE period_id = %s", [period.pk]
            )
            count = int(cursor.fetchone()[0])
        if count or period.state == PeriodState.CLOSED:
            say(f"{ENTRIES}: {period.code}, {count:,} entries")
            findings += _differing_entries(period)
            sealed += count
    return sealed, findings


def check_accounts() -> tuple[int, list[Finding]]:
    """Every sealed account beside its seal."""
    with _joined_at_once() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_accountseal")
        sealed = int(cursor.fetchone()[0])
        cursor.execute(statement("account_differences"), {"at_most": AT_MOST})
        rows = cursor.fetchall()
    findings = [
        _account_finding(account_id, number, continues, is_there)
        for account_id, number, continues, is_there, _ in rows
    ]
    return sealed, findings + _more(ACCOUNTS, "accounts", rows)


def check_seals() -> tuple[int, list[Finding]]:
    """Every period's seal: its number, its link to the one before, and what it covers."""
    seals = list(PeriodSeal.objects.select_related("period").order_by("number"))
    with connection.cursor() as cursor:
        cursor.execute(statement("sealed_periods"))
        covered = {seal_id: found for seal_id, *found in cursor.fetchall()}
    previous = ""
    findings: list[Finding] = []
    for number, kept in enumerate(seals, start=1):
        findings += _link_findings(kept, number, previous)
        findings += _cover_findings(kept, covered[kept.pk])
        previous = kept.chain_sha256
    for period in AccountingPeriod.objects.filter(state=PeriodState.CLOSED, seal__isnull=True):
        findings.append(Finding(SEALS, f"period {period.code}", "is closed but not sealed"))
    return len(seals), findings


@contextmanager
def _joined_at_once() -> Iterator[Any]:
    """A cursor whose joins never loop: what was sealed a moment ago is not in the planner's
    statistics yet, and a loop over all entries for each seal would take hours."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield cursor
        cursor.execute("SET LOCAL enable_nestloop = on")


def _differing_entries(period: AccountingPeriod) -> list[Finding]:
    with _joined_at_once() as cursor:
        cursor.execute(
            statement("entry_differences"),
            {
                "period_id": period.pk,
                "is_closed": period.state == PeriodState.CLOSED,
                "at_most": AT_MOST,
            },
        )
        rows = cursor.fetchall()
    findings = []
    for entry_id, number, continues, sealed, found, line_ids, _ in rows:
        if number is not None and not continues:
            place = f"entry seal {period.code}/{number}"
            detail = f"the seal of entry {entry_id} was edited, or the one before it is gone"
            findings.append(Finding(ENTRIES, place, detail))
        else:
            detail = _difference(period.code, sealed, found, line_ids or [])
            findings.append(Finding(ENTRIES, f"entry {entry_id}", detail))
    return findings + _more(ENTRIES, f"period {period.code}", rows)


def _difference(
    period: str, sealed: memoryview | None, found: memoryview | None, line_ids: Sequence[int]
) -> str:
    """What differs between an entry and its seal, in words."""
    if found is None:
        count = len(sealed or b"") // HASH_BYTES - 1
        return f"was sealed in period {period} with {count} lines, and is gone from it"
    if sealed is None:
        return f"has no seal, though period {period} is sealed: it was added, or its seal is gone"
    before, now = _pieces(sealed), _pieces(found)
    words = list(_line_differences(before[1:], now[1:], line_ids))
    if before[0] != now[0]:
        words.insert(0, "its own fields (date, source, description, …) were changed")
    return f"is not as it was sealed in period {period}: " + "; ".join(words)


def _line_differences(
    before: list[bytes], now: list[bytes], line_ids: Sequence[int]
) -> Iterator[str]:
    matcher = SequenceMatcher(a=before, b=now, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag == "equal":
            continue
        changed = min(end - start, last - first)
        for line_id in line_ids[first : first + changed]:
            yield f"line {line_id} was changed"
        for line_id in line_ids[first + changed : last]:
            yield f"line {line_id} was added"
        if end - start > changed:
            yield _gone(end - start - changed, line_ids, last)


def _gone(count: int, line_ids: Sequence[int], at: int) -> str:
    """Lines missing before the `at`-th; their ids are known where there is room for them."""
    after = line_ids[at - 1] if at else None
    before = line_ids[at] if at < len(line_ids) else None
    if after is not None and (before is None or before - after == count + 1):
        numbers: Sequence[int] = range(after + 1, after + 1 + count)
    elif before is not None and after is None:
        numbers = range(before - count, before)
    else:
        return f"{count} of its lines are gone" + (f", after line {after}" if after else "")
    return "; ".join(f"line {number} is gone" for number in numbers)


def _pieces(hashes: memoryview) -> list[bytes]:
    content = bytes(hashes)
    return [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]


def _account_finding(account_id: int, number: int, continues: bool, is_there: bool) -> Finding:
    if not continues:
        detail = f"the seal of account {account_id} was edited, or the one before it is gone"
        return Finding(ACCOUNTS, f"account seal {number}", detail)
    detail = "is not as it was sealed" if is_there else "was sealed and is gone"
    return Finding(ACCOUNTS, f"account {account_id}", detail)


def _link_findings(kept: PeriodSeal, number: int, previous: str) -> Iterator[Finding]:
    place = f"seal {kept.number}"
    if kept.number != number:
        yield Finding(SEALS, place, f"number {number} is missing")
    if kept.previous_sha256 != previous or kept.chain_sha256 != seal.chain_of(kept):
        yield Finding(SEALS, place, "the chain is broken here: this seal or its period was edited")
    if kept.period.state != PeriodState.CLOSED:
        yield Finding(SEALS, f"period {kept.period.code}", "is sealed but not closed")


def _cover_findings(kept: PeriodSeal, found: list[object]) -> Iterator[Finding]:
    entries, lines, lines_sha256, accounts_sha256 = found
    if (entries, lines, lines_sha256) != (kept.entry_count, kept.line_count, kept.lines_sha256):
        detail = (
            f"was sealed over {kept.entry_count} entries and {kept.line_count} lines; its entry "
            f"seals cover {entries} and {lines}, or others"
        )
        yield Finding(SEALS, f"period {kept.period.code}", detail)
    if accounts_sha256 != kept.accounts_sha256:
        detail = f"the first {kept.account_count} account seals are not those it was taken over"
        yield Finding(SEALS, f"seal {kept.number}", detail)


def _more(check: str, place: str, rows: Sequence[tuple[object, ...]]) -> list[Finding]:
    total = int(str(rows[0][-1])) if rows else 0
    if total <= len(rows):
        return []
    return [Finding(check, place, f"and {total - len(rows):,} more")]
