"""Seeded tampering of every kind with a closed company: each one is found, at the right place.

`make test` draws a few; `make tamper COUNT=1000` as many as you like, `SEED=7` others.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

import pytest
from django.db import DataError, IntegrityError, ProgrammingError, connection, transaction

from ledger import deliveries, period_close, posting, verification
from ledger.models.accounts import Account
from tests.ledger.books import NOON, Books

COUNT = int(os.environ.get("TAMPER_COUNT", "30"))
SEED = int(os.environ.get("TAMPER_SEED", "1"))

# Where a row of each table is named when it is wrong; {…} are columns of the row before or after.
PLACES = {
    "ledger_journalentry": ["entry {id}"],
    "ledger_journalline": ["entry {entry_id}"],
    "ledger_account": ["account {id}"],
    "ledger_settlementline": ["statement line {id}", "settlement {settlement_id}"],
    "ledger_settledrecord": ["emission record {emission_record_id}", "statement line {line_id}"],
    "ledger_periodseal": ["seal {number}", "period {code}"],
    "ledger_entryseal": [
        "entry seal {code}/{number}",
        "entry seal {code}/{next}",
        "entry {entry_id}",
    ],
    "ledger_accountseal": ["account seal {number}", "account seal {next}", "account {account_id}"],
    "ledger_periodbalance": ["balance of {account}"],
}
# What no check can know, and no figure depends on: which worker's part of a settlement a line was
# calculated in, which writer's slot a part of a balance lies in, a seal's own id.
UNKNOWABLE = {
    ("ledger_settlementline", "shard_id"),
    ("ledger_periodbalance", "slot"),
    ("ledger_periodseal", "id"),
}
FROM = {
    "ledger_entryseal": "ledger_entryseal t JOIN ledger_accountingperiod p ON p.id = t.period_id",
    "ledger_periodseal": "ledger_periodseal t JOIN ledger_accountingperiod p ON p.id = t.period_id",
    "ledger_periodbalance": "ledger_periodbalance t JOIN ledger_account p ON p.id = t.account_id",
}


@dataclass
class Tampering:
    """What was done, and the places of which verify must name one."""

    what: str
    places: set[str]


class NotPossible(Exception):
    """The database does not take this even from its owner; another one is drawn."""


@pytest.fixture
def closed(books: Books) -> Books:
    """Two closed quarters: emissions, a removal, a true-up, a restatement, entries by hand."""
    first = books.emit("CLOUD", date(2023, 2, 1), "1000000")
    books.emit("CLOUD", date(2023, 3, 1), "5000", scope=2, location_kgco2e="9000", country="US")
    verified: dict[str, Any] = {"durability_class": "medium", "removal_state": "verified"}
    books.emit("CLOUD", date(2023, 2, 1), "3000", **verified)
    books.emit("OFFICES", date(2023, 2, 1), "7000")
    books.settle("2023Q1")
    books.emit("CLOUD", date(2023, 2, 1), "1400000", supersedes=first)
    books.emit("OFFICES", date(2023, 5, 1), "2000000")
    books.settle("2023Q2")
    finance = books.people["finance"]
    fee = Account.objects.filter(kind="fee_expense").order_by("pk")[0]
    fund = Account.objects.get(kind="carbon_fund")
    by_hand = posting.post(
        entry_date=date(2023, 5, 1),
        description="by hand",
        lines=[posting.Line(fee.pk, "USD", debit=100), posting.Line(fund.pk, "USD", credit=100)],
        source=posting.Source("note", "1", "charge"),
        by=finance,
    )
    posting.reverse(entry_id=by_hand, entry_date=date(2023, 5, 2), reason="a slip", by=finance)
    for period in ("2023Q1", "2023Q2"):
        period_close.close(period_code=period, by=finance, at=NOON)
    deliveries.deliver_due(at=NOON)
    assert verification.verify().findings == ()
    return books


def execute(sql: str, facts: Sequence[Any] = ()) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        if cursor.description is None:
            return []
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def rows_of(table: str) -> list[dict[str, Any]]:
    """The rows of a table, with the code of their period or account where places need it."""
    source = FROM.get(table, f"{table} t")
    more = ", p.code AS code, p.code AS account" if table in FROM else ""
    found = execute(
        f"SELECT t.*, t.tableoid::regclass::text AS part, t.ctid::text{more} FROM {source}"
    )
    return [row | {"next": (row.get("number") or 0) + 1} for row in found]


def places_of(table: str, *rows: dict[str, Any]) -> set[str]:
    return {place.format(**row) for place in PLACES[table] for row in rows}


# --- kinds of tampering -------------------------------------------------------------------------


def edit(random: Random) -> Tampering:
    """Any column of any row, a little."""
    table = random.choice(sorted(PLACES))
    row = random.choice(rows_of(table))
    columns = execute(
        "SELECT attname, format_type(atttypid, NULL) AS kind FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname",
        [table],
    )
    chosen = random.choice(columns)
    column, kind = chosen["attname"], chosen["kind"]
    if (table, column) in UNKNOWABLE:
        raise NotPossible
    value = changed(kind, column, row[column], random)
    # a row that changes its period changes its partition: only the whole table can do that
    target = table if column == "period_id" else row["part"]
    after = execute(
        f"UPDATE {target} SET {column} = {value} WHERE tableoid = %s::regclass"
        f" AND ctid = %s::tid RETURNING {column}",
        [row["part"], row["ctid"]],
    )
    return Tampering(f"{table}.{column} of {row['ctid']}", places_of(table, row, row | after[0]))


def changed(kind: str, column: str, value: Any, random: Random) -> str:
    """An SQL expression that is not the value there was."""
    if value is None:
        return {"bigint": "1", "smallint": "1", "integer": "1", "numeric": "1"}.get(kind, "'x'")
    if kind in ("bigint", "integer", "smallint", "numeric"):
        return f"{column} {random.choice(['+', '-'])} {random.choice([1, 1000])}"
    if kind == "boolean":
        return f"NOT {column}"
    if kind == "date":
        return f"{column} + {random.choice([-1, 1, 100])}"
    if kind == "timestamp with time zone":
        return f"{column} + interval '1 us'"
    if kind == "bytea":
        at = random.randrange(len(value))
        return f"set_byte({column}, {at}, get_byte({column}, {at}) # 1)"
    return f"overlay({column} placing '{random.choice('xyz')}' from 1 for 1)"


def delete(random: Random) -> Tampering:
    """A row of any table."""
    table = random.choice(sorted(PLACES))
    row = random.choice(rows_of(table))
    execute(f"DELETE FROM {row['part']} WHERE ctid = %s::tid", [row["ctid"]])
    places = places_of(table, row)
    if table in ("ledger_entryseal", "ledger_accountseal", "ledger_periodseal"):
        places |= {"seal 1", "seal 2", "period 2023Q1", "period 2023Q2"}
    return Tampering(f"delete from {table} {row['ctid']}", places)


def insert(random: Random) -> Tampering:
    """Two lines that balance, added to an entry."""
    line = random.choice(rows_of("ledger_journalline"))
    minor = random.randrange(1, 10**6)
    execute(
        "INSERT INTO ledger_journalline (entry_id, period_id, account_id, commodity_id, debit,"
        " credit) VALUES (%s, %s, %s, %s, %s, 0), (%s, %s, %s, %s, 0, %s)",
        [line[name] for name in ("entry_id", "period_id", "account_id", "commodity_id")]
        + [minor]
        + [line[name] for name in ("entry_id", "period_id", "account_id", "commodity_id")]
        + [minor],
    )
    return Tampering(f"two lines added to entry {line['entry_id']}", {f"entry {line['entry_id']}"})


def swap(random: Random) -> Tampering:
    """Two lines change their places, or their accounts."""
    one, other = random.sample(rows_of("ledger_journalline"), 2)
    column = random.choice(["entry_id", "account_id", "debit"])
    if one[column] == other[column] or one["period_id"] != other["period_id"]:
        raise NotPossible
    for row, value in ((one, other[column]), (other, one[column])):
        execute(
            f"UPDATE {row['part']} SET {column} = %s WHERE id = %s",
            [value, row["id"]],
        )
    places = {f"entry {one['entry_id']}", f"entry {other['entry_id']}"}
    return Tampering(f"{column} of lines {one['id']} and {other['id']} swapped", places)


def cut_tail(random: Random) -> Tampering:
    """The newest closed period is open again, as if it had never been sealed."""
    execute(
        "DELETE FROM ledger_entryseal WHERE period_id ="
        " (SELECT period_id FROM ledger_periodseal WHERE number = 2)"
    )
    execute(
        "UPDATE ledger_accountingperiod SET state = 'open', closed_at = NULL, closed_by_id = NULL"
        " WHERE id = (SELECT period_id FROM ledger_periodseal WHERE number = 2)"
    )
    execute("DELETE FROM ledger_periodseal WHERE number = 2")
    return Tampering("the tail cut", {"seal 2"})


def rewrite_head(random: Random) -> Tampering:
    """An entry by hand and its reversal get another amount, and all is sealed anew."""
    minor = random.randrange(101, 10**6)
    by_hand = "(SELECT id FROM ledger_journalentry WHERE settlement_id IS NULL)"
    execute(
        "UPDATE ledger_journalline SET debit = CASE debit WHEN 0 THEN 0 ELSE %s END,"
        f" credit = CASE credit WHEN 0 THEN 0 ELSE %s END WHERE entry_id IN {by_hand}",
        [minor, minor],
    )
    execute(
        "UPDATE ledger_periodbalance b SET debit = s.debit, credit = s.credit FROM (SELECT"
        " account_id, period_id, sum(debit) AS debit, sum(credit) AS credit"
        " FROM ledger_journalline GROUP BY 1, 2) s WHERE (b.account_id, b.period_id) ="
        " (s.account_id, s.period_id) AND b.slot = 0"
    )
    period, at = execute("SELECT period_id, sealed_at FROM ledger_periodseal WHERE number = 2")[
        0
    ].values()
    execute("DELETE FROM ledger_entryseal WHERE period_id = %s", [period])
    execute("DELETE FROM ledger_periodseal WHERE number = 2")
    execute("SELECT ledger_seal_period(%s, %s)", [period, at])
    return Tampering("the head rewritten", {"seal 2"})


KINDS: dict[Callable[[Random], Tampering], int] = {
    edit: 12,
    delete: 4,
    insert: 1,
    swap: 2,
    cut_tail: 1,
    rewrite_head: 1,
}


def is_named(place: str, text: str) -> bool:
    """`settlement 1` is named by itself, and with a department after it; not by `settlement 12`."""
    return text == place or text.startswith((f"{place},", f"{place} in "))


@pytest.mark.django_db(transaction=True)
def test_every_tampering_is_found_where_it_is(closed: Books) -> None:
    random = Random(SEED)
    done = 0
    missed: list[str] = []
    while done < COUNT:
        kind = random.choices(list(KINDS), weights=list(KINDS.values()))[0]
        try:
            with transaction.atomic():
                execute("SET LOCAL session_replication_role = replica")
                tampering = kind(random)
                named = {finding.place for finding in verification.verify().findings}
                transaction.set_rollback(True)
        except (NotPossible, IntegrityError, DataError, ProgrammingError):
            continue
        done += 1
        if not any(is_named(place, text) for place in tampering.places for text in named):
            missed.append(f"{tampering.what}: {sorted(named)} instead of {tampering.places}")
    assert missed == [], f"{len(missed)} of {done} were missed:\n" + "\n".join(missed)
    assert verification.verify().findings == ()
