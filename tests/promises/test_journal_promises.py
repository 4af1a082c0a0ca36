"""Raw SQL, as the application's own role, tries to break the posted books, and fails."""

from __future__ import annotations

from datetime import date

import psycopg2
import pytest
from psycopg2.extensions import connection as PsycopgConnection

from ledger import period_close, settlement_run, verification
from ledger.models.settlements import Settlement
from tests.ledger.books import NOON, Books

pytestmark = pytest.mark.django_db(transaction=True)

ENTRY = """
    INSERT INTO ledger_journalentry (entry_date, period_id, description, source_type, source_id,
                                     purpose, posted_by_id)
    VALUES (%(day)s, %(period)s, 'by hand', 'test', %(source)s, 'charge', %(person)s)
    RETURNING id, period_id, source_type, source_id, purpose
"""


# What is no settlement's claims its source in the same statement.
SOURCE = """
    INSERT INTO ledger_postedsource (source_type, source_id, purpose, entry_id, period_id)
    SELECT source_type, source_id, purpose, id, period_id FROM entry
"""


@pytest.fixture
def posted(books: Books) -> Books:
    """The first quarter: one tonne-thousand charged, posted and closed; the second is open."""
    books.emit("CLOUD", date(2023, 2, 1), "1000000")
    books.settle("2023Q1")
    period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
    books.emit("CLOUD", date(2023, 5, 1), "2000000")
    books.settle("2023Q2")
    return books


def snapshot(database: PsycopgConnection) -> list[tuple[object, ...]]:
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_journalline ORDER BY id")
        lines = cursor.fetchall()
        cursor.execute("SELECT * FROM ledger_journalentry ORDER BY id")
        entries = cursor.fetchall()
    database.rollback()
    return [*lines, *entries]


def execute(database: PsycopgConnection, sql: str, facts: dict[str, object]) -> None:
    with database.cursor() as cursor:
        cursor.execute(sql, facts)
    database.commit()


def refused(database: PsycopgConnection, sql: str, **facts: object) -> psycopg2.Error:
    """Run a statement that must fail; the books are as before afterwards."""
    before = snapshot(database)
    with pytest.raises(psycopg2.Error) as caught:
        execute(database, sql, facts)
    database.rollback()
    assert snapshot(database) == before
    return caught.value


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_journalline SET debit = debit + 1",
        "UPDATE ledger_journalline SET debit = debit",
        "DELETE FROM ledger_journalline",
        "TRUNCATE ledger_journalline",
        "UPDATE ledger_journalentry SET description = 'nothing to see'",
        "DELETE FROM ledger_journalentry",
        "TRUNCATE ledger_journalentry CASCADE",
        "UPDATE ledger_account SET code = 'Expenses:Elsewhere'",
        "DELETE FROM ledger_periodseal",
        "UPDATE ledger_periodseal SET lines_sha256 = repeat('0', 64)",
        "DELETE FROM ledger_entryseal",
        "UPDATE ledger_entryseal SET hashes = chain",
        "UPDATE ledger_accountseal SET sha256 = chain",
        "INSERT INTO ledger_entryseal (period_id, number, entry_id, hashes, chain) "
        "SELECT id, 99, 1, '', '' FROM ledger_accountingperiod",
        "INSERT INTO ledger_accountseal (number, account_id, sha256, chain) VALUES (99, 0, '', '')",
        "SELECT ledger_seal_period(id, statement_timestamp()) FROM ledger_accountingperiod "
        "WHERE state = 'open'",
        "SELECT ledger_seal_period(period_id, sealed_at) FROM ledger_periodseal",
        "UPDATE ledger_accountingperiod SET state = 'open' WHERE code = '2023Q1'",
        "UPDATE ledger_settlementline SET amount_minor = 0",
        "DELETE FROM ledger_settlementline",
        "DELETE FROM ledger_settledrecord",
        "DELETE FROM ledger_settlement",
        "UPDATE ledger_settlement SET state = 'cancelled'",
        "UPDATE inventory_emissionrecord SET market_kgco2e = 0",
        "UPDATE inventory_activityrecord SET quantity = 0",
        "UPDATE pricing_carbonprice SET price_per_tonne = 0",
        "DELETE FROM pricing_carbonprice",
        "DELETE FROM ledger_settlementshard",
        "UPDATE ledger_settlement SET record_count = 0",
        "UPDATE ledger_commodity SET exponent = 0",
        "UPDATE ledger_accountingperiod SET days = daterange('2023-01-01', '2023-02-01')",
        "INSERT INTO ledger_accountingperiod (code, days, state, closed_by_id, closed_at) "
        "SELECT 'X', daterange('2030-01-01', '2031-01-01'), 'closed', min(id), now() "
        "FROM organisation_user",
        "INSERT INTO ledger_periodseal (period_id, number, line_count, lines_sha256, "
        "previous_sha256, chain_sha256, sealed_at) SELECT id, 99, 0, '', '', '', now() "
        "FROM ledger_accountingperiod WHERE code = '2023Q3'",
        "INSERT INTO ledger_settlement (scheme_id, period_id, revision, state, "
        "approval_number_after, approval_number_through, record_count, input_sha256, rules, "
        "shard_count, prepared_by_id, approved_by_id, posted_by_id, posted_at, prepared_at) "
        "SELECT scheme_id, period_id, 9, 'posted', 0, 1000000, 0, '', '{}', 1, prepared_by_id, "
        "approved_by_id, posted_by_id, now(), now() FROM ledger_settlement LIMIT 1",
        # A temporary table of the same name, to lead the guards astray.
        "CREATE TEMP TABLE ledger_settlement AS SELECT id, 'cancelled'::text AS state "
        "FROM public.ledger_settlement; DELETE FROM ledger_settledrecord",
        "CREATE TEMP TABLE ledger_settlement AS SELECT id, 'cancelled'::text AS state "
        "FROM public.ledger_settlement; DELETE FROM ledger_settlementline",
        "ALTER TABLE ledger_journalline DISABLE TRIGGER ALL",
        "DROP TRIGGER ledger_guard_lines ON ledger_journalline",
        "SET session_replication_role = replica; UPDATE ledger_journalline SET debit = 1",
    ],
)
def test_nothing_posted_can_be_changed(
    posted: Books, app_role: PsycopgConnection, sql: str
) -> None:
    refused(app_role, sql)
    assert verification.verify().holds


