"""Reads. What may put a disputed line right: its money taken back, and entries that stand."""

from __future__ import annotations

from decimal import Decimal

from ledger.chart_of_accounts import account_id, fund_place
from ledger.manual_lines import WrittenLine
from ledger.models.accounts import Account, AccountKind
from ledger.models.manual_entries import ManualEntry, ManualEntryState
from ledger.models.settlements import LineKind, SettlementLine
from pricing import price_lookup

STANDING = (ManualEntryState.PROPOSED, ManualEntryState.APPROVED)
MOST_OFFERED = 100


def taken_back(*, line_id: int) -> list[WrittenLine]:
    """The money of a statement line on the other side of its accounts, to look over and propose.

    Its tonnes stay: a record that is wrong is corrected. Empty where the line moved no money.
    """
    line = SettlementLine.objects.select_related("scheme", "money_account__commodity").get(
        pk=line_id
    )
    if line.money_account is None or not line.amount_minor:
        return []
    is_cost = line.kind in (LineKind.CHARGE, LineKind.LEVY)
    debited = line.amount_minor if is_cost else -line.amount_minor
    fund = account_id(fund_place(price_lookup.scheme_terms(code=line.scheme.code)))
    sides = [(line.money_account, -debited), (_account(fund), debited)]
    for due in _dues(line):
        sides.append((due, debited if due.kind == AccountKind.DUE_TO else -debited))
    return [_written(account, minor) for account, minor in sides]


def standing_entries() -> list[tuple[int, str]]:
    """The newest entries by hand that are proposed or approved: number, and what they say."""
    found = ManualEntry.objects.filter(state__in=STANDING).order_by("-id")[:MOST_OFFERED]
    return [
        (entry.pk, f"{entry.pk} · {entry.description} ({ManualEntryState(entry.state).label})")
        for entry in found
    ]


def _account(account_id: int) -> Account:
    return Account.objects.select_related("commodity").get(pk=account_id)


def _dues(line: SettlementLine) -> list[Account]:
    """What the line's legal entity owes the fund's, in the books of both; most have none."""
    if line.legal_entity_id is None:
        return []
    found = Account.objects.select_related("commodity").filter(
        scheme_id=line.scheme_id, counterparty__isnull=False
    )
    return [
        due
        for due in found.order_by("code")
        if line.legal_entity_id
        == (due.legal_entity_id if due.kind == AccountKind.DUE_TO else due.counterparty_id)
    ]


def _written(account: Account, minor: int) -> WrittenLine:
    """A debit above zero, a credit below, as somebody would type it."""
    amount = f"{Decimal(abs(minor)).scaleb(-account.commodity.exponent):f}"
    side = "debit" if minor > 0 else "credit"
    return WrittenLine(account.code, **{side: amount})
