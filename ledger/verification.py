"""Reads. Prove the books: recompute every promise from the rows, name every break."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from ledger import seal
from ledger.models.periods import AccountingPeriod, PeriodSeal, PeriodState
from ledger.sql import FOLDER


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise and where it is broken."""

    check: str
    place: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked, how many rows each check went through, and what was wrong."""

    checked: dict[str, int]
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        return not self.findings


def verify() -> Verification:
    """Check entries, statement lines, settled records and seals against the rows below them."""
    checked: dict[str, int] = {}
    findings: list[Finding] = []
    for name, count_sql, check_sql in _checks():
        with connection.cursor() as cursor:
            cursor.execute(count_sql)
            checked[name] = cursor.fetchone()[0]
            cursor.execute(check_sql)
            findings += [Finding(name, place, detail) for place, detail in cursor.fetchall()]
    seals = list(PeriodSeal.objects.select_related("period").order_by("number"))
    checked["seals"] = len(seals)
    findings += _check_seals(seals)
    return Verification(checked, tuple(findings))


def _checks() -> Iterator[tuple[str, str, str]]:
    """The checks in the order of their numbers: a name, a count query, a check query."""
    numbered = [
        [*path.stem.split("_", 1), path.read_text()] for path in FOLDER.glob("verify/*.sql")
    ]
    for _, name, text in sorted(numbered, key=lambda check: int(check[0])):
        count_sql, check_sql = text.split("-- then\n")
        yield name.replace("_", " "), count_sql, check_sql


def _check_seals(seals: list[PeriodSeal]) -> list[Finding]:
    findings = []
    previous = ""
    for number, kept in enumerate(seals, start=1):
        period = kept.period.code
        count, lines_sha256 = seal.hash_lines(kept.period_id)
        if kept.number != number:
            findings.append(Finding("seals", f"seal {kept.number}", f"number {number} is missing"))
        if (count, lines_sha256) != (kept.line_count, kept.lines_sha256):
            findings.append(
                Finding(
                    "seals",
                    f"period {period}",
                    f"its {count} lines no longer hash to the seal taken over {kept.line_count}",
                )
            )
        link = seal.chain(previous, kept.number, period, kept.line_count, kept.lines_sha256)
        if kept.previous_sha256 != previous or kept.chain_sha256 != link:
            findings.append(Finding("seals", f"seal {kept.number}", "the chain is broken here"))
        if kept.period.state != PeriodState.CLOSED:
            findings.append(Finding("seals", f"period {period}", "is sealed but not closed"))
        previous = kept.chain_sha256
    unsealed = AccountingPeriod.objects.filter(state=PeriodState.CLOSED, seal__isnull=True)
    findings += [
        Finding("seals", f"period {period.code}", "is closed but not sealed") for period in unsealed
    ]
    return findings