def test_an_entry_that_does_not_balance_is_refused(
    posted: Books, app_role: PsycopgConnection
) -> None:
    error = refused(
        app_role,
        f"""WITH entry AS ({ENTRY}), source AS ({SOURCE})
            INSERT INTO ledger_journalline (entry_id, period_id, account_id, commodity_id,
                                            debit, credit)
            SELECT entry.id, entry.period_id, a.id, 'USD',
                   CASE WHEN a.kind = 'carbon_fund' THEN 0 ELSE 100 END,
                   CASE WHEN a.kind = 'carbon_fund' THEN 99 ELSE 0 END
              FROM entry, ledger_account a WHERE a.kind IN ('carbon_fund', 'fee_expense')""",
        **facts(posted),
    )
    assert error.diag.constraint_name == "ledger_entry_balances"


def test_an_entry_balances_in_each_commodity_not_across_them(
    posted: Books, app_role: PsycopgConnection
) -> None:
    error = refused(
        app_role,
        f"""WITH entry AS ({ENTRY}), source AS ({SOURCE})
            INSERT INTO ledger_journalline (entry_id, period_id, account_id, commodity_id,
                                            debit, credit)
            SELECT entry.id, entry.period_id, a.id, a.commodity_id,
                   CASE a.commodity_id WHEN 'USD' THEN 100 ELSE 0 END,
                   CASE a.commodity_id WHEN 'USD' THEN 0 ELSE 100 END
              FROM entry, ledger_account a WHERE a.kind IN ('carbon_fund', 'atmosphere')""",
        **facts(posted),
    )
    assert error.diag.constraint_name == "ledger_entry_balances"


def test_an_entry_without_lines_is_refused(posted: Books, app_role: PsycopgConnection) -> None:
    error = refused(app_role, ENTRY, **facts(posted))
    assert error.diag.constraint_name == "ledger_entry_has_lines"


