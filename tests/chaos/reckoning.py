"""The reckoning: what stands in the tables, compared record by record and cent by cent with paper.

Only plain queries on documented columns; none of the product's own functions.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from tests.chaos.company import SCHEMES, Company, paper_schemes
from tests.promises.paper_books import PaperBooks

SETTLED = """
    SELECT sc.code, a.external_id, r.sign, count(*), bool_and(t.state = 'posted')
      FROM ledger_settledrecord r
      JOIN ledger_settlementline l ON l.id = r.line_id
      JOIN ledger_settlement t ON t.id = l.settlement_id
      JOIN pricing_scheme sc ON sc.id = t.scheme_id
      JOIN inventory_emissionrecord e ON e.id = r.emission_record_id
      JOIN inventory_activityrecord a ON a.id = e.activity_record_id
     GROUP BY 1, 2, 3
"""
BALANCES = """
    SELECT a.code, sum(l.debit) - sum(l.credit)
      FROM ledger_journalline l JOIN ledger_account a ON a.id = l.account_id GROUP BY 1
"""
UNBALANCED = """
    SELECT entry_id, commodity_id FROM ledger_journalline
     GROUP BY 1, 2 HAVING sum(debit) <> sum(credit)
"""
ENTRIES_TWICE = """
    SELECT source_type, source_id, purpose FROM ledger_journalentry
     GROUP BY 1, 2, 3 HAVING count(*) > 1
"""
SETTLEMENTS = "SELECT count(*) FROM ledger_settlement WHERE state = 'posted'"
UNFINISHED = """
    SELECT sc.code, p.code, t.state FROM ledger_settlement t
      JOIN ledger_accountingperiod p ON p.id = t.period_id
      JOIN pricing_scheme sc ON sc.id = t.scheme_id
     WHERE t.state NOT IN ('posted', 'cancelled')
"""
OPEN = "SELECT code FROM ledger_accountingperiod WHERE state = 'open' AND code = ANY (%s)"


@dataclass
class Reckoning:
    """How many settlements were posted, and the name of everything that went wrong."""

    settlements: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unbalanced: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)

    @property
    def wrongs(self) -> dict[str, list[str]]:
        return {
            "lost": self.lost,
            "doubled": self.doubled,
            "unbalanced": self.unbalanced,
            "unfinished": self.unfinished,
        }


def reckon(company: Company) -> Reckoning:
    """Compare the tables with paper, once every scheme has settled every month."""
    paper = settle_on_paper(company)
    found = Reckoning(settlements=rows(SETTLEMENTS)[0][0])
    compare_records(found, paper)
    compare_balances(found, paper)
    found.doubled += [f"entry {'/'.join(row)}" for row in rows(ENTRIES_TWICE)]
    found.unbalanced += [f"entry {entry} in {commodity}" for entry, commodity in rows(UNBALANCED)]
    found.unfinished += [" ".join(row) for row in rows(UNFINISHED)]
    months = [period.code for period in paper.periods]
    found.unfinished += [f"{code} is open" for (code,) in rows(OPEN, [months])]
    return found


def settle_on_paper(company: Company) -> PaperBooks:
    """Each scheme settled in one go: what is rounded together is the same, however it came."""
    paper = PaperBooks(company.paper.periods, company.paper.approved)
    for scheme in paper_schemes():
        paper.post(paper.draft(scheme, paper.periods[-1]))
    return paper


def compare_records(found: Reckoning, paper: PaperBooks) -> None:
    """A result that nothing supersedes is settled once in each scheme; others are taken back."""
    net: Counter[tuple[str, str]] = Counter()
    for scheme, name, sign, count, all_posted in rows(SETTLED):
        net[scheme, name] += sign * count
        if count > 1:
            found.doubled.append(f"{scheme} {name} {sign:+}")
        if not all_posted:
            found.unfinished.append(f"{scheme} {name} {sign:+}")
    for place in net.keys() | {(code, name) for code in SCHEMES for name in paper.approved}:
        expected = int(place in paper.settled)
        if net[place] < expected:
            found.lost.append(" ".join(place))
        elif net[place] > expected:
            found.doubled.append(" ".join(place))


def compare_balances(found: Reckoning, paper: PaperBooks) -> None:
    """Every account, in whole minor units."""
    actual: Counter[str] = Counter(dict(rows(BALANCES)))
    for account in actual.keys() | paper.balances.keys():
        expected = paper.balances.get(account, 0)
        if actual[account] != expected:
            less = abs(actual[account]) < abs(expected)
            wrong = f"{account}: {actual[account]}, on paper {expected}"
            (found.lost if less else found.doubled).append(wrong)


def rows(query: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
