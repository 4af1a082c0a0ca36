"""Calculates. Journal rows gathered into entries, and what the accounts hold after them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from ledger.exports.columns import moment
from ledger.journal_lines import JournalRow


@dataclass(slots=True)
class Closing:
    """Accounts and commodities in the order they were met, with what each account holds."""

    balances: dict[str, Decimal] = field(default_factory=dict)
    commodity_of: dict[str, str] = field(default_factory=dict)
    commodities: set[str] = field(default_factory=set)
    last_day: date | None = None

    def new_commodities(self, rows: list[JournalRow]) -> Iterator[JournalRow]:
        """The first row of each commodity that was not met before."""
        for row in rows:
            if row.commodity not in self.commodities:
                self.commodities.add(row.commodity)
                yield row

    def new_accounts(self, rows: list[JournalRow]) -> Iterator[JournalRow]:
        """The first row of each account that was not met before."""
        for row in rows:
            if row.account not in self.balances:
                self.balances[row.account] = Decimal(0)
                self.commodity_of[row.account] = row.commodity
                yield row

    def add(self, rows: list[JournalRow]) -> None:
        """Count an entry whose accounts are met."""
        for row in rows:
            self.balances[row.account] += signed(row)
        self.last_day = rows[0].entry_date

    def day_after(self) -> date | None:
        """The day after the last entry; None where there was none."""
        return None if self.last_day is None else self.last_day + timedelta(days=1)

    def held(self) -> Iterator[tuple[str, Decimal, str]]:
        """Every account by code, with its balance and commodity."""
        for account in sorted(self.balances):
            yield account, self.balances[account], self.commodity_of[account]


def by_entry(rows: Iterable[JournalRow]) -> Iterator[list[JournalRow]]:
    """The lines of one entry after the other."""
    for _, lines in groupby(rows, key=lambda row: row.entry_id):
        yield list(lines)


def signed(row: JournalRow) -> Decimal:
    """Debit minus credit."""
    return row.debit - row.credit


def places(row: JournalRow) -> int:
    """How many decimals the row's commodity has."""
    return -int(row.debit.as_tuple().exponent)


def facts(lines: list[JournalRow]) -> dict[str, str]:
    """What is known of an entry beside its lines; empty ones are left out.

    Of an entry in the books of several legal entities, each line says for itself whose it is.
    """
    row = lines[0]
    known = {
        "entry": str(row.entry_id),
        "recorded-at": moment(row.recorded_at),
        "period": row.period,
        "activity-period": row.activity_period,
        "scheme": row.scheme,
        "settlement": "" if row.settlement_id is None else str(row.settlement_id),
        "legal-entity": row.legal_entity,
        "department": row.department,
        "cost-centre": row.cost_centre,
        "source": f"{row.source_type} {row.source_id}",
        "purpose": row.purpose,
        "reverses": "" if row.reverses is None else str(row.reverses),
    }
    if in_several_books(lines):
        del known["legal-entity"], known["cost-centre"]
    return {name: value for name, value in known.items() if value}


def in_several_books(lines: list[JournalRow]) -> bool:
    """Whether an entry's lines are in the books of more than one legal entity."""
    return len({row.legal_entity for row in lines}) > 1


def line_facts(row: JournalRow) -> dict[str, str]:
    """What a line of such an entry says for itself; empty ones are left out."""
    known = {"legal-entity": row.legal_entity, "cost-centre": row.cost_centre}
    return {name: value for name, value in known.items() if value}