def test_nobody_adds_lines_to_a_posted_entry(posted: Books, app_role: PsycopgConnection) -> None:
    error = refused(
        app_role,
        """INSERT INTO ledger_journalline (entry_id, period_id, account_id, commodity_id,
                                            debit, credit)
           SELECT e.id, e.period_id, a.id, 'USD',
                  CASE WHEN a.kind = 'carbon_fund' THEN 0 ELSE 100 END,
                  CASE WHEN a.kind = 'carbon_fund' THEN 100 ELSE 0 END
             FROM (SELECT id, period_id FROM ledger_journalentry ORDER BY id DESC LIMIT 1) e,
                  ledger_account a
            WHERE a.kind IN ('carbon_fund', 'fee_expense')""",
    )
    assert error.diag.constraint_name == "ledger_line_comes_with_its_entry"


@pytest.mark.parametrize("pretence", ["recorded_xid = 1", "recorded_at = '2023-01-01'"])
def test_an_entry_is_recorded_now(
    posted: Books, app_role: PsycopgConnection, pretence: str
) -> None:
    column, value = pretence.split(" = ")
    entry = ENTRY.replace("purpose,", f"purpose, {column},").replace(
        "'charge',", f"'charge', {value},"
    )
    error = refused(app_role, balanced(entry), **facts(posted))
    assert error.diag.constraint_name in (
        "ledger_entry_recorded_now",
        "ledger_line_comes_with_its_entry",
    )


@pytest.mark.parametrize(
    ("period", "day"), [("2023Q1", date(2023, 2, 1)), ("2023Q2", date(2023, 2, 1))]
)
def test_nothing_posts_into_a_closed_period(
    posted: Books, app_role: PsycopgConnection, period: str, day: date
) -> None:
    error = refused(app_role, balanced(ENTRY), **facts(posted, period=period, day=day))
    assert error.diag.constraint_name == "ledger_entry_in_open_period"


def test_a_temporary_table_does_not_open_a_closed_period(
    posted: Books, app_role: PsycopgConnection
) -> None:
    shadow = (
        "CREATE TEMP TABLE ledger_accountingperiod AS "
        "SELECT id, code, 'open'::text AS state, days FROM public.ledger_accountingperiod; "
    )
    error = refused(
        app_role,
        shadow + balanced(ENTRY),
        **facts(posted, period="2023Q1", day=date(2023, 2, 1)),
    )
    assert error.diag.constraint_name == "ledger_entry_in_open_period"


def test_an_empty_settlement_can_not_be_made_whole(
    books: Books, app_role: PsycopgConnection
) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    settlement = settlement_run.prepare(
        scheme_code="fee", period_code="2023Q1", by=books.people["analyst"]
    )
    error = refused(
        app_role,
        "UPDATE ledger_settlement SET state = 'calculated' WHERE id = %(id)s",
        id=settlement.pk,
    )
    assert error.diag.constraint_name == "ledger_settlement_is_whole"


def test_what_an_approved_settlement_settles_can_not_be_taken_from_it(
    books: Books, app_role: PsycopgConnection
) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    settlement = books.calculate("2023Q1")
    settlement_run.approve(settlement_id=settlement.pk, by=books.people["approver"], at=NOON)
    for table in ("ledger_settledrecord", "ledger_settlementline"):
        refused(app_role, f"DELETE FROM {table}")
    error = refused(
        app_role,
        "UPDATE ledger_settlement SET approved_by_id = %(other)s WHERE id = %(id)s",
        other=books.people["finance"].pk,
        id=settlement.pk,
    )
    assert error.diag.constraint_name == "ledger_settlement_keeps_its_inputs"


def test_a_line_counts_its_accounts_commodity(posted: Books, app_role: PsycopgConnection) -> None:
    error = refused(
        app_role, balanced(ENTRY).replace("a.commodity_id", "'KGCO2E'"), **facts(posted)
    )
    assert error.diag.constraint_name == "ledger_line_account_counts_its_commodity"


def test_a_source_is_posted_once(posted: Books, app_role: PsycopgConnection) -> None:
    execute(app_role, balanced(ENTRY), facts(posted))
    error = refused(app_role, balanced(ENTRY), **facts(posted))
    assert error.diag.constraint_name == "ledger_source_is_posted_once"


def test_an_entry_claims_its_source(posted: Books, app_role: PsycopgConnection) -> None:
    unclaimed = balanced(ENTRY).replace(f", source AS ({SOURCE})", "")
    error = refused(app_role, unclaimed, **facts(posted))
    assert error.diag.constraint_name == "ledger_entry_has_its_source"


