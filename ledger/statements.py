"""Reads. What a department owes and earned: bills, statement lines, and what a line is made of."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Sum, When

from departments.inventory.records import EmissionDetail, emission_details
from departments.organisation.models import Department
from ledger.errors.calendar import PeriodNotFound
from ledger.errors.settlements import LineNotFound, StatementNotFound
from ledger.models.journal import JournalEntry
from ledger.models.periods import AccountingPeriod, PeriodSeal
from ledger.models.settlements import (
    CHARGING,
    EARNING,
    LineKind,
    SettledRecord,
    Settlement,
    SettlementLine,
    SettlementState,
)
from ledger.models.totals import LineTotal
from pricing import price_lookup
from pricing.mechanisms import MECHANISMS
from pricing.price_lookup import SchemeTerms

MG_PER_KG_DIGITS = 6


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a bill. Quantities in kgCO2e; amounts in the scheme's currency.

    `amount` is positive for what is charged and negative for what is earned, so that lines add up.
    `legal_entity` is whose books it is in; empty, where the scheme tells no books apart.
    `explanation` is the arithmetic of a levy or an allocation; empty, for tonnes × price.
    `is_incentive`: an allocation of a fee, which pays for tonnes below a baseline, and takes away
    what is over a cap.
    """

    line_id: int
    department_id: int
    department: str
    kind: str
    is_true_up: bool
    activity_period: str
    scope: int | None
    category: int | None
    durability_class: str
    location_kgco2e: Decimal
    market_kgco2e: Decimal
    settled_kgco2e: Decimal
    price_per_tonne: Decimal | None
    amount: Decimal
    currency: str
    record_count: int
    legal_entity: str = ""
    explanation: tuple[str, ...] = ()
    is_incentive: bool = False

    @property
    def tonnes(self) -> Decimal:
        """tCO2e on the scheme's own basis."""
        return self.settled_kgco2e / 1000


@dataclass(frozen=True, slots=True)
class StatementSeal:
    """The seal that a statement carries: its own period's once that is closed.

    Before, the newest there was when it was posted (`covers_statement` is False then).
    """

    number: int
    period: str
    chain_sha256: str
    sealed_at: datetime
    covers_statement: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A department's account with the carbon fund for one period, as it was posted.

    closing_balance = opening_balance + charged − earned; all in `currency`.
    """

    department: str
    department_name: str
    scheme: str
    scheme_name: str
    period: str
    starts_on: date
    ends_on: date
    currency: str
    state: str
    settlement_ids: tuple[int, ...]
    prepared_by: str
    approved_by: str
    posted_at: datetime | None
    opening_balance: Decimal
    charged: Decimal
    earned: Decimal
    closing_balance: Decimal
    lines: tuple[StatementLine, ...]
    sha256: str
    seal: StatementSeal | None

    @property
    def net(self) -> Decimal:
        """Charged minus earned."""
        return self.charged - self.earned

    @property
    def is_shared_out(self) -> bool:
        """Whether its scheme's mechanism adds to what tonnes cost and earn."""
        return any(line.explanation for line in self.lines)


@dataclass(frozen=True, slots=True)
class LineDetail:
    """A statement line with its arithmetic, the price's explanation, records and journal entry."""

    line: StatementLine
    scheme: str
    scheme_name: str
    scope2_basis: str
    period: str
    settlement_id: int
    state: str
    settled_before_kgco2e: Decimal
    amount_before: Decimal
    price_explanation: tuple[str, ...]
    records: tuple[SettledRecordDetail, ...]
    journal_entry_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SettledRecordDetail:
    """One emission record of a line; `sign` is -1 where a superseded result was taken back."""

    sign: int
    emission: EmissionDetail


@dataclass(frozen=True, slots=True)
class PeriodSummary:
    """A period a department has statement lines in, with its totals."""

    period: str
    starts_on: date
    ends_on: date
    state: str
    charged: Decimal
    earned: Decimal
    settled_kgco2e: Decimal
    currency: str


def statement_of(
    *,
    department_code: str,
    scheme_code: str,
    period_code: str,
    department_ids: Collection[int] | None = None,
) -> Statement:
    """The posted statement of a department, scheme and period.

    `department_ids` limits what may be seen: None is everything.

    Raises: StatementNotFound, also for a department that may not be seen; SchemeNotFound;
            PeriodNotFound.
    """
    terms = price_lookup.scheme_terms(code=scheme_code)
    period = AccountingPeriod.objects.filter(code=period_code).first()
    if period is None:
        raise PeriodNotFound(period_code)
    department = Department.objects.filter(code=department_code).first()
    settlements = list(
        Settlement.objects.filter(scheme_id=terms.id, period=period, state=SettlementState.POSTED)
        .select_related("prepared_by", "approved_by")
        .order_by("revision")
    )
    hidden = department is None or (
        department_ids is not None and department.pk not in department_ids
    )
    if department is None or hidden or not settlements:
        raise StatementNotFound(department_code, scheme_code, period_code)
    return _statement(department, terms, period, settlements)


