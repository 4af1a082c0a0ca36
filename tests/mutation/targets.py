"""Reads. Which code is money, and which tests answer for it."""

from __future__ import annotations

from dataclasses import dataclass

CALCULATIONS = ("tests/pricing/test_money.py", "tests/pricing/test_charging.py")
RANDOM_PRICES = (
    "tests/ledger/test_pricing_in_sql.py"
    "::test_every_line_has_the_price_and_amount_of_the_pure_functions"
)
BOOKS_BY_HAND = "tests/ledger/test_legal_entities.py"
# What else there is of legal entities reads what these post, and is slow.
BOOKS = (
    f"{BOOKS_BY_HAND}::test_a_fee_is_four_lines_two_in_the_books_of_each",
    f"{BOOKS_BY_HAND}::test_an_incentive_is_the_mirror",
    f"{BOOKS_BY_HAND}::test_a_late_true_up_and_what_is_taken_back_go_the_same_way",
    f"{BOOKS_BY_HAND}::test_the_books_of_each_are_what_was_worked_by_hand",
    f"{BOOKS_BY_HAND}::test_a_move_in_mid_quarter_splits_the_entry_by_the_day_of_each_activity",
    f"{BOOKS_BY_HAND}::test_each_books_rounds_for_itself",
    f"{BOOKS_BY_HAND}::test_a_move_that_is_made_known_later_changes_no_settlement_that_began",
    f"{BOOKS_BY_HAND}::test_a_department_in_nobodys_books_pays_in_those_of_the_fund",
    f"{BOOKS_BY_HAND}::test_accounts_of_a_scheme_that_tells_no_books_apart_stand_alone",
)
# The first two files of a target come first, too, until others have killed more.
SETTLEMENTS = (
    "tests/ledger/test_lines_by_hand.py",
    "tests/ledger/test_rules_by_hand.py",
    "tests/ledger/test_books_by_hand.py",
    "tests/ledger/test_refusals_by_hand.py",
    "tests/ledger/test_settlement_inputs.py",
    "tests/ledger/test_settlement_run.py",
    *BOOKS,
)
PRICES = (
    *SETTLEMENTS,
    "tests/ledger/test_reorganisation.py",
    f"{RANDOM_PRICES}[0]",
    f"{RANDOM_PRICES}[1]",
)
# What a settlement posts, line by line: whatever else reads the journal tells no more and is slow.
JOURNALS = ("tests/ledger/test_journal_by_hand.py", *BOOKS)
POSTINGS = (
    "tests/ledger/test_posting.py",
    "tests/ledger/test_journal_by_hand.py",
    "tests/ledger/test_fund_guard.py",
    "tests/ledger/test_settlement_run.py::test_a_closed_period_takes_no_settlement",
    "tests/ledger/test_settlement_run.py::test_a_settlements_entry_is_not_reversed_by_hand",
    "tests/ledger/test_settlement_run.py::test_an_entry_by_hand_is_reversed_once",
    f"{BOOKS_BY_HAND}::test_the_posting_door_refuses_with_the_numbers_of_each_books",
)
ACCRUALS = (
    "tests/ledger/test_accruals.py",
    "tests/ledger/test_accruals_by_hand.py",
    f"{BOOKS_BY_HAND}::test_an_accrual_stays_in_the_books_of_its_department",
)
RULES_BY_HAND = ("tests/ledger/test_allocation_rules.py", "tests/ledger/test_allocation_caps.py")
SHARED_OUT = (
    "tests/ledger/test_allocations_by_hand.py",
    "tests/ledger/test_allocation_facts.py",
    "tests/ledger/test_allocation_accounts.py",
    "tests/ledger/test_mechanisms.py",
    "tests/ledger/test_abatement.py",
    "tests/ledger/test_incentive_caps.py",
    "tests/ledger/test_feebate.py",
)
FUND_BY_HAND = "tests/promises/test_guard_of_fund.py"
ENTRIES_BY_HAND = "tests/promises/test_guards_of_entries.py"
LINES_BY_HAND = "tests/promises/test_guards_of_lines.py"


