"""Reads. Lines as people write them, into lines of the journal; every problem at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from departments.organisation.said import said, what_it_says
from ledger.errors import FieldProblem
from ledger.errors.calendar import PeriodClosed, PeriodNotFound
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
        words = said(
            "Write 2 to %(most)s lines; these are %(count)s.", most=MOST_LINES, count=len(written)
        )
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
        return [FieldProblem("entry_date", what_it_says(refusal))]
    return []


def _accounts(written: Sequence[WrittenLine]) -> dict[str, Account]:
    codes = {line.account for line in written}
    found = Account.objects.select_related("commodity").filter(code__in=codes)
    return {account.code: account for account in found}


def _of_account(line: WrittenLine, account: Account | None) -> list[tuple[str, str]]:
    if account is None:
        unknown = repr(line.account)
        return [
            (
                "account",
                said("There is no account %(account)s. Write its full code.", account=unknown),
            )
        ]
    if line.commodity not in ("", account.commodity_id):
        words = said(
            "%(account)s counts %(commodity)s, not %(other)s.",
            account=account.code,
            commodity=account.commodity_id,
            other=repr(line.commodity),
        )
        return [("commodity", words)]
    return []


def _of_sides(line: WrittenLine, account: Account | None) -> list[tuple[str, str]]:
    if bool(line.debit) == bool(line.credit):
        return [("debit", said("Write a debit or a credit: one of the two."))]
    side, text = ("debit", line.debit) if line.debit else ("credit", line.credit)
    if not NUMBER.fullmatch(text) or not Decimal(text):
        words = said(
            "%(text)s is no number above zero and below 10¹², such as 1250.00.", text=repr(text)
        )
        return [(side, words)]
    if account is not None and _minor(text, account.commodity) % 1:
        commodity = account.commodity
        words = said(
            "%(commodity)s has %(decimals)s decimals; %(text)s has more.",
            commodity=commodity.code,
            decimals=commodity.exponent,
            text=text,
        )
        return [(side, words)]
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
            words = said(
                "Debits are %(debit)s %(commodity)s and credits %(credit)s. Make them equal.",
                debit=f"{debit:f}",
                commodity=commodity,
                credit=f"{credit:f}",
            )
            problems.append(FieldProblem("lines", words))
    return problems


def _of_books(lines: Sequence[Line]) -> list[FieldProblem]:
    """Every legal entity in whose books debits are not credits, in whole units."""
    exponents = dict(Commodity.objects.values_list("code", "exponent"))
    problems = []
    for entity, commodity, *sides in unequal_books(lines):
        debit, credit = (Decimal(side).scaleb(-exponents[commodity]) for side in sides)
        where = said("On accounts of no legal entity")
        if entity:
            where = said("In the books of %(entity)s", entity=entity)
        words = said(
            "%(where)s debits are %(debit)s %(commodity)s and credits %(credit)s. Make them equal: "
            "between legal entities, with their due-to and due-from accounts.",
            where=where,
            debit=f"{debit:f}",
            commodity=commodity,
            credit=f"{credit:f}",
        )
        problems.append(FieldProblem("lines", words))
    return problems