def _statement(
    department: Department,
    terms: SchemeTerms,
    period: AccountingPeriod,
    settlements: list[Settlement],
) -> Statement:
    rows = ordered_lines(terms).filter(settlement__in=settlements, department=department)
    lines = tuple(present_line(row, terms) for row in rows)
    charged, earned = charged_and_earned(lines, terms)
    opening = openings_of(terms, period, [department.pk])[department.pk]
    last = settlements[-1]
    statement = Statement(
        department=department.code,
        department_name=department.name,
        scheme=terms.code,
        scheme_name=terms.name,
        period=period.code,
        starts_on=period.first_day,
        ends_on=period.last_day,
        currency=terms.currency,
        state="closed" if period.state == "closed" else last.state,
        settlement_ids=tuple(settlement.pk for settlement in settlements),
        prepared_by=last.prepared_by.get_username(),
        approved_by=last.approved_by.get_username() if last.approved_by else "",
        posted_at=last.posted_at,
        opening_balance=opening,
        charged=charged,
        earned=earned,
        closing_balance=opening + charged - earned,
        lines=lines,
        sha256="",
        seal=_seal_of(period, last),
    )
    return replace(statement, sha256=hash_of(_hashed_content(statement)))


def charged_and_earned(
    lines: Iterable[StatementLine], terms: SchemeTerms
) -> tuple[Decimal, Decimal]:
    """What lines charge and what they earn, both positive, in the scheme's currency."""
    charged = earned = Decimal(0).scaleb(-terms.currency_exponent)
    for line in lines:
        if line.kind in CHARGING:
            charged += line.amount
        elif line.kind in EARNING:
            earned -= line.amount
    return charged, earned


def statement_content(statement: Statement) -> dict[str, Any]:
    """A statement as programs read it, with the hash that people find on it."""
    return _hashed_content(statement) | {
        "department_name": statement.department_name,
        "starts_on": statement.starts_on.isoformat(),
        "ends_on": statement.ends_on.isoformat(),
        "state": statement.state,
        "prepared_by": statement.prepared_by,
        "approved_by": statement.approved_by,
        "posted_at": statement.posted_at.isoformat() if statement.posted_at else None,
        "sha256": statement.sha256,
        "seal": _seal_content(statement.seal),
    }


def _seal_of(period: AccountingPeriod, settlement: Settlement) -> StatementSeal | None:
    """Not part of the statement's own hash, which stays what it was when it was posted."""
    before = Q(sealed_at__lte=settlement.posted_at) if settlement.posted_at else Q()
    own_first = Case(When(period=period, then=0), default=1)
    seals = PeriodSeal.objects.select_related("period").filter(Q(period=period) | before)
    kept = seals.order_by(own_first, "-number").first()
    if kept is None:
        return None
    return StatementSeal(
        number=kept.number,
        period=kept.period.code,
        chain_sha256=kept.chain_sha256,
        sealed_at=kept.sealed_at,
        covers_statement=kept.period_id == period.pk,
    )


def _seal_content(seal: StatementSeal | None) -> dict[str, Any] | None:
    return None if seal is None else asdict(seal) | {"sealed_at": seal.sealed_at.isoformat()}


def _hashed_content(statement: Statement) -> dict[str, Any]:
    return hashed_content(
        (statement.department, statement.scheme, statement.period, statement.currency),
        (statement.opening_balance, statement.charged, statement.earned),
        statement.lines,
    )


def hashed_content(
    names: tuple[str, str, str, str],
    sums: tuple[Decimal, Decimal, Decimal],
    lines: Iterable[StatementLine],
) -> dict[str, Any]:
    """What the hash stands for: everything that was posted, nothing that may still change.

    `names` are department, scheme, period and currency; `sums` opening balance, charged and earned.
    """
    opening, charged, earned = sums
    exponent = -int(opening.as_tuple().exponent)
    return {
        **dict(zip(("department", "scheme", "period", "currency"), names, strict=True)),
        "opening_balance": f"{opening:f}",
        "charged": f"{charged:f}",
        "earned": f"{earned:f}",
        "closing_balance": f"{opening + charged - earned:f}",
        "lines": [line_content(line, exponent) for line in lines],
    }


def hash_of(content: dict[str, Any]) -> str:
    """SHA-256 in hex over compact JSON with sorted keys."""
    told = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return sha256(told.encode()).hexdigest()