@dataclass(frozen=True, slots=True)
class Target:
    """A file, or a function in the database, and the tests that may kill its mutants."""

    place: str
    tests: tuple[str, ...]

    @property
    def is_function(self) -> bool:
        """A guard, or the function that posts; all else is a file."""
        return "." not in self.place


def _targets(places: str, tests: tuple[str, ...]) -> list[Target]:
    return [Target(place, tests) for place in places.split()]


TARGETS = [
    *_targets(
        """
        pricing/money.py
        pricing/charging.py
        """,
        CALCULATIONS,
    ),
    *_targets("pricing/incentives.py", (*CALCULATIONS, "tests/pricing/mechanisms/test_fee.py")),
    *_targets("pricing/conversion.py", ("tests/pricing/test_conversion.py",)),
    *_targets("pricing/price_arithmetic.py", ("tests/pricing/test_price_arithmetic.py",)),
    *_targets(
        """
        pricing/mechanisms/__init__.py
        pricing/mechanisms/terms.py
        pricing/mechanisms/fee.py
        pricing/mechanisms/showback.py
        pricing/mechanisms/feebate.py
        pricing/mechanisms/baseline_target.py
        pricing/mechanisms/baseline_target_paid.py
        pricing/mechanisms/budget_neutral_start.py
        pricing/mechanisms/contribution.py
        pricing/mechanisms/per_event.py
        """,
        ("tests/pricing/mechanisms", *CALCULATIONS),
    ),
    *_targets("pricing/incentive_caps.py", ("tests/pricing/test_incentive_caps.py", *CALCULATIONS)),
    *_targets("ledger/allocation_caps.py ledger/allocation_rules.py", RULES_BY_HAND),
    *_targets(
        """
        ledger/allocation_facts.py
        ledger/allocations.py
        ledger/sql/allocation_earned.sql
        ledger/sql/allocation_emitted.sql
        ledger/sql/allocation_events.sql
        ledger/sql/allocation_totals.sql
        """,
        SHARED_OUT,
    ),
    *_targets("ledger/fund_guard.py", ("tests/ledger/test_fund_guard.py",)),
    *_targets("ledger_guard_lines_of_fund ledger_fund_holds", (FUND_BY_HAND,)),
    *_targets("ledger/amounts.py", ("tests/ledger/test_amounts.py",)),
    *_targets(
        """
        ledger/settlement_lines.py
        ledger/sql/settlement_inputs.sql
        ledger/sql/settle_0_digests.sql
        ledger/sql/settle_1_gather.sql
        ledger/sql/settle_4_accounts.sql
        ledger/sql/settle_6_write.sql
        ledger/sql/settle_too_much.sql
        """,
        SETTLEMENTS,
    ),
    *_targets(
        """
        ledger/sql/settle_2_rules.sql
        ledger/sql/settle_3_key.sql
        ledger/sql/settle_5_draw.sql
        """,
        PRICES,
    ),
    *_targets(
        """
        ledger/sql/post_1_sum.sql
        ledger/sql/post_2_number.sql
        ledger/sql/post_3_write.sql
        """,
        JOURNALS,
    ),
    *_targets("ledger_post_entries", ("tests/ledger/test_posting.py",)),
    *_targets("ledger/posting.py", POSTINGS),
    *_targets("ledger/accruals.py ledger/sql/accrual.sql", ACCRUALS),
    *_targets(
        """
        ledger_guard_sources
        ledger_keep_period
        """,
        (ENTRIES_BY_HAND, LINES_BY_HAND),
    ),
    *_targets("ledger_guard_lines", (LINES_BY_HAND,)),
    *_targets(
        """
        ledger_guard_lines_by_entity
        ledger_guard_accounts
        """,
        ("tests/promises/test_guards_of_books.py",),
    ),
    *_targets("ledger_guard_entries", (ENTRIES_BY_HAND, LINES_BY_HAND)),
]


def chosen(only: str) -> list[Target]:
    """The targets whose place contains one of the words of `only`; all for an empty text."""
    return [t for t in TARGETS if not only or any(word in t.place for word in only.split())]
