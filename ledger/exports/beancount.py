"""Calculates. The journal for beancount: a transaction an entry, balances asserted at the end.

Debits are positive. `bean-check` refuses a file in which one cent or one milligram was changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger.exports.entries import Closing, by_entry, facts, in_several_books, line_facts, signed
from ledger.journal_lines import JournalRow

TITLE = 'option "title" "Carbon Fee Ledger"\n'
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def pieces(rows: Iterable[JournalRow]) -> Iterator[str]:
    """The file, entry by entry; commodities and accounts are opened on their first day."""
    closing = Closing()
    yield TITLE
    for lines in by_entry(rows):
        yield _opened(lines, closing) + _transaction(lines)
        closing.add(lines)
    yield _asserted(closing)


def quoted(text: str) -> str:
    """Text as a beancount string."""
    return '"' + text.translate(_ESCAPES) + '"'


def _opened(lines: list[JournalRow], closing: Closing) -> str:
    day = lines[0].entry_date
    commodities = [f"{day} commodity {row.commodity}\n" for row in closing.new_commodities(lines)]
    accounts = [
        f"{day} open {row.account} {row.commodity}\n" for row in closing.new_accounts(lines)
    ]
    return "".join(["\n", *commodities, *accounts]) if commodities or accounts else ""


def _transaction(lines: list[JournalRow]) -> str:
    first = lines[0]
    head = f"\n{first.entry_date} * {quoted(first.description)}\n"
    known = "".join(f"  {name}: {quoted(value)}\n" for name, value in facts(lines).items())
    own = line_facts if in_several_books(lines) else lambda row: {}
    postings = "".join(
        f"  {row.account}  {signed(row):f} {row.commodity}\n"
        + "".join(f"    {name}: {quoted(value)}\n" for name, value in own(row).items())
        for row in lines
    )
    return head + known + postings


def _asserted(closing: Closing) -> str:
    """`~ 0`: beancount would let the last digit differ."""
    day = closing.day_after()
    checks = [
        f"{day} balance {account}  {balance:f} ~ 0 {commodity}\n"
        for account, balance, commodity in closing.held()
    ]
    return "".join(["\n", *checks]) if checks else ""
