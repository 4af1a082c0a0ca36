"""The mutators find every small change of a small statement, and what runs is what was changed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from ledger import sql, statements
from pricing.money import Money, minor_exponent, round_half_away
from tests.ledger.books import Books, open_books
from tests.mutation import campaign, python_mutator, sql_mutator
from tests.mutation.swaps import GuardSwap, ModuleSwap, StatementSwap

OWED = """
SELECT round(sum(l.debit - l.credit) * 1.3) -- the + is a comment, and so is 'this'
  FROM (VALUES (3, 0, 'a + b'), (0, 1, NULL), (9, 9, '-')) AS l(debit, credit, note)
 WHERE l.note IS NULL OR NOT (l.note = '-')
"""


def becomes(statement: str) -> list[str]:
    return [mutant.becomes for mutant in sql_mutator.mutate("test.sql", statement)]


def test_every_small_change_of_a_condition() -> None:
    assert becomes("SELECT FROM a WHERE x >= 5 AND (y IS NULL OR NOT z) ORDER BY x LIMIT 1") == [
        "SELECT FROM a WHERE true AND (y IS NULL OR NOT z) ORDER BY x LIMIT 1",
        "SELECT FROM a WHERE x > 5 AND (y IS NULL OR NOT z) ORDER BY x LIMIT 1",
        "SELECT FROM a WHERE x <= 5 AND (y IS NULL OR NOT z) ORDER BY x LIMIT 1",
        "SELECT FROM a WHERE x >= 6 AND (y IS NULL OR NOT z) ORDER BY x LIMIT 1",
        "SELECT FROM a WHERE x >= 4 AND (y IS NULL OR NOT z) ORDER BY x LIMIT 1",
        "SELECT FROM a WHERE x >= 5 OR (y IS NULL OR NOT z) ORDER BY x LIMIT 1",
        "SELECT FROM a WHERE x >= 5 AND true ORDER BY x LIMIT 1",
        "SELECT FROM a WHERE x >= 5 AND (y IS NOT NULL OR NOT z) ORDER BY x LIMIT 1",
        "SELECT FROM a WHERE x >= 5 AND (y IS NULL AND NOT z) ORDER BY x LIMIT 1",
        "SELECT FROM a WHERE x >= 5 AND (y IS NULL OR false) ORDER BY x LIMIT 1",
        "SELECT FROM a WHERE x >= 5 AND (false OR NOT z) ORDER BY x LIMIT 1",
        "SELECT FROM a WHERE x >= 5 AND (y IS NULL OR z) ORDER BY x LIMIT 1",
        "SELECT FROM a WHERE x >= 5 AND (y IS NULL OR NOT z) ORDER BY x DESC LIMIT 1",
        "SELECT FROM a WHERE x >= 5 AND (y IS NULL OR NOT z) ORDER BY x LIMIT 2",
        "SELECT FROM a WHERE x >= 5 AND (y IS NULL OR NOT z) ORDER BY x LIMIT 0",
    ]


@pytest.mark.parametrize(
    ("original", "changed"),
    [
        ("SELECT a.*, -b", "SELECT a.*, b"),
        ("SELECT a - b", "SELECT a + b"),
        ("SELECT a %% b", "SELECT a / b"),
        ("SELECT coalesce(f(a, 1), b, 0)", "SELECT coalesce(f(a, 1))"),
        ("SELECT round(a)", "SELECT trunc(a)"),
        ("SELECT abs(a)", "SELECT (a)"),
        ("SELECT least(a, b)", "SELECT greatest(a, b)"),
        ("SELECT sum(debit)", "SELECT sum(credit)"),
        ("SELECT DISTINCT a", "SELECT a"),
        ("SELECT a UNION ALL SELECT b", "SELECT a UNION SELECT b"),
        ("SELECT a LEFT JOIN b ON c = d", "SELECT a JOIN b ON c = d"),
        ("SELECT a JOIN b ON c = d", "SELECT a LEFT JOIN b ON c = d"),
        ("SELECT a IS DISTINCT FROM b", "SELECT a <> b"),
        ("SELECT CASE WHEN a THEN b END", "SELECT CASE WHEN false THEN b END"),
        ("IF a THEN b; END IF;", "IF true THEN b; END IF;"),
    ],
)
def test_a_change_that_is_among_them(original: str, changed: str) -> None:
    assert changed in becomes(original)


@pytest.mark.parametrize(
    "untouched",
    [
        "SELECT 'a + b', E'\\n', count(*), a.b -- 1 + 1\nGROUP BY 1, 2",
        "CREATE INDEX ON a (b)",
        "SET LOCAL default_statistics_target = 10",
        "INSERT INTO a VALUES (%(x)s) ON CONFLICT DO NOTHING",
        "CREATE TEMPORARY TABLE a ON COMMIT DROP AS SELECT {basis}_x",
    ],
)
def test_literals_comments_and_places_of_values_stay(untouched: str) -> None:
    assert becomes(untouched) == []


def test_what_only_steers_planning_stays() -> None:
    """`are_few IS NOT NULL` holds always; it has the statement planned anew."""
    steered = """
        DECLARE are_few constant boolean := (SELECT count(*) <= 20 FROM (SELECT FROM a) few);
        BEGIN
            PERFORM set_config('plan_cache_mode', 'force_generic_plan', true),
                    set_config('enable_seqscan', 'off', true) WHERE are_few;
            are_few := (SELECT count(*) <= 20 FROM a);
            SELECT x INTO y FROM a WHERE are_few IS NOT NULL AND z;
        END"""
    assert becomes(steered) == [
        "SELECT x INTO y FROM a WHERE are_few IS NOT NULL OR z;",
        "SELECT x INTO y FROM a WHERE are_few IS NOT NULL AND true;",
    ]


def test_each_mutant_of_a_statement_answers_otherwise(db: None) -> None:
    """3 − 1 = 2, × 1.3 = 2.6, rounded to 3."""

    def answer(statement: str) -> object:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0]

    assert answer(OWED) == 3
    mutants = [m for m in sql_mutator.mutate("owed.sql", OWED) if "VALUES" not in m.was]
    assert len(mutants) >= 12
    assert [mutant.becomes for mutant in mutants if answer(mutant.text) == 3] == []


def test_twins_are_told_apart_and_no_text_comes_twice() -> None:
    mutants = sql_mutator.mutate("a.sql", "SELECT a < b\nUNION ALL\nSELECT a < b\n")
    assert len({mutant.name for mutant in mutants}) == len(mutants) == 5
    assert len({mutant.text for mutant in mutants}) == len(mutants)


def test_a_module_runs_as_its_mutant_and_then_as_before() -> None:
    swap = ModuleSwap("pricing/money.py")
    mutants = {mutant.becomes: mutant for mutant in python_mutator.mutate("money.py", swap.text)}
    (even,) = [m for line, m in mutants.items() if "ROUND_HALF_EVEN" in line and "int" in line]
    assert even.inside == "round_half_away"
    with swap.running(even.text):
        assert round_half_away(Decimal("0.125"), 2) == 12
    assert round_half_away(Decimal("0.125"), 2) == 13

    minus = mutants["return Money(self.amount_minor - other.amount_minor, self.currency)"]
    with swap.running(minus.text):
        assert Money(3, "USD") + Money(1, "USD") == Money(2, "USD")
    assert Money(3, "USD") + Money(1, "USD") == Money(4, "USD")

    zero_places = swap.text.replace("return int(exponent)", "return 0")
    with swap.running(zero_places):
        assert minor_exponent("USD") == 0
    assert minor_exponent("USD") == 2


def test_a_constant_is_changed_wherever_it_was_imported() -> None:
    from pricing import mechanisms

    swap = ModuleSwap("pricing/mechanisms/fee.py")
    with swap.running(swap.text.replace("= Mechanism(", "= Mechanism(moves_money=False, ")):
        assert not mechanisms.moves_money("fee", "charge")
    assert mechanisms.moves_money("fee", "charge")


def test_a_statement_runs_as_its_mutant(db: None) -> None:
    """A settlement that cuts half cents instead of rounding: 0.333334 kg × 15 = 0.00500001."""
    swap = StatementSwap("ledger/sql/settle_5_draw.sql")
    with swap.running(swap.text.replace("round(", "trunc(")):
        assert _charged(open_books()) == Decimal("0.00")
    assert sql.statement("settle_5_draw") == swap.text


def _charged(books: Books) -> Decimal:
    books.emit("CLOUD", date(2023, 2, 10), "0.333334")
    books.settle("2023Q1")
    return statements.statement_of(
        department_code="CLOUD", scheme_code="fee", period_code="2023Q1"
    ).charged


def test_a_guard_is_replaced_and_put_back(db: None) -> None:
    swap = GuardSwap("ledger_guard_lines")
    with swap.running("BEGIN RETURN NULL; END"):
        assert GuardSwap("ledger_guard_lines").text == "BEGIN RETURN NULL; END"
    assert GuardSwap("ledger_guard_lines").text == swap.text


def test_an_equivalent_mutant_is_a_survivor_in_the_score_that_counts() -> None:
    """8 killed and 1 too slow, 2 survived of which 1 is equivalent: 9 of 11, or of 10."""
    count = Counter({"killed": 8, "too slow": 1, "survived": 2, "equivalent": 1, "invalid": 5})
    assert round(campaign.score_of(count), 1) == 81.8
    assert campaign.score_of(count, tellable=True) == 90
