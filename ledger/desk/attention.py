"""Reads. What waits for a person, and where it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger import close_checklist
from ledger.desk.facts import Facts
from ledger.desk.waiting import waiting
from ledger.desk.words import called
from ledger.models.outbox import OutboxMessage
from ledger.models.periods import AccountingPeriod, PeriodState
from ledger.models.settlements import (
    Settlement,
    SettlementShard,
    SettlementState,
    ShardState,
)

STANDING_STILL = timedelta(seconds=30)  # a shard that calculates takes less


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that waits for a person; `page` and `target_id` say where it is done.

    So does the name of an `address`, with its query, where there is a list of such things.
    """

    page: str
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
        yield Attention("records", text % {"count": f"{facts.waiting_records:,}"})
    for each in waiting():
        yield Attention(
            each.what,
            each.text,
            address=each.page,
            query=each.query,
            is_problem=each.what == "mails",
        )
    first_open = next((p for p in periods if p.state == PeriodState.OPEN), None)
    if first_open and not any(
        check.refuses for check in close_checklist.steps_of(first_open, at=at)
    ):
        yield Attention(
            "period",
            _("Period %(period)s is ready to close") % {"period": first_open.code},
            target_id=first_open.pk,
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
        yield Attention("outbox", text % facts, oldest.error, oldest.pk, is_problem=True)


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
            "settlement", text % facts, of_settlement[0].error, settlement_id, is_problem=True
        )


def _under_way(
    settlements: list[Settlement], names: dict[int, str], at: datetime
) -> Iterator[Attention]:
    words = {
        SettlementState.CALCULATED: _("%(settlement)s waits for another person's approval"),
        SettlementState.APPROVED: _("%(settlement)s is approved and waits to be posted"),
    }
    for settlement in settlements:
        name = {"settlement": called(settlement, names)}
        if settlement.state in words:
            text = words[SettlementState(settlement.state)] % name
            yield Attention("settlement", text, target_id=settlement.pk)
        elif (
            settlement.state == SettlementState.CALCULATING
            and at - settlement.prepared_at > STANDING_STILL
        ):
            text = _("%(settlement)s is still being calculated") % name
            yield Attention("settlement", text, target_id=settlement.pk)
