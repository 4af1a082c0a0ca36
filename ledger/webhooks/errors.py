"""What is refused about webhooks, in plain words."""

from __future__ import annotations

from collections.abc import Iterable

from departments.organisation.said import said
from ledger.errors import LedgerError


class WebhookTargetRefused(LedgerError):
    code = "webhook_target_refused"

    def __init__(self, url: str, problem: str) -> None:
        self.url, self.problem = url, problem
        super().__init__(
            said(
                "A webhook can't go to %(url)s: %(problem)s. It goes to "
                "https://name.of.the.host/path on the open internet, or to a host that "
                "WEBHOOK_ALLOWED_HOSTS names.",
                url=url,
                problem=problem,
            )
        )


class WebhookEventsUnknown(LedgerError):
    code = "webhook_events_unknown"

    def __init__(self, unknown: Iterable[str], known: Iterable[str]) -> None:
        super().__init__(
            said(
                "There is no event %(unknown)s. There are: %(known)s.",
                unknown=", ".join(unknown),
                known=", ".join(sorted(known)),
            )
        )


class WebhookDepartmentsUnknown(LedgerError):
    code = "webhook_departments_unknown"

    def __init__(self, unknown: Iterable[str]) -> None:
        super().__init__(said("There is no department %(unknown)s.", unknown=", ".join(unknown)))


class WebhookEndpointNotFound(LedgerError):
    code = "webhook_endpoint_not_found"
    http_status = 404

    def __init__(self, endpoint: str) -> None:
        super().__init__(
            said("There is no webhook endpoint %(endpoint)s.", endpoint=repr(endpoint))
        )


class WebhookEndpointOff(LedgerError):
    code = "webhook_endpoint_off"
    http_status = 409

    def __init__(self, endpoint: str, reason: str) -> None:
        super().__init__(
            said(
                "Webhook endpoint %(endpoint)s is off (%(reason)s). Turn it on first, then send "
                "again.",
                endpoint=endpoint,
                reason=reason,
            )
        )


class WebhookEventNotFound(LedgerError):
    code = "webhook_event_not_found"
    http_status = 404

    def __init__(self, event: str, endpoint: str) -> None:
        super().__init__(
            said(
                "There is no event %(event)s that webhook endpoint %(endpoint)s hears of.",
                event=repr(event),
                endpoint=endpoint,
            )
        )


class WebhookWindowTooLong(LedgerError):
    code = "webhook_window_too_long"

    def __init__(self, count: int, most: int) -> None:
        super().__init__(
            said(
                "%(count)s events lie in this window; at most %(most)s are sent again at once. "
                "Choose a shorter window.",
                count=count,
                most=most,
            )
        )


class WebhookOverlapTooLong(LedgerError):
    code = "webhook_overlap_too_long"

    def __init__(self, hours: int, most: int) -> None:
        super().__init__(
            said(
                "The old secret can't sign for %(hours)s more hours; choose 0 to %(most)s.",
                hours=hours,
                most=most,
            )
        )


class WebhookKeyChanged(LedgerError):
    code = "webhook_key_changed"
    http_status = 409

    def __init__(self, endpoint: str) -> None:
        super().__init__(
            said(
                "The secret of webhook endpoint %(endpoint)s was made under another WEBHOOK_KEY. "
                "Put that key back, or rotate the secret and give the receiver the new one.",
                endpoint=endpoint,
            )
        )