def line_content(line: StatementLine, currency_exponent: int) -> dict[str, Any]:
    """A statement line as programs read it: decimals as text, units in the names."""
    price = line.price_per_tonne
    books = {"legal_entity": line.legal_entity} if line.legal_entity else {}
    arithmetic = {"explanation": list(line.explanation)} if line.explanation else {}
    return (
        books
        | arithmetic
        | {
            "kind": line.kind,
            "is_true_up": line.is_true_up,
            "activity_period": line.activity_period,
            "scope": line.scope,
            "category": line.category,
            "durability_class": line.durability_class,
            "settled_kgco2e": f"{line.settled_kgco2e:f}",
            "location_kgco2e": f"{line.location_kgco2e:f}",
            "market_kgco2e": f"{line.market_kgco2e:f}",
            "price_per_tonne": None if price is None else f"{price:f}",
            "amount": f"{line.amount:.{currency_exponent}f}",
            "records": line.record_count,
        }
    )


def statement_lines(
    *,
    scheme_code: str,
    period_code: str | None = None,
    department_ids: Collection[int] | None = None,
    states: tuple[str, ...] = (SettlementState.POSTED,),
    terms: SchemeTerms | None = None,
) -> list[StatementLine]:
    """Statement lines of a scheme, of one period or all, of the departments that may be seen.

    `terms` are the scheme's, where the caller has read them already.
    """
    terms = terms or price_lookup.scheme_terms(code=scheme_code)
    rows = ordered_lines(terms).filter(settlement__scheme_id=terms.id, settlement__state__in=states)
    if period_code is not None:
        rows = rows.filter(settlement__period__code=period_code)
    if department_ids is not None:
        rows = rows.filter(department_id__in=department_ids)
    return [present_line(row, terms) for row in rows]


def period_summaries(
    *, scheme_code: str, department_ids: Collection[int] | None
) -> list[PeriodSummary]:
    """Totals of every posted period of a scheme, oldest first, for the departments seen."""
    terms = price_lookup.scheme_terms(code=scheme_code)
    posted = {"scheme_id": terms.id, "settlement__state": SettlementState.POSTED}
    lines: QuerySet[Any] = LineTotal.objects.filter(**posted)
    if department_ids is not None:
        lines = SettlementLine.objects.filter(**posted, department_id__in=department_ids)
    totals: dict[int, dict[str, int]] = {}
    for row in (
        lines.order_by()
        .values("settlement__period_id", "kind")
        .annotate(amount=Sum("amount_minor"), quantity=Sum("settled_mgco2e"))
    ):
        of_period = totals.setdefault(row["settlement__period_id"], {})
        of_period[row["kind"]] = row["amount"]
        if row["kind"] == LineKind.CHARGE:
            of_period["quantity"] = row["quantity"]
    periods = AccountingPeriod.objects.filter(pk__in=totals).order_by("days")
    exponent = terms.currency_exponent
    return [
        PeriodSummary(
            period=period.code,
            starts_on=period.first_day,
            ends_on=period.last_day,
            state=period.state,
            charged=Decimal(_of(CHARGING, totals[period.pk])).scaleb(-exponent),
            earned=Decimal(_of(EARNING, totals[period.pk])).scaleb(-exponent),
            settled_kgco2e=_kg(totals[period.pk].get("quantity", 0)),
            currency=terms.currency,
        )
        for period in periods
    ]


def newest_bill(
    *, scheme_code: str, department_ids: Collection[int] | None, period_code: str = ""
) -> tuple[str, str] | None:
    """Department and period of the newest posted bill, of the departments that may be seen.

    Of a period that was asked for, if it has any; else of the newest. The first department by code.
    """
    terms = price_lookup.scheme_terms(code=scheme_code)
    lines = SettlementLine.objects.filter(settlement_id=OuterRef("pk"))
    if department_ids is not None:
        lines = lines.filter(department_id__in=department_ids)
    billed = Settlement.objects.filter(
        Exists(lines), scheme_id=terms.id, state=SettlementState.POSTED
    ).order_by("-period__days")
    asked = billed.filter(period__code=period_code) if period_code else billed.none()
    newest = asked.select_related("period").first() or billed.select_related("period").first()
    if newest is None:
        return None
    code = _first_billed(terms, newest.period_id, department_ids)
    return (code, newest.period.code) if code else None


def _first_billed(
    terms: SchemeTerms, period_id: int, department_ids: Collection[int] | None
) -> str | None:
    settlements = Settlement.objects.filter(
        scheme_id=terms.id, period_id=period_id, state=SettlementState.POSTED
    ).values_list("pk", flat=True)
    lines = SettlementLine.objects.filter(
        department_id=OuterRef("pk"), settlement_id__in=list(settlements)
    )
    found = Department.objects.filter(Exists(lines)).order_by("code")
    if department_ids is not None:
        found = found.filter(pk__in=department_ids)
    return found.values_list("code", flat=True).first()


