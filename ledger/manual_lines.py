"""Reads. Lines as people write them, into lines of the journal; every problem at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.errors import FieldProblem, PeriodClosed, PeriodNotFound
from ledger.models.accounts import Account, Commodity
from ledger.posting import Line, open_period_of, unequal_books

MOST_LINES = 200
NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,20})?")  # below a trillion: its milligrams fit 64 bits


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """An account's code, and a debit or a credit in whole units, all as text.

    Without a commodity it is the account's own.
    """

    account: str
    commodity: str = ""
    debit: str = ""
    credit: str = ""


def read_lines(written: Sequence[WrittenLine]) -> tuple[list[Line], list[FieldProblem]]:
    """The lines in minor units, or what is wrong with them, line by line, then as a whole."""
    if not 2 <= len(written) <= MOST_LINES:
        words = f"Write 2 to {MOST_LINES} lines; these are {len(written)}."
        return [], [FieldProblem("lines", words)]
    accounts = _accounts(written)
    lines: list[Line] = []
    problems: list[FieldProblem] = []
    for number, line in enumerate(written):
        account = accounts.get(line.account)
        found = [*_of_account(line, account), *_of_sides(line, account)]
        problems += [FieldProblem(f"lines.{number}.{field}", why) for field, why in found]
        if account is not None and not found:
            lines.append(_in_minor_units(line, account))
    return lines, problems or _of_balance(lines) or _of_books(lines)


def period_problems(entry_date: date) -> list[FieldProblem]:
    """Why nothing can be posted on a day, if nothing can."""
    try:
        open_period_of(entry_date)
    except (PeriodNotFound, PeriodClosed) as refusal:
        return [FieldProblem("entry_date", str(refusal))]
    return []


def _accounts(written: Sequence[WrittenLine]) -> dict[str, Account]:
    codes = {line.account for line in written}
    found = Account.objects.select_related("commodity").filter(code__in=codes)
    return {account.code: account for account in found}


def _of_account(line: WrittenLine, account: Account | None) -> list[tuple[str, str]]:
    if account is None:
        return [("account", f"There is no account {line.account!r}. Write its full code.")]
    if line.commodity not in ("", account.commodity_id):
        words = f"{account.code} counts {account.commodity_id}, not {line.commodity!r}."
        return [("commodity", words)]
    return []


def _of_sides(line: WrittenLine, account: Account | None) -> list[tuple[str, str]]:
    if bool(line.debit) == bool(line.credit):
        return [("debit", "Write a debit or a credit: one of the two.")]
    side, text = ("debit", line.debit) if line.debit else ("credit", line.credit)
    if not NUMBER.fullmatch(text) or not Decimal(text):
        return [(side, f"{text!r} is no number above zero and below 10¹², such as 1250.00.")]
    if account is not None and _minor(text, account.commodity) % 1:
        commodity = account.commodity
        return [(side, f"{commodity.code} has {commodity.exponent} decimals; {text} has more.")]
    return []


def _minor(text: str, commodity: Commodity) -> Decimal:
    return Decimal(text).scaleb(commodity.exponent)


def _in_minor_units(line: WrittenLine, account: Account) -> Line:
    debit, credit = (
        int(_minor(text, account.commodity)) if text else 0 for text in (line.debit, line.credit)
    )
    return Line(account.pk, account.commodity_id, debit=debit, credit=credit)


def _of_balance(lines: Sequence[Line]) -> list[FieldProblem]:
    """Every commodity whose debits are not its credits, in whole units."""
    problems = []
    exponents = dict(Commodity.objects.values_list("code", "exponent"))
    for commodity in sorted({line.commodity for line in lines}):
        sides = [line for line in lines if line.commodity == commodity]
        debit, credit = (
            Decimal(total).scaleb(-exponents[commodity])
            for total in (sum(s.debit for s in sides), sum(s.credit for s in sides))
        )
        if debit != credit:
            words = f"Debits are {debit:f} {commodity} and credits {credit:f}. Make them equal."
            problems.append(FieldProblem("lines", words))
    return problems


def _of_books(lines: Sequence[Line]) -> list[FieldProblem]:
    """Every legal entity in whose books debits are not credits, in whole units."""
    exponents = dict(Commodity.objects.values_list("code", "exponent"))
    problems = []
    for entity, commodity, *sides in unequal_books(lines):
        debit, credit = (Decimal(side).scaleb(-exponents[commodity]) for side in sides)
        where = f"In the books of {entity}" if entity else "On accounts of no legal entity"
        words = (
            f"{where} debits are {debit:f} {commodity} and credits {credit:f}. Make them equal: "
            "between legal entities, with their due-to and due-from accounts."
        )
        problems.append(FieldProblem("lines", words))
    return problems
