"""What departments get of a period, less what is over a cap, by hand."""

from __future__ import annotations

from datetime import date

from ledger.allocation_caps import within_caps
from pricing.incentive_caps import Cap, Earned
from pricing.mechanisms.terms import Share
from tests.ledger.test_allocation_rules import Q1, Q2

YEAR = Cap(10_000, date(2023, 1, 1), date(2024, 1, 1))


def test_what_is_over_the_cap_is_taken_off_what_a_department_gets() -> None:
    """Of 50.00 and 60.00 in the first quarter 100.00 are paid by weight, 45.45 and 54.55; so of
    10.00 in the second nothing is."""
    shared = {31: {"A": Share("A", 5000, ("because",))}, 32: {}}
    earned = {31: [Earned("B", "medium", 6000)], 32: [Earned("B", "medium", 1000)]}
    over = "was left of the cap of 100.00 USD for 2023-01-01 to 2023-12-31"
    assert within_caps(shared, earned, [Q1, Q2], [YEAR], "USD") == {
        31: {
            "A": Share(
                "A",
                4545,
                (
                    "because",
                    "Over the cap, not paid, abatement: of 50.00 USD earned 45.45 USD is paid, "
                    f"since 100.00 USD {over}: -4.55 USD",
                    "Together 45.45 USD",
                ),
            ),
            "B": Share(
                "B",
                -545,
                (
                    "Over the cap, not paid, medium: of 60.00 USD earned 54.55 USD is paid, "
                    f"since 100.00 USD {over}: -5.45 USD",
                ),
            ),
        },
        32: {
            "B": Share(
                "B",
                -1000,
                (
                    "Over the cap, not paid, medium: of 10.00 USD earned 0.00 USD is paid, "
                    f"since 0.00 USD {over}: -10.00 USD",
                ),
            )
        },
    }
    assert shared == {31: {"A": Share("A", 5000, ("because",))}, 32: {}}


def test_a_cap_counts_for_periods_that_end_on_its_days() -> None:
    shared = {31: {"A": Share("A", 5, ())}, 32: {"A": Share("A", 7, ())}}
    nothing: dict[int, list[Earned]] = {31: [], 32: []}
    last_day = Cap(0, date(2023, 3, 31), date(2023, 4, 1))
    found = within_caps(shared, nothing, [Q1, Q2], [last_day], "USD")
    assert {pk: shares["A"].amount_minor for pk, shares in found.items()} == {31: 0, 32: 7}
    assert within_caps(shared, nothing, [Q1, Q2], [], "USD") == shared
