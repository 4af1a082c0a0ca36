"""Calculates. Journal entries as documents of an ERP: one company, currency and day, within limits.

Entries stay whole where they fit. One that is longer than a document is split, and each part is
balanced by a line on the company's clearing account, which comes to nothing over all parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from departments.organisation.said import said
from ledger.chart_of_accounts import KGCO2E
from ledger.exports.problems import Problems
from ledger.exports.setup import Setup
from ledger.models.accounts import AccountKind
from pricing.conversion import converted
from pricing.money import minor_exponent

Facts = dict[str, Any]
Key = tuple[str, str]  # legal entity and currency
KG_A_TONNE_LOG10 = 3
TONNES_OF = {AccountKind.EMISSIONS, AccountKind.REMOVALS}
RESULTS = ("Expenses:", "Income:")


@dataclass(slots=True)
class Document:
    """Lines of one company, currency and day that balance, and what they share.

    Its number is that of its first entry, so the same lines make the same document again.
    """

    legal_entity: str
    currency: str
    posting_date: date
    period: str
    first_entry_id: int
    part: int = 1
    lines: list[Facts] = field(default_factory=list)

    @property
    def number(self) -> str:
        """`123`, or `123-2` for the second part of a long entry."""
        return f"{self.first_entry_id}" + ("" if self.part == 1 else f"-{self.part}")

    def facts(self) -> Facts:
        """What each of its lines has from it."""
        return {
            "legal_entity": self.legal_entity,
            "currency": self.currency,
            "posting_date": self.posting_date,
            "period": self.period,
            "document_text": f"Carbon fee {self.period}",
            "document_id": f"CFL-{self.legal_entity}-{self.currency}-{self.number}",
            "voucher": f"CFL-{self.currency}-{self.number}",
        }


@dataclass(slots=True)
class Documents:
    """Takes entries by date and gives documents on as they are full, or their day is over."""

    setup: Setup
    problems: Problems
    give: Callable[[Document], None]
    day: date | None = None
    open: dict[Key, Document] = field(default_factory=dict)

    def add(self, rows: list[Facts]) -> int:
        """The rows of one entry. Returns: how many are money, and so in a document."""
        day = date.fromisoformat(rows[0]["entry_date"])
        if day != self.day:
            self.flush()
            self.day = day
        parts = by_books(rows)
        for key, lines in parts.items():
            self._convert(key, lines, day)
            self._put(key, lines, day)
        return sum(map(len, parts.values()))

    def _convert(self, key: Key, lines: list[Facts], day: date) -> None:
        """What the lines are in the currency of the company's books, where that is another."""
        entity, currency = key
        own, rates = self.setup.currencies.get(entity), self.setup.rates
        if rates is None or own in (None, currency) or self.setup.converts_itself(entity):
            return
        assert own is not None
        rate = rates.of(currency, own, day)
        if rate is None:
            self.problems.add(
                said(
                    "%(entity)s keeps its books in %(own)s, and there is no approved exchange "
                    "rate %(own)s for %(currency)s on %(day)s or the six days before: load one "
                    "with exchange_rates",
                    entity=entity,
                    own=own,
                    currency=currency,
                    day=day,
                ),
                lines[0]["entry_id"],
            )
            return
        amounts = converted(
            [line["amount"] for line in lines], rate=rate.rate, exponent=minor_exponent(own)
        )
        for line, amount in zip(lines, amounts, strict=True):
            line["converted"], line["rate"] = amount, rate

    def flush(self) -> None:
        """Give on the documents of the day, by company and currency."""
        for key in sorted(self.open):
            self.give(self.open[key])
        self.open = {}

    def _put(self, key: Key, lines: list[Facts], day: date) -> None:
        most = self.setup.layout.document_lines or self.setup.layout.file_lines
        begun = self.open.get(key)
        if begun is not None and most and len(begun.lines) + len(lines) > most:
            self._close(key)
        if most and len(lines) > most:
            for document in self._in_parts(key, lines, day, most):
                self.give(document)
            return
        if key not in self.open:
            self.open[key] = _begun(key, lines, day)
        self.open[key].lines += lines

    def _close(self, key: Key) -> None:
        full = self.open.pop(key, None)
        if full is not None:
            self.give(full)

    def _in_parts(self, key: Key, lines: list[Facts], day: date, most: int) -> Iterator[Document]:
        account = self.setup.constant(key[0], "clearing_account")
        if not account:
            self.problems.add(
                said(
                    "An entry has %(count)s lines in %(entity)s, and a document takes %(most)s: "
                    "load a clearing_account for %(entity)s and %(format)s with "
                    "load_export_profile",
                    count=f"{len(lines):,}",
                    entity=key[0],
                    most=f"{most:,}",
                    format=self.setup.layout.name,
                ),
                lines[0]["entry_id"],
            )
        room = most - 1  # for the clearing line
        for part, start in enumerate(range(0, len(lines), room), start=1):
            document = _begun(key, lines, day, part)
            document.lines = lines[start : start + room]
            left = _sum(line["amount"] for line in document.lines)
            has_rate = lines[0]["rate"] is not None
            left_converted = _sum(line["converted"] for line in document.lines if has_rate)
            if left or left_converted:
                clearing = _clearing(document.lines[-1], account, -left)
                document.lines.append(
                    clearing | {"converted": -left_converted if has_rate else None}
                )
            yield document


