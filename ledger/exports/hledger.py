"""Calculates. The journal for hledger: a transaction an entry, balances asserted at the end.

Debits are positive; commodities and accounts are declared, so that `hledger check accounts
commodities ordereddates` holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ledger.exports.entries import (
    Closing,
    by_entry,
    facts,
    in_several_books,
    line_facts,
    places,
    signed,
)
from ledger.journal_lines import JournalRow

TITLE = "; Carbon Fee Ledger\n"
_MARKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def pieces(rows: Iterable[JournalRow]) -> Iterator[str]:
    """The file, entry by entry; commodities and accounts are declared where they first appear."""
    closing = Closing()
    yield TITLE
    for lines in by_entry(rows):
        yield _declared(lines, closing) + _transaction(lines)
        closing.add(lines)
    yield _asserted(closing)


def symbol(commodity: str) -> str:
    """The commodity as hledger writes it: in quotes, if it is not letters alone."""
    return commodity if commodity.isalpha() else f'"{commodity}"'


def plain(text: str) -> str:
    """Text for a description, on one line; a semicolon would begin a comment there."""
    return _MARKS.sub(" ", text).replace(";", ",")


def tag(text: str) -> str:
    """Text for a tag: it ends at a comma, and brackets could hold a date."""
    return re.sub(r"[,\[\]]", " ", plain(text))


def _declared(lines: list[JournalRow], closing: Closing) -> str:
    commodities = [
        f"commodity 1000.{'0' * places(row)} {symbol(row.commodity)}\n"
        for row in closing.new_commodities(lines)
    ]
    accounts = [f"account {row.account}\n" for row in closing.new_accounts(lines)]
    return "".join(["\n", *commodities, *accounts]) if commodities or accounts else ""


def _transaction(lines: list[JournalRow]) -> str:
    first = lines[0]
    head = f"\n{first.entry_date} * ({first.entry_id}) {plain(first.description)}\n"
    known = "".join(f"    ; {name}: {tag(value)}\n" for name, value in facts(lines).items())
    own = line_facts if in_several_books(lines) else lambda row: {}
    postings = "".join(
        f"    {row.account}  {signed(row):f} {symbol(row.commodity)}\n"
        + "".join(f"    ; {name}: {tag(value)}\n" for name, value in own(row).items())
        for row in lines
    )
    return head + known + postings


def _asserted(closing: Closing) -> str:
    checks = [
        f"    {account}  0 {symbol(commodity)} = {balance:f} {symbol(commodity)}\n"
        for account, balance, commodity in closing.held()
    ]
    head = f"\n{closing.day_after()} * closing balances\n"
    return "".join([head, *checks]) if checks else ""
