"""Writes. One run of one scheme and period: prepare, calculate, approve, post, or cancel.

Rows are the truth, messages only the doorbell: every step may be called any number of times, by
any number of people and workers, killed anywhere, and called again.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef

from departments.organisation.access import Permission, may
from departments.organisation.models import User
from departments.organisation.said import Said, said
from ledger import allocations, notices, posting, settlement_lines
from ledger.allocation_rules import refuse_unready
from ledger.chart_of_accounts import open_scheme_accounts
from ledger.errors import LedgerError
from ledger.errors.calendar import PeriodClosed, PeriodNotFound
from ledger.errors.settlements import (
    ActivityOutsidePeriods,
    AlreadySettled,
    ApprovedByPreparer,
    NotAllowed,
    SettledLater,
    SettlementNotFound,
    SettlementUnderWay,
    WrongState,
)
from ledger.models.periods import AccountingPeriod, PeriodState
from ledger.models.settlements import (
    SettledRecord,
    Settlement,
    SettlementLine,
    SettlementShard,
    SettlementState,
    ShardState,
)
from ledger.webhooks import events
from pricing import price_lookup
from pricing.price_lookup import SchemeTerms

ATTEMPTS_BEFORE_QUARANTINE = 5
UNDER_WAY = (SettlementState.CALCULATING, SettlementState.CALCULATED, SettlementState.APPROVED)


@transaction.atomic
def prepare(*, scheme_code: str, period_code: str, by: User) -> Settlement:
    """Create the settlement of a scheme and period, with its shards and its inputs fixed.

    Inputs are every result approved up to this moment: those of days no settlement of the scheme
    has reached, and, of earlier days, those approved or superseded since. Called again while that
    settlement is under way, it returns the same one.

    Raises: NotAllowed, SchemeNotFound, PeriodNotFound, PeriodClosed, SettlementUnderWay,
            SettledLater, AlreadySettled, ActivityOutsidePeriods, AccountCodeTaken;
            AllocationImpossible, with everything that the scheme's mechanism lacks.
    """
    _require(by, Permission.PREPARE_SETTLEMENT, said("prepare a settlement"))
    terms = price_lookup.scheme_terms(code=scheme_code)
    _lock_scheme(terms.id)
    period = _period(period_code)
    under_way = (
        Settlement.objects.filter(scheme_id=terms.id, state__in=UNDER_WAY)
        .select_related("period")
        .first()
    )
    if under_way is not None:
        if under_way.period_id == period.pk:
            return under_way
        raise SettlementUnderWay(terms.code, under_way.period.code)
    if period.state != PeriodState.OPEN:
        if _settled_before(terms, period):
            raise AlreadySettled(terms.code, period.code)
        raise PeriodClosed(period.code)
    return _create(terms, period, by)


def _create(terms: SchemeTerms, period: AccountingPeriod, by: User) -> Settlement:
    last = (
        Settlement.objects.filter(scheme_id=terms.id, state=SettlementState.POSTED)
        .select_related("period")
        .order_by("-period__days", "-revision")
        .first()
    )
    if last is not None and last.period.ends_before > period.ends_before:
        raise SettledLater(terms.code, period.code, last.period.code)
    revision = Settlement.objects.filter(scheme_id=terms.id, period=period).count() + 1
    settlement = Settlement(
        scheme_id=terms.id,
        period=period,
        revision=revision,
        settled_until=last.period.ends_before if last else None,
        approval_number_after=last.approval_number_through if last else 0,
        approval_number_through=_approvals_through(),
        prepared_by=by,
    )
    inputs = settlement_lines.read_inputs(settlement, terms)
    if inputs.outside_count:
        raise ActivityOutsidePeriods(
            inputs.outside_count, str(inputs.outside_from), str(inputs.outside_to)
        )
    if inputs.count == 0 and _settled_before(terms, period):
        raise AlreadySettled(terms.code, period.code)
    settlement.rules = settlement_lines.read_rules(terms)
    refuse_unready(settlement, terms)
    settlement.record_count = inputs.count
    settlement.input_sha256 = inputs.sha256
    settlement.shard_count = len(inputs.shards)
    settlement.save(force_insert=True)
    SettlementShard.objects.bulk_create(
        SettlementShard(
            settlement=settlement,
            number=shard.number,
            input_count=shard.count,
            input_sha256=shard.sha256,
        )
        for shard in inputs.shards
    )
    open_scheme_accounts(terms, settlement_lines.entities_outside(settlement.rules))
    return settlement


def calculate_next_shard(*, settlement_id: int, at: datetime) -> bool:
    """Claim one waiting shard of a settlement and calculate it whole, in one transaction.

    Returns: whether there was one. A shard that fails five times, or for a reason that another
    try can't mend, is quarantined with its error.
    """
    claimed: SettlementShard | None = None
    try:
        with transaction.atomic():
            # Lock order: settlement, then shard. The share lock makes a cancellation wait for us.
            settlement = Settlement.objects.raw(
                "SELECT * FROM ledger_settlement WHERE id = %s FOR SHARE", [settlement_id]
            )[0]
            if settlement.state != SettlementState.CALCULATING:
                return False
            shard = (
                SettlementShard.objects.select_for_update(skip_locked=True)
                .filter(settlement_id=settlement_id, state=ShardState.WAITING)
                .order_by("attempts", "number")
                .first()
            )
            if shard is None:
                return False
            claimed = shard
            settlement_lines.calculate_lines(settlement, shard)
            shard.state = ShardState.DONE
            shard.error = ""
            shard.attempts += 1
            shard.done_at = at
            shard.save()
    except (LedgerError, DatabaseError) as error:
        if claimed is None:
            raise
        _note_failure(claimed.pk, settlement_lines.too_much(settlement, claimed, error))
    return True


def calculate(*, settlement_id: int, at: datetime) -> Settlement:
    """Calculate every waiting shard here, beside whoever else does, and finish if it is whole."""
    while calculate_next_shard(settlement_id=settlement_id, at=at):
        pass
    return finish_if_whole(settlement_id=settlement_id, at=at)


@transaction.atomic
def finish_if_whole(*, settlement_id: int, at: datetime) -> Settlement:
    """Mark a settlement calculated once all its shards are done, and shared out what is shared.

    A done shard has settled exactly its inputs, which a constraint keeps; so the whole has, too.

    Raises: AccountCodeTaken, for an account of what is shared out.
    """
    settlement = Settlement.objects.select_for_update().get(pk=settlement_id)
    if settlement.state != SettlementState.CALCULATING:
        return settlement
    if settlement.shards.exclude(state=ShardState.DONE).exists():
        return settlement
    allocations.allocate(settlement)
    settlement.state = SettlementState.CALCULATED
    settlement.calculated_at = at
    settlement.save()
    events.settlement_moved(settlement)
    return settlement


@transaction.atomic
def release_shard(*, shard_id: int, by: User) -> None:
    """Let a quarantined shard be tried again, once its cause is mended.

    Prices stay what they were when the settlement was created: where one was missing, cancel the
    settlement and prepare it anew.
    """
    _require(by, Permission.PREPARE_SETTLEMENT, said("release a shard"))
    SettlementShard.objects.filter(
        pk=shard_id,
        state=ShardState.QUARANTINED,
        settlement__state=SettlementState.CALCULATING,
    ).update(state=ShardState.WAITING, attempts=0)


@transaction.atomic
def approve(
    *, settlement_id: int, by: User, at: datetime, review_ends_on: date | None = None
) -> Settlement:
    """Approve a calculated settlement; the person must be another than who prepared it.

    Raises: NotAllowed, ApprovedByPreparer, WrongState. Called again after approval, it changes
            nothing.
    """
    _require(by, Permission.APPROVE_SETTLEMENT, said("approve a settlement"))
    settlement = Settlement.objects.select_for_update().get(pk=settlement_id)
    if settlement.prepared_by_id == by.pk:
        raise ApprovedByPreparer(by.get_username())
    if settlement.state in (SettlementState.APPROVED, SettlementState.POSTED):
        return settlement
    _require_state(settlement, SettlementState.CALCULATED)
    settlement.state = SettlementState.APPROVED
    settlement.approved_by = by
    settlement.approved_at = at
    settlement.review_ends_on = review_ends_on
    settlement.save()
    events.settlement_moved(settlement)
    return settlement


@transaction.atomic
def post(*, settlement_id: int, by: User, at: datetime) -> Settlement:
    """Post an approved settlement: all its entries, or none, in one transaction.

    Raises: NotAllowed, WrongState, PeriodClosed. Called again after posting, it changes nothing.
    """
    _require(by, Permission.POST_SETTLEMENT, said("post a settlement"))
    settlement = (
        Settlement.objects.select_for_update(of=("self",))
        .select_related("period")
        .get(pk=settlement_id)
    )
    if settlement.state == SettlementState.POSTED:
        return settlement
    _require_state(settlement, SettlementState.APPROVED)
    period = posting.open_period_of(settlement.period.last_day)
    settlement.period = period
    terms = price_lookup.scheme_terms(scheme_id=settlement.scheme_id)
    posting.post_lines_of(settlement, terms, by=by)
    settlement.state = SettlementState.POSTED
    settlement.posted_by = by
    settlement.posted_at = at
    settlement.save()
    events.settlement_moved(settlement)
    notices.statements_ready(settlement, terms, at=at)
    return settlement


@transaction.atomic
def cancel(*, settlement_id: int, by: User, at: datetime) -> Settlement:
    """Cancel a settlement that is not posted: its lines go, its records are free again."""
    _require(by, Permission.PREPARE_SETTLEMENT, said("cancel a settlement"))
    settlement = Settlement.objects.select_for_update().get(pk=settlement_id)
    if settlement.state == SettlementState.CANCELLED:
        return settlement
    if settlement.state == SettlementState.POSTED:
        raise WrongState(name_of(settlement), settlement.state, said("not yet posted"))
    settlement.state = SettlementState.CANCELLED
    settlement.cancelled_by = by
    settlement.cancelled_at = at
    settlement.save()
    events.settlement_moved(settlement)
    SettledRecord.objects.filter(line__settlement=settlement)._raw_delete(settlement._state.db)
    SettlementLine.objects.filter(settlement=settlement)._raw_delete(settlement._state.db)
    return settlement


def find(*, scheme_code: str, period_code: str) -> Settlement:
    """The newest settlement of a scheme and period that is not cancelled.

    Raises: SettlementNotFound, SchemeNotFound.
    """
    terms = price_lookup.scheme_terms(code=scheme_code)
    found = (
        Settlement.objects.filter(scheme_id=terms.id, period__code=period_code)
        .exclude(state=SettlementState.CANCELLED)
        .select_related("period")
        .order_by("-revision")
        .first()
    )
    if found is None:
        raise SettlementNotFound(scheme_code, period_code)
    return found


def is_settled(*, scheme_code: str, period_code: str) -> bool:
    """Whether a settlement of the scheme and period is posted."""
    terms = price_lookup.scheme_terms(code=scheme_code)
    return Settlement.objects.filter(
        scheme_id=terms.id, period__code=period_code, state=SettlementState.POSTED
    ).exists()


def is_calculating(*, settlement_id: int) -> bool:
    """Whether there is such a settlement, and workers may bring it on."""
    return Settlement.objects.filter(pk=settlement_id, state=SettlementState.CALCULATING).exists()


def unfinished_settlement_ids() -> list[int]:
    """Settlements that a worker can bring on: shards wait, or all are done."""
    shards = SettlementShard.objects.filter(settlement=OuterRef("pk"))
    return list(
        Settlement.objects.filter(
            Exists(shards.filter(state=ShardState.WAITING))
            | ~Exists(shards.exclude(state=ShardState.DONE)),
            state=SettlementState.CALCULATING,
        ).values_list("pk", flat=True)
    )


def name_of(settlement: Settlement) -> str:
    """A settlement's name for people, e.g. `carbon-fee FY22 (1)`."""
    terms = price_lookup.scheme_terms(scheme_id=settlement.scheme_id)
    return f"{terms.code} {settlement.period.code} ({settlement.revision})"