def test_nobody_claims_a_source_without_its_entry(
    posted: Books, app_role: PsycopgConnection
) -> None:
    error = refused(
        app_role,
        "INSERT INTO ledger_postedsource (source_type, source_id, purpose, entry_id, period_id) "
        "SELECT 'grant', '1', 'payment', id, period_id FROM ledger_journalentry LIMIT 1",
    )
    assert error.diag.constraint_name == "ledger_source_comes_with_its_entry"


def test_nobody_adds_an_entry_to_a_posted_settlement(
    posted: Books, app_role: PsycopgConnection
) -> None:
    more = balanced(ENTRY).replace(f", source AS ({SOURCE})", "")
    more = more.replace(
        "posted_by_id)", "posted_by_id, settlement_id, department_id, activity_period_id)"
    )
    more = more.replace("'test'", "'settlement'").replace(
        "%(person)s)", "%(person)s, %(settlement)s, %(department)s, %(period)s)"
    )
    error = refused(
        app_role,
        more,
        **facts(posted),
        settlement=posted_settlement(posted),
        department=posted.departments["OFFICES"].pk,
    )
    assert error.diag.constraint_name == "ledger_entry_has_its_source"


def posted_settlement(books: Books) -> int:
    return Settlement.objects.get(period=books.periods["2023Q2"]).pk


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO ledger_periodbalance SELECT account_id, period_id, 9, 1, 1 "
        "FROM ledger_periodbalance LIMIT 1",
        "UPDATE ledger_periodbalance SET debit = debit + 1",
        "DELETE FROM ledger_periodbalance",
        "INSERT INTO {partition} SELECT * FROM {partition} LIMIT 1",
        "SELECT * FROM {partition}",
        "CREATE TABLE more PARTITION OF ledger_journalline FOR VALUES IN (0)",
        "DELETE FROM ledger_accountingperiod WHERE code = '2023Q2'",
    ],
)
def test_balances_and_partitions_are_out_of_reach(
    posted: Books, app_role: PsycopgConnection, sql: str
) -> None:
    refused(app_role, sql.format(partition=f"ledger_journalline_p{posted.periods['2023Q2'].pk}"))
    assert verification.verify().holds


def test_the_preparer_cannot_approve_even_in_sql(books: Books, app_role: PsycopgConnection) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    settlement = books.calculate("2023Q1")
    error = refused(
        app_role,
        "UPDATE ledger_settlement SET state = 'approved', approved_by_id = prepared_by_id, "
        "approved_at = now() WHERE id = %(id)s",
        id=settlement.pk,
    )
    assert error.diag.constraint_name == "ledger_settlement_approved_by_another_person"


def test_a_record_is_settled_once_per_scheme(books: Books, app_role: PsycopgConnection) -> None:
    record = books.emit("CLOUD", date(2023, 2, 1), "1000")
    settlement = books.calculate("2023Q1")
    error = refused(
        app_role,
        """INSERT INTO ledger_settledrecord (scheme_id, emission_record_id, line_id, sign)
           SELECT %(scheme)s, %(record)s, min(id), 1 FROM ledger_settlementline
            WHERE settlement_id = %(settlement)s""",
        scheme=books.scheme.pk,
        record=record.pk,
        settlement=settlement.pk,
    )
    assert error.diag.constraint_name == "ledger_record_is_settled_once_per_scheme"


def balanced(entry: str) -> str:
    """A statement that posts 1.00 from the fund to the fee expense, and would be fine."""
    return f"""WITH entry AS ({entry}), source AS ({SOURCE})
        INSERT INTO ledger_journalline (entry_id, period_id, account_id, commodity_id,
                                            debit, credit)
        SELECT entry.id, entry.period_id, a.id, a.commodity_id,
               CASE a.kind WHEN 'carbon_fund' THEN 0 ELSE 100 END,
               CASE a.kind WHEN 'carbon_fund' THEN 100 ELSE 0 END
          FROM entry, ledger_account a WHERE a.kind IN ('carbon_fund', 'fee_expense')"""


def facts(
    books: Books, *, period: str = "2023Q2", day: date = date(2023, 5, 31)
) -> dict[str, object]:
    return {
        "day": day,
        "period": books.periods[period].pk,
        "source": "one",
        "person": books.people["finance"].pk,
    }
