"""Reads and writes a file. The heads of the seals, outside the database, one line a seal.

A line is `number<TAB>period<TAB>chain<TAB>sealed at`. Lines are only ever appended: whoever
rewrites the seals in the database, or cuts their end, contradicts this file.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from ledger import seal
from ledger.errors.calendar import HeadContradicts, HeadsUnreadable
from ledger.findings import Finding
from ledger.models.periods import PeriodSeal

CHECK = "heads kept outside the database"
TOPIC = "seal.head"


@dataclass(frozen=True, slots=True)
class Head:
    """A seal as it is kept outside: its number, period, chain and moment, all as text."""

    number: int
    period: str
    chain: str
    sealed_at: str

    def __str__(self) -> str:
        return f"{self.number}\t{self.period}\t{self.chain}\t{self.sealed_at}\n"


def head_of(kept: PeriodSeal) -> Head:
    """What is kept outside of a seal in the database."""
    return Head(kept.number, kept.period.code, kept.chain_sha256, seal.moment(kept.sealed_at))


def default_file() -> Path:
    """The heads file of this machine, from the environment."""
    return Path(settings.SEAL_HEADS_FILE)


def kept_heads(file: Path) -> list[Head]:
    """The heads in a file, in its order; none where there is no such file.

    Raises: HeadsUnreadable, with the line that is no head.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return _parsed(text, file)


def append(head: Head, *, file: Path) -> None:
    """Write a head to the end of the file and to the disk; one that is there already, not again.

    Raises: HeadContradicts if the file holds another seal of that number; HeadsUnreadable.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+", encoding="utf-8") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)  # given back when the file is closed
        opened.seek(0)
        text = opened.read()
        for kept in _parsed(text, file):
            if kept.number == head.number:
                if kept != head:
                    raise HeadContradicts(head.number, kept.chain, head.chain, str(file))
                return
        if text and not text.endswith("\n"):
            raise HeadsUnreadable(str(file), text.count("\n") + 1)
        opened.write(str(head))
        opened.flush()
        os.fsync(opened.fileno())
    _sync_folder(file.parent)


def check(file: Path, head: str = "") -> tuple[int, list[Finding]]:
    """Where heads kept outside and the seals differ: a cut tail, a seal that was rewritten.

    `head` is the chain of one more seal that somebody kept, as hex.
    Returns: how many heads were compared, and what differs.
    """
    try:
        kept = kept_heads(file)
    except HeadsUnreadable as refusal:
        return 0, [Finding(CHECK, str(file), str(refusal))]
    seals = {found.number: head_of(found) for found in PeriodSeal.objects.select_related("period")}
    findings = [finding for one in kept for finding in _against(one, seals.get(one.number))]
    if head and head.lower() not in {found.chain for found in seals.values()}:
        detail = "no seal has this chain: the seals were cut or rewritten since it was kept"
        findings.append(Finding(CHECK, f"head {head}", detail))
    return len(kept) + bool(head), findings


def _against(head: Head, kept: Head | None) -> Iterator[Finding]:
    if kept is None:
        detail = f"was kept outside for period {head.period} and is gone: the chain's end is cut"
        yield Finding(CHECK, f"seal {head.number}", detail)
    elif kept != head:
        detail = (
            f"was kept outside as {head.chain[:12]}… over {head.period} at {head.sealed_at}, and "
            f"is {kept.chain[:12]}… over {kept.period} at {kept.sealed_at}: it was rewritten"
        )
        yield Finding(CHECK, f"seal {head.number}", detail)


def _parsed(text: str, file: Path) -> list[Head]:
    heads = []
    for number, line in enumerate(text.splitlines(), start=1):
        fields = line.split("\t")
        if len(fields) != 4 or not fields[0].isdecimal():
            raise HeadsUnreadable(str(file), number)
        heads.append(Head(int(fields[0]), *fields[1:]))
    return heads


def _sync_folder(folder: Path) -> None:
    """Make a file that has just been created survive a failure of the machine."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