def _note_failure(shard_id: int, error: Exception) -> None:
    with transaction.atomic():
        waiting = SettlementShard.objects.select_for_update().filter(state=ShardState.WAITING)
        shard = waiting.filter(pk=shard_id).first()
        if shard is None:
            return  # another worker has finished it meanwhile
        shard.attempts += 1
        shard.error = str(error)
        hopeless = isinstance(error, LedgerError)
        if hopeless or shard.attempts >= ATTEMPTS_BEFORE_QUARANTINE:
            shard.state = ShardState.QUARANTINED
        shard.save()


def _period(code: str) -> AccountingPeriod:
    """The period, share-locked: it can't close while a settlement of it is created."""
    found = AccountingPeriod.objects.raw(
        "SELECT * FROM ledger_accountingperiod WHERE code = %s FOR SHARE", [code]
    )
    for period in found:
        return period
    raise PeriodNotFound(code)


def _lock_scheme(scheme_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('ledger_settle_scheme'), %s)", [scheme_id]
        )


def _approvals_through() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inventory_approvals_through()")
        return int(cursor.fetchone()[0])


def _settled_before(terms: SchemeTerms, period: AccountingPeriod) -> bool:
    return Settlement.objects.filter(
        scheme_id=terms.id, period=period, state=SettlementState.POSTED
    ).exists()


def _require(by: User, permission: Permission, step: Said) -> None:
    if not may(by, permission):
        raise NotAllowed(by.get_username(), step, permission.roles_text)


def _require_state(settlement: Settlement, needed: SettlementState) -> None:
    if settlement.state != needed:
        raise WrongState(name_of(settlement), settlement.state, needed)
