"""Writes. What happened, in the transaction in which it did, and to whom it goes.

An event says what to ask the API for, never an amount: whoever overhears one learns little, and one
that comes late tells nothing wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from departments.organisation.tree import descendants_of
from ledger.models.exports import JournalExport
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import Settlement, SettlementLine
from ledger.models.webhooks import WebhookDelivery, WebhookEndpoint, WebhookEvent

TYPES = {
    "settlement.calculated": "A settlement is calculated and waits for approval.",
    "settlement.approved": "A settlement was approved.",
    "settlement.posted": "A settlement is in the journal.",
    "settlement.cancelled": "A settlement was cancelled before it was posted.",
    "statement.ready": "A department's statement of a posted settlement can be read.",
    "period.closed": "A period was closed and sealed.",
    "export.created": "An export of the journal was registered.",
    "export.acknowledged": "Finance took an export into its own books.",
    "export.rejected": "Finance could not take an export.",
    "endpoint.tested": "Somebody tried this endpoint; every endpoint hears of its own trial.",
}
STATEMENT_READY = "statement.ready"
TESTED = "endpoint.tested"
_API = "/api/v1"


@dataclass(frozen=True, slots=True)
class Listener:
    """An endpoint, and the departments that it may hear of; None is the whole company."""

    endpoint: WebhookEndpoint
    reach: frozenset[int] | None

    @classmethod
    def of(cls, endpoint: WebhookEndpoint) -> Listener:
        if endpoint.is_company_wide:
            return cls(endpoint, None)
        named = endpoint.departments.values_list("pk", flat=True)
        return cls(endpoint, frozenset(descendants_of(named, on=None)))

    def wants(self, kind: str) -> bool:
        return not self.endpoint.event_types or kind in self.endpoint.event_types

    def hears(self, event: WebhookEvent) -> bool:
        """Whether an event may go to it; what concerns the whole company is not for a part."""
        if event.type == TESTED:
            return bool(event.data["endpoint"] == self.endpoint.code)
        is_seen = self.reach is None or event.department_id in self.reach
        return is_seen and self.wants(event.type)


def settlement_moved(settlement: Settlement) -> None:
    """A settlement is now in its state; posted, each department's statement is ready."""
    scheme, period = settlement.scheme.code, settlement.period.code
    kind = f"settlement.{settlement.state}"
    data = {
        "settlement": settlement.pk,
        "scheme": scheme,
        "period": period,
        "revision": settlement.revision,
        "state": str(settlement.state),
        "url": f"{_API}/settlements/{settlement.pk}/",
    }
    events = [WebhookEvent(type=kind, key=f"{kind}:{settlement.pk}", data=data)]
    listeners = _listeners()
    if kind == "settlement.posted" and any(one.wants(STATEMENT_READY) for one in listeners):
        events += _statements_ready(settlement, scheme, period)
    _record(events, listeners)


def period_closed(period: AccountingPeriod) -> None:
    """A period is closed."""
    data = {
        "period": period.code,
        "first_day": period.first_day.isoformat(),
        "last_day": period.last_day.isoformat(),
        "url": f"{_API}/periods/",
    }
    kind = "period.closed"
    _record([WebhookEvent(type=kind, key=f"{kind}:{period.pk}", data=data)], _listeners())


def export_moved(export: JournalExport, what: str) -> None:
    """An export was `created`, `acknowledged` or `rejected`."""
    data = {
        "sequence": export.sequence,
        "format": export.format_name,
        "period": export.manifest["period"],
        "sha256": export.sha256,
        "file": f"{_API}/exports/{export.sequence}/file/",
    }
    kind = f"export.{what}"
    _record([WebhookEvent(type=kind, key=f"{kind}:{export.pk}", data=data)], _listeners())


def endpoint_tested(endpoint: WebhookEndpoint) -> WebhookEvent:
    """An event for one endpoint, whatever else it wants to hear of."""
    event = WebhookEvent(type=TESTED, data={"endpoint": endpoint.code})
    event.key = f"{TESTED}:{event.code}"
    event.save(force_insert=True)
    WebhookDelivery.objects.create(event=event, endpoint=endpoint)
    return event


def _listeners() -> list[Listener]:
    on = WebhookEndpoint.objects.filter(disabled_at__isnull=True).order_by("pk")
    return [Listener.of(endpoint) for endpoint in on]


def _statements_ready(settlement: Settlement, scheme: str, period: str) -> list[WebhookEvent]:
    """One event a department; there may be thousands, so they are written if somebody listens."""
    billed = (
        SettlementLine.objects.filter(settlement=settlement)
        .order_by("department__code")
        .values_list("department_id", "department__code")
        .distinct()
    )
    return [
        WebhookEvent(
            type=STATEMENT_READY,
            key=f"{STATEMENT_READY}:{settlement.pk}:{department_id}",
            department_id=department_id,
            data={
                "settlement": settlement.pk,
                "scheme": scheme,
                "period": period,
                "department": code,
                "url": f"{_API}/statements/{scheme}/{period}/{code}/",
            },
        )
        for department_id, code in billed
    ]


def _record(events: list[WebhookEvent], listeners: list[Listener]) -> None:
    """Write events and put them on their way. Each happens once: its key is unique."""
    WebhookEvent.objects.bulk_create(events, batch_size=1000)
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(event=event, endpoint=one.endpoint)
            for event in events
            for one in listeners
            if one.hears(event)
        ],
        batch_size=1000,
    )
