"""A correction by hand, as tests propose it: $12.50 and a gram, moved between accounts."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger import manual_entries
from ledger.manual_lines import WrittenLine
from ledger.models.manual_entries import ManualEntry
from tests.ledger.books import NOON, Books

MAY = date(2023, 5, 31)
FEE, FUND = "Expenses:Carbon-Fee:FEE:CLOUD", "Equity:Carbon-Fund:FEE"
EMISSIONS, ATMOSPHERE = "Expenses:Emissions:CLOUD:Scope-1", "Equity:Atmosphere"
LINES = [
    WrittenLine(FEE, "USD", debit="12.50"),
    WrittenLine(FUND, "USD", credit="12.5"),
    WrittenLine(EMISSIONS, "KGCO2E", credit="0.001"),
    WrittenLine(ATMOSPHERE, "KGCO2E", debit="0.001"),
]


def settled_quarter(books: Books) -> Books:
    """The accounts are there: a first quarter is settled."""
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.settle("2023Q1")
    return books


def propose(books: Books, by: str = "analyst", **changes: Any) -> ManualEntry:
    facts: dict[str, Any] = {
        "entry_date": MAY,
        "description": "Fee of a site that was sold",
        "reason": "The buyer takes it over, see the contract",
        "evidence": "https://files.example/contract.pdf",
        "lines": LINES,
        "by": books.people[by],
        "at": NOON,
    }
    return manual_entries.propose(**facts | changes)


def approve(books: Books, entry: ManualEntry, by: str = "approver") -> ManualEntry:
    return manual_entries.approve(manual_entry_id=entry.pk, by=books.people[by], at=NOON)
