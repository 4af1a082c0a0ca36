"""Reads. Which code is money, and which tests answer for it."""

from __future__ import annotations

from dataclasses import dataclass

CALCULATIONS = ("tests/pricing/test_money.py", "tests/pricing/test_charging.py")
RANDOM_PRICES = (
    "tests/ledger/test_pricing_in_sql.py"
    "::test_every_line_has_the_price_and_amount_of_the_pure_functions"
)
# The first two files of a target come first, too, until others have killed more.
SETTLEMENTS = (
    "tests/ledger/test_lines_by_hand.py",
    "tests/ledger/test_rules_by_hand.py",
    "tests/ledger/test_settlement_inputs.py",
    "tests/ledger/test_settlement_run.py",
    "tests/ledger/test_legal_entities.py",
    "tests/ledger/test_reorganisation.py",
    f"{RANDOM_PRICES}[0]",
    f"{RANDOM_PRICES}[1]",
)
POSTINGS = (
    "tests/ledger/test_posting.py",
    "tests/ledger/test_journal_by_hand.py",
    "tests/ledger/test_settlement_run.py",
    "tests/ledger/test_accruals.py",
    "tests/ledger/test_account_statements.py",
    "tests/ledger/test_legal_entities.py",
)
GUARDS = (
    "tests/promises/test_journal_promises.py",
    "tests/promises/test_reference_promises.py",
    "tests/promises/test_manual_entry_promises.py",
)


@dataclass(frozen=True, slots=True)
class Target:
    """A file, or a function in the database, and the tests that may kill its mutants."""

    place: str
    tests: tuple[str, ...]

    @property
    def is_guard(self) -> bool:
        return "." not in self.place


def _targets(places: str, tests: tuple[str, ...]) -> list[Target]:
    return [Target(place, tests) for place in places.split()]


TARGETS = [
    *_targets(
        """
        pricing/money.py
        pricing/charging.py
        pricing/incentives.py
        pricing/mechanisms/__init__.py
        pricing/mechanisms/fee.py
        pricing/mechanisms/showback.py
        """,
        CALCULATIONS,
    ),
    *_targets("ledger/amounts.py", ("tests/ledger/test_amounts.py",)),
    *_targets(
        """
        ledger/settlement_lines.py
        ledger/sql/settlement_inputs.sql
        ledger/sql/settle_0_digests.sql
        ledger/sql/settle_1_gather.sql
        ledger/sql/settle_2_rules.sql
        ledger/sql/settle_3_key.sql
        ledger/sql/settle_4_accounts.sql
        ledger/sql/settle_5_draw.sql
        ledger/sql/settle_6_write.sql
        """,
        SETTLEMENTS,
    ),
    *_targets(
        """
        ledger/posting.py
        ledger/accruals.py
        ledger/sql/post_1_sum.sql
        ledger/sql/post_2_number.sql
        ledger/sql/post_3_write.sql
        ledger_post_entries
        ledger/sql/accrual.sql
        """,
        POSTINGS,
    ),
    *_targets(
        """
        ledger_guard_entries
        ledger_guard_lines
        ledger_guard_sources
        ledger_keep_period
        """,
        GUARDS,
    ),
]


def chosen(only: str) -> list[Target]:
    """The targets whose place contains `only`; all for an empty text."""
    return [target for target in TARGETS if only in target.place]