def line_detail(
    *,
    line_id: int,
    department_ids: Collection[int] | None,
    records_after: int = 0,
    most_records: int | None = None,
) -> LineDetail:
    """A statement line with everything it is made of, as far as it may be seen.

    Whoever does not see the whole company sees posted lines only. `most_records` shows so many
    results, by id, after the one numbered `records_after`; None shows all.

    Raises: LineNotFound, also for another department's line.
    """
    lines = SettlementLine.objects.select_related(
        "settlement__period", "department", "activity_period", "legal_entity"
    ).filter(pk=line_id)
    if department_ids is not None:
        lines = lines.filter(
            department_id__in=department_ids, settlement__state=SettlementState.POSTED
        )
    row = lines.first()
    if row is None:
        raise LineNotFound(line_id)
    terms = price_lookup.scheme_terms(scheme_id=row.scheme_id)
    settled = SettledRecord.objects.filter(line=row, emission_record_id__gt=records_after)
    shown = settled.order_by("emission_record_id").values_list("emission_record_id", "sign")
    signs = dict(shown[:most_records])
    return LineDetail(
        line=present_line(row, terms),
        scheme=terms.code,
        scheme_name=terms.name,
        scope2_basis=terms.scope2_basis,
        period=row.settlement.period.code,
        settlement_id=row.settlement_id,
        state=row.settlement.state,
        settled_before_kgco2e=_kg(row.settled_before_mgco2e),
        amount_before=Decimal(row.amount_before_minor).scaleb(-terms.currency_exponent),
        price_explanation=price_lookup.explain_price(price_id=row.price_id) if row.price_id else (),
        records=tuple(
            SettledRecordDetail(signs[detail.emission_record_id], detail)
            for detail in emission_details(emission_record_ids=list(signs))
        ),
        journal_entry_ids=_entries_of(row),
    )


def _entries_of(row: SettlementLine) -> tuple[int, ...]:
    purpose = "incentive" if row.durability_class else "charge"
    return tuple(
        JournalEntry.objects.filter(
            settlement_id=row.settlement_id,
            department_id=row.department_id,
            activity_period_id=row.activity_period_id,
            purpose=purpose,
        ).values_list("pk", flat=True)
    )


def ordered_lines(terms: SchemeTerms) -> QuerySet[SettlementLine]:
    """All lines of a scheme, in the order that a statement has them in."""
    return (
        SettlementLine.objects.filter(scheme_id=terms.id)
        .select_related("department", "activity_period", "legal_entity")
        .order_by(
            "department__code",
            "is_true_up",
            "activity_period__days",
            "kind",
            "scope",
            "category",
            "durability_class",
            "price_per_tonne",
            "pk",
        )
    )


def present_line(row: SettlementLine, terms: SchemeTerms) -> StatementLine:
    """A row as others see it."""
    amount = Decimal(row.amount_minor).scaleb(-terms.currency_exponent)
    return StatementLine(
        line_id=row.pk,
        department_id=row.department_id,
        department=row.department.code,
        kind=row.kind,
        is_true_up=row.is_true_up,
        activity_period=row.activity_period.code,
        scope=row.scope,
        category=row.category,
        durability_class=row.durability_class,
        location_kgco2e=_kg(row.location_mgco2e),
        market_kgco2e=_kg(row.market_mgco2e),
        settled_kgco2e=_kg(row.settled_mgco2e),
        price_per_tonne=row.price_per_tonne,
        amount=-amount if row.kind in EARNING else amount,
        currency=terms.currency,
        record_count=row.record_count,
        legal_entity=row.legal_entity.code if row.legal_entity else "",
        explanation=tuple((row.explanation or "").splitlines()),
        is_incentive=row.kind == LineKind.ALLOCATION
        and MECHANISMS[terms.mechanism].may_pay_abatement,
    )


def openings_of(
    terms: SchemeTerms, period: AccountingPeriod, department_ids: Collection[int]
) -> dict[int, Decimal]:
    """What departments owed the fund before a period: charged less earned in all earlier ones."""
    sums: dict[int, dict[str, int]] = {pk: {} for pk in department_ids}
    for row in (
        SettlementLine.objects.filter(
            scheme_id=terms.id,
            department_id__in=department_ids,
            settlement__state=SettlementState.POSTED,
            settlement__period__days__fully_lt=period.days,
        )
        .order_by()
        .values("department_id", "kind")
        .annotate(amount=Sum("amount_minor"))
    ):
        sums[row["department_id"]][row["kind"]] = row["amount"]
    return {
        pk: Decimal(_of(CHARGING, own) - _of(EARNING, own)).scaleb(-terms.currency_exponent)
        for pk, own in sums.items()
    }


def _of(kinds: Iterable[str], sums: Mapping[str, int]) -> int:
    return sum(sums.get(kind, 0) for kind in kinds)


def _kg(milligrams: int) -> Decimal:
    return Decimal(milligrams).scaleb(-MG_PER_KG_DIGITS)
