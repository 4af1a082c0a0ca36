"""What the ledger refuses, in plain words: a module for what each is about, and what they share."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar, NamedTuple

from departments.organisation.said import Said, joined, said, word

MOST_MINOR = 2**63 - 1  # cents or milligrams: what a bigint holds
MOST_KGCO2E = Decimal(MOST_MINOR).scaleb(-6)


class LedgerError(Exception):
    """Base of every refusal of the ledger; `code` is stable, the message is for people."""

    code: ClassVar[str] = "ledger_error"
    http_status: ClassVar[int] = 422


class FieldProblem(NamedTuple):
    """What is wrong with one field; `field` is a dotted path such as `lines.2.account`."""

    field: str
    reason: str


def listed(items: Sequence[str], most: int) -> Said:
    """The first of them in a row, and how many more there are."""
    row, more = joined("; ", items[:most]), len(items) - most
    return said("%(items)s and %(more)s more", items=row, more=more) if more > 0 else row


def listed_problems(problems: Sequence[str], most: int) -> Said:
    """The same of problems, the last of which goes on with a semicolon as the others do."""
    row, more = joined("; ", problems[:most]), len(problems) - most
    return said("%(items)s; and %(more)s more", items=row, more=more) if more > 0 else row


def by_field(problems: Sequence[FieldProblem]) -> Said:
    """Problems in a row, each after the name of its field."""
    return joined(
        " ",
        [
            said("%(field)s: %(reason)s", field=word(each.field), reason=each.reason)
            for each in problems
        ],
    )
