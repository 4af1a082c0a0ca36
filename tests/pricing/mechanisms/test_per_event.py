"""A levy per event: so many flights, eight dollars each."""

from __future__ import annotations

from decimal import Decimal

from pricing.mechanisms import per_event
from pricing.mechanisms.terms import Events, Facts, Frame
from tests.pricing.mechanisms import properties

MECHANISM = per_event.MECHANISM

test_late_data_never_drifts = properties.late_data_never_drifts(MECHANISM)
test_order_is_irrelevant = properties.order_is_irrelevant(MECHANISM)
test_splitting_a_record_changes_nothing = properties.splitting_changes_nothing(MECHANISM)

FRAME = Frame("FY23", "USD")


def test_eight_dollars_a_flight() -> None:
    events = Events("travel/flight", Decimal(125), Decimal(8))
    (share,) = per_event.share(FRAME, [Facts("A", events=(events,)), Facts("B")])
    assert (share.department, share.amount_minor) == ("A", 100_000)
    assert share.explanation == ("travel/flight: 125 × 8 USD = 1,000.00 USD",)


def test_each_rate_is_rounded_once() -> None:
    """2.5 × 0.001 is 0.0025 and 1 × 0.005 is half a cent, away from zero."""
    events = (
        Events("b", Decimal("2.5"), Decimal("0.001")),
        Events("a", Decimal(1), Decimal("0.005")),
    )
    (share,) = per_event.share(FRAME, [Facts("A", events=events)])
    assert share.amount_minor == 1
    assert share.explanation == (
        "a: 1 × 0.005 USD = 0.01 USD",
        "b: 2.5 × 0.001 USD = 0.00 USD",
        "Together 0.01 USD",
    )


def test_departments_and_rates_of_a_name_are_answered_in_order() -> None:
    events = tuple(Events("flight", Decimal(1), Decimal(rate)) for rate in (20, 8))
    shares = per_event.share(FRAME, [Facts(code, events=events) for code in ("B", "A")])
    assert [share.department for share in shares] == ["A", "B"]
    assert [step.partition(" USD")[0] for step in shares[0].explanation] == [
        "flight: 1 × 8",
        "flight: 1 × 20",
        "Together 28.00",
    ]


def test_events_taken_back_are_paid_back() -> None:
    events = Events("travel/flight", Decimal(-3), Decimal(8))
    (share,) = per_event.share(FRAME, [Facts("A", events=(events,))])
    assert share.amount_minor == -2_400
