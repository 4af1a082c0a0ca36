"""What is refused about webhooks, in plain words."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.errors import LedgerError


class WebhookTargetRefused(LedgerError):
    code = "webhook_target_refused"

    def __init__(self, url: str, problem: str) -> None:
        self.url, self.problem = url, problem
        super().__init__(
            f"A webhook can't go to {url}: {problem}. It goes to https://name.of.the.host/path on "
            "the open internet, or to a host that WEBHOOK_ALLOWED_HOSTS names."
        )


class WebhookEventsUnknown(LedgerError):
    code = "webhook_events_unknown"

    def __init__(self, unknown: Iterable[str], known: Iterable[str]) -> None:
        super().__init__(
            f"There is no event {', '.join(unknown)}. There are: {', '.join(sorted(known))}."
        )


class WebhookDepartmentsUnknown(LedgerError):
    code = "webhook_departments_unknown"

    def __init__(self, unknown: Iterable[str]) -> None:
        super().__init__(f"There is no department {', '.join(unknown)}.")


class WebhookEndpointNotFound(LedgerError):
    code = "webhook_endpoint_not_found"
    http_status = 404

    def __init__(self, endpoint: str) -> None:
        super().__init__(f"There is no webhook endpoint {endpoint!r}.")


class WebhookEndpointOff(LedgerError):
    code = "webhook_endpoint_off"
    http_status = 409

    def __init__(self, endpoint: str, reason: str) -> None:
        super().__init__(
            f"Webhook endpoint {endpoint} is off ({reason}). Turn it on first, then send again."
        )


class WebhookEventNotFound(LedgerError):
    code = "webhook_event_not_found"
    http_status = 404

    def __init__(self, event: str, endpoint: str) -> None:
        super().__init__(f"There is no event {event!r} that webhook endpoint {endpoint} hears of.")


class WebhookWindowTooLong(LedgerError):
    code = "webhook_window_too_long"

    def __init__(self, count: int, most: int) -> None:
        super().__init__(
            f"{count} events lie in this window; at most {most} are sent again at once. "
            "Choose a shorter window."
        )


class WebhookOverlapTooLong(LedgerError):
    code = "webhook_overlap_too_long"

    def __init__(self, hours: int, most: int) -> None:
        super().__init__(f"The old secret can't sign for {hours} more hours; choose 0 to {most}.")


class WebhookKeyChanged(LedgerError):
    code = "webhook_key_changed"
    http_status = 409

    def __init__(self, endpoint: str) -> None:
        super().__init__(
            f"The secret of webhook endpoint {endpoint} was made under another WEBHOOK_KEY. Put "
            "that key back, or rotate the secret and give the receiver the new one."
        )