def by_books(rows: Iterable[Facts]) -> dict[Key, list[Facts]]:
    """The money lines of an entry by legal entity and currency, with the tonnes they are for.

    The entry's tonnes stand on its first line of income or expense. Where such lines are in the
    books of several legal entities, nobody could say which tonnes are whose: they are left out.
    """
    parts: dict[Key, list[Facts]] = {}
    results: list[Facts] = []
    tonnes = Decimal(0)
    for row in rows:
        amount = Decimal(row["debit"]) - Decimal(row["credit"])
        if row["commodity"] == KGCO2E:
            tonnes += amount.scaleb(-KG_A_TONNE_LOG10) if row["account_kind"] in TONNES_OF else 0
            continue
        line = line_facts(row, amount)
        parts.setdefault((row["legal_entity"], row["commodity"]), []).append(line)
        results += [line] if line["is_result"] else []
    if tonnes and results and len({line["legal_entity"] for line in results}) == 1:
        results[0]["tonnes"] = tonnes
    return parts


def line_facts(row: Facts, amount: Decimal) -> Facts:
    """What an ERP is told of a journal line; a cost centre is for income and expense alone."""
    is_result = row["account"].startswith(RESULTS)
    return {
        "legal_entity": row["legal_entity"],
        "is_result": is_result,
        "account": row["account"],
        "account_kind": row["account_kind"],
        "gl_account": row["gl_account"],
        "cost_centre": row["cost_centre"] if is_result else "",
        "tax_code": row["tax_code"],
        "segment": row["segment"],
        "counterparty": row["trading_partner"],
        "department": row["department"],
        "scheme": row["scheme"],
        "entry_id": row["entry_id"],
        "period": row["period"],
        "line_text": row["description"],
        "amount": amount,
        "converted": None,
        "rate": None,
    }


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, start=Decimal(0))


def _begun(key: Key, lines: list[Facts], day: date, part: int = 1) -> Document:
    return Document(*key, day, lines[0]["period"], lines[0]["entry_id"], part)


def _clearing(line: Facts, account: str, amount: Decimal) -> Facts:
    return line | {
        "is_result": False,
        "account": "",
        "account_kind": "clearing",
        "gl_account": account,
        "cost_centre": "",
        "tax_code": "",
        "segment": "",
        "counterparty": "",
        "department": "",
        "line_text": "Clearing of a split entry",
        "amount": amount,
        "tonnes": None,
    }
