"""Reads. Samples of a period's journal lines, drawn by a seed: whoever draws again has the same.

Random: each line has the same chance. A line's rank is the SHA-256 of `seed|line id`; the smallest
ranks are drawn. Monetary unit: each minor unit (cent, milligram) has the same chance, so that large
lines are likelier. Lines are laid end to end by id; unit number k of n is
(start + k × sum) ÷ n, rounded down, with start = SHA-256 of `seed|start`, modulo the sum. Integers
alone; nothing is rounded but that division.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import connection

from departments.organisation.said import said
from ledger.errors.calendar import PeriodNotFound
from ledger.errors.journal import CommodityNotFound, SampleInvalid
from ledger.journal_lines import JournalRow, journal_rows, whole_through
from ledger.models.accounts import Commodity
from ledger.models.periods import AccountingPeriod, PeriodSeal
from ledger.sql import statement

RANDOM, MONETARY_UNIT = "random", "monetary-unit"
METHODS = (MONETARY_UNIT, RANDOM)
SIDES = ("debit", "credit", "both")
LARGEST = 10_000
TONNES = "KGCO2E"


@dataclass(frozen=True, slots=True)
class Pick:
    """A drawn line; `hits` is how many of the chosen units lie in it, 1 in a random sample."""

    number: int
    hits: int
    line: JournalRow


@dataclass(frozen=True, slots=True)
class Sample:
    """What was asked for, the population it was drawn from, and what was drawn.

    `total_minor` and `start_minor` are in minor units of the commodity, as the journal counts.
    """

    period: str
    state: str
    chain_sha256: str
    through_line_id: int
    commodity: str
    exponent: int
    side: str
    account: str
    method: str
    size: int
    seed: str
    line_count: int
    total_minor: int
    start_minor: int | None
    picks: tuple[Pick, ...]

    @property
    def total(self) -> Decimal:
        """The population's sum in whole units of its commodity."""
        return Decimal(self.total_minor).scaleb(-self.exponent)

    @property
    def drawn(self) -> Decimal:
        """The same of what was drawn."""
        exact = Decimal(0).scaleb(-self.exponent)
        return sum((pick.line.debit + pick.line.credit for pick in self.picks), exact)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sample to draw. `account` keeps that account and those below it; empty, all of them.

    `commodity` may be left out where the period's money is in one currency.
    """

    period: str
    size: int
    seed: str
    method: str = MONETARY_UNIT
    commodity: str | None = None
    side: str = "debit"
    account: str = ""


def draw(wanted: Wanted) -> Sample:
    """Draw it. The same words and the same lines give the same sample, in any database.

    Raises: SampleInvalid, with every problem at once; PeriodNotFound; CommodityNotFound.
    """
    _check(wanted)
    period = AccountingPeriod.objects.filter(code=wanted.period).first()
    if period is None:
        raise PeriodNotFound(wanted.period)
    commodity = _commodity(wanted, period)
    facts: dict[str, Any] = {
        "period_id": period.pk,
        "through_line_id": whole_through(),
        "commodity": commodity.code,
        "side": wanted.side,
        "account": wanted.account,
        "seed": wanted.seed,
        "size": wanted.size,
    }
    ((line_count, total),) = _rows("population", facts)
    sample = Sample(
        period=period.code,
        state=period.state,
        chain_sha256=_chain_of(period),
        through_line_id=facts["through_line_id"],
        commodity=commodity.code,
        exponent=commodity.exponent,
        side=wanted.side,
        account=wanted.account,
        method=wanted.method,
        size=wanted.size,
        seed=wanted.seed,
        line_count=line_count,
        total_minor=int(total),
        start_minor=None,
        picks=(),
    )
    return _drawn(sample, facts)


def chosen_units(*, total: int, size: int, start: int) -> list[int]:
    """The minor units, counted from 0, that a monetary-unit sample looks at: one each total ÷ size.

    `start` is from 0 to total − 1 and shifts them all.
    """
    return [(start + number * total) // size for number in range(size)]


def start_of(*, total: int, seed: str) -> int:
    """The start that a seed gives: each of 0 to total − 1 is as likely as the others."""
    return int(sha256(f"{seed}|start".encode()).hexdigest(), 16) % total


def _drawn(sample: Sample, facts: dict[str, Any]) -> Sample:
    if sample.method == RANDOM:
        found = _rows("random", facts)
    elif sample.total_minor == 0:
        return sample
    else:
        start = start_of(total=sample.total_minor, seed=sample.seed)
        sample = replace(sample, start_minor=start)
        units = chosen_units(total=sample.total_minor, size=sample.size, start=start)
        found = _rows("monetary_unit", facts | {"units": units})
    lines = {row.line_id: row for row in _lines([line_id for line_id, _ in found])}
    picks = [
        Pick(number, hits, lines[line_id]) for number, (line_id, hits) in enumerate(found, start=1)
    ]
    return replace(sample, picks=tuple(picks))


def _lines(line_ids: list[int]) -> list[JournalRow]:
    return list(journal_rows(line_ids=line_ids)) if line_ids else []


def _check(wanted: Wanted) -> None:
    problems: list[str] = []
    if wanted.method not in METHODS:
        problems.append(
            said(
                "There is no method %(method)s; there are %(known)s.",
                method=repr(wanted.method),
                known=", ".join(METHODS),
            )
        )
    if wanted.side not in SIDES:
        problems.append(
            said(
                "There is no side %(side)s; there are %(known)s.",
                side=repr(wanted.side),
                known=", ".join(SIDES),
            )
        )
    if not 1 <= wanted.size <= LARGEST:
        problems.append(
            said(
                "A sample has 1 to %(most)s lines, not %(count)s.",
                most=f"{LARGEST:,}",
                count=f"{wanted.size:,}",
            )
        )
    if not wanted.seed or len(wanted.seed) > 100 or not wanted.seed.isprintable():
        problems.append(said("The seed is a word or number of 1 to 100 characters."))
    if problems:
        raise SampleInvalid(problems)


def _commodity(wanted: Wanted, period: AccountingPeriod) -> Commodity:
    if wanted.commodity is not None:
        found = Commodity.objects.filter(code=wanted.commodity).first()
        if found is None:
            known = list(Commodity.objects.order_by("code").values_list("code", flat=True))
            raise CommodityNotFound(wanted.commodity, known)
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT a.commodity_id FROM ledger_periodbalance b "
            "JOIN ledger_account a ON a.id = b.account_id "
            "WHERE b.period_id = %s AND a.commodity_id <> %s ORDER BY 1",
            [period.pk, TONNES],
        )
        there = [code for (code,) in cursor.fetchall()]
    if len(there) != 1:
        problem = said(
            "%(period)s has no money: say which commodity to sample.", period=period.code
        )
        if there:
            problem = said(
                "%(period)s has money in %(currencies)s: say which commodity to sample.",
                period=period.code,
                currencies=", ".join(there),
            )
        raise SampleInvalid([problem])
    return Commodity.objects.get(code=there[0])


def _chain_of(period: AccountingPeriod) -> str:
    seal = PeriodSeal.objects.filter(period=period).first()
    return "" if seal is None else seal.chain_sha256


def _rows(name: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement(f"audit/{name}"), facts)
        return list(cursor.fetchall())
