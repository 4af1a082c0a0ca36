"""Reads. What waits for a person, and where it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments.organisation.access import Permission
from departments.organisation.models import Role
from ledger import close_checklist
from ledger.desk.facts import Facts
from ledger.desk.places import baselines_to_look_at, recalculated_waiting
from ledger.desk.waiting import RECORD_APPROVERS, waiting
from ledger.desk.words import called
from ledger.models.outbox import OutboxMessage
from ledger.models.periods import AccountingPeriod, PeriodState
from ledger.models.settlements import (
    Settlement,
    SettlementShard,
    SettlementState,
    ShardState,
)

# Who looks at whether baselines are fair: whoever may replay a period, and audit.
LOOKING = Permission.RUN_SCENARIO.roles | {Role.AUDITOR}
STANDING_STILL = timedelta(seconds=30)  # a shard that calculates takes less


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that waits for a person; `page` and `target_id` say where it is done.

    So does the name of an `address`, with its query, where there is a list of such things. `roles`
    are those that do it.
    """

    page: str
    roles: frozenset[Role]
    text: str
    detail: str = ""
    target_id: int | None = None
    is_problem: bool = False
    address: str = ""
    query: str = ""


def attention(
    facts: Facts,
    periods: list[AccountingPeriod],
    settlements: list[Settlement],
    names: dict[int, str],
    at: datetime,
) -> Iterator[Attention]:
    yield from _stuck_shards(settlements, names)
    yield from _undelivered()
    yield from _under_way(settlements, names, at)
    if facts.waiting_records:
        text = ngettext(
            "%(count)s record waits for approval",
            "%(count)s records wait for approval",
            facts.waiting_records,
        )
        yield Attention("records", RECORD_APPROVERS, text % {"count": f"{facts.waiting_records:,}"})
    for each in waiting():
        yield Attention(
            each.what,
            each.roles,
            each.text,
            address=each.page,
            query=each.query,
            is_problem=each.what == "mails",
        )
    yield from _recalculated()
    yield from _baselines()
    first_open = next((p for p in periods if p.state == PeriodState.OPEN), None)
    if first_open and not any(
        check.refuses for check in close_checklist.steps_of(first_open, at=at)
    ):
        yield Attention(
            "period",
            Permission.CLOSE_PERIOD.roles,
            _("Period %(period)s is ready to close") % {"period": first_open.code},
            target_id=first_open.pk,
        )


def _recalculated() -> Iterator[Attention]:
    for place in recalculated_waiting():
        if place.period:
            text = _("New results for %(period)s wait for another person's approval")
            address, query = "admin:restatement", place.query
        else:
            text = _("New results outside posted periods wait for another person's approval")
            address, query = "admin:inventory_activityrecord_changelist", "recalculated=waits"
        facts = {"period": place.period}
        yield Attention("restatement", RECORD_APPROVERS, text % facts, address=address, query=query)


def _baselines() -> Iterator[Attention]:
    for place, count in baselines_to_look_at():
        text = ngettext(
            "%(count)s baseline of %(period)s is worth a look before the period closes",
            "%(count)s baselines of %(period)s are worth a look before the period closes",
            count,
        )
        yield Attention(
            "fairness",
            LOOKING,
            text % {"count": count, "period": place.period},
            _("Raised, or proposed for the proposer's own department."),
            address="admin:fairness",
            query=f"{place.query}&alerts=yes",
        )


def _undelivered() -> Iterator[Attention]:
    failed = OutboxMessage.objects.filter(delivered_at__isnull=True).exclude(error="")
    count = failed.count()
    if count:
        oldest = failed.order_by("pk")[0]
        text = ngettext(
            "%(count)s outgoing message could not be delivered",
            "%(count)s outgoing messages could not be delivered",
            count,
        )
        facts = {"count": count}
        roles = Permission.CLOSE_PERIOD.roles
        yield Attention("outbox", roles, text % facts, oldest.error, oldest.pk, is_problem=True)


def _stuck_shards(settlements: list[Settlement], names: dict[int, str]) -> Iterator[Attention]:
    under_way = {s.pk: s for s in settlements if s.state == SettlementState.CALCULATING}
    shards = SettlementShard.objects.filter(
        settlement__in=under_way, state=ShardState.QUARANTINED
    ).order_by("settlement_id", "number")
    stuck: dict[int, list[SettlementShard]] = {}
    for shard in shards:
        stuck.setdefault(shard.settlement_id, []).append(shard)
    for settlement_id, of_settlement in stuck.items():
        text = ngettext(
            "%(count)s shard of %(settlement)s could not be calculated",
            "%(count)s shards of %(settlement)s could not be calculated",
            len(of_settlement),
        )
        facts = {
            "count": len(of_settlement),
            "settlement": called(under_way[settlement_id], names),
        }
        yield Attention(
            "settlement",
            Permission.PREPARE_SETTLEMENT.roles,
            text % facts,
            of_settlement[0].error,
            settlement_id,
            is_problem=True,
        )


def _under_way(
    settlements: list[Settlement], names: dict[int, str], at: datetime
) -> Iterator[Attention]:
    words = {
        SettlementState.CALCULATED: (
            Permission.APPROVE_SETTLEMENT,
            _("%(settlement)s waits for another person's approval"),
        ),
        SettlementState.APPROVED: (
            Permission.POST_SETTLEMENT,
            _("%(settlement)s is approved and waits to be posted"),
        ),
    }
    for settlement in settlements:
        name = {"settlement": called(settlement, names)}
        if settlement.state in words:
            step, text = words[SettlementState(settlement.state)]
            yield Attention("settlement", step.roles, text % name, target_id=settlement.pk)
        elif (
            settlement.state == SettlementState.CALCULATING
            and at - settlement.prepared_at > STANDING_STILL
        ):
            text = _("%(settlement)s is still being calculated") % name
            roles = Permission.PREPARE_SETTLEMENT.roles
            yield Attention("settlement", roles, text, target_id=settlement.pk)
