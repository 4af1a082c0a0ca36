"""The owner of the database tampers with the books behind every guard; verify names the place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction

from departments.inventory.models.emissions import EmissionRecord
from departments.organisation.models import Department
from ledger import period_close, posting, verification
from ledger.models.accounts import Account
from ledger.models.journal import JournalEntry, JournalLine
from ledger.models.seals import AccountSeal
from ledger.models.settlements import Settlement, SettlementLine
from pricing.models import CarbonPrice, IncentiveRate
from tests.ledger.books import ALWAYS, NOON, Books

pytestmark = pytest.mark.django_db(transaction=True)

FEBRUARY, MARCH, MAY = date(2023, 2, 1), date(2023, 3, 1), date(2023, 5, 1)

BALANCE = "entries balance"
ACCOUNTS = "lines name an account"
PERIODS = "entries lie in their period"
RECORDS = "lines settle their records"
AMOUNTS = "amounts are tonnes times price"
JOURNAL = "settlements are in the journal"
PRICES = "prices are the ones in force"
INPUTS = "settlements settle their inputs"
COMPLETE = "records are settled once"
REVERSALS = "reversals mirror their entries"
SEALS = "seals"
ENTRIES = "entries are as they were sealed"
SEALED_ACCOUNTS = "accounts are as they were sealed"
SOURCES = "sources are posted once"
BALANCES = "balances are what lines add up to"


@pytest.fixture
def posted(books: Books) -> Books:
    """Two quarters posted, the first one closed: emissions, a removal, a restatement, a reversal.

    The last record is approved and belongs to the third quarter, which nobody has settled yet.
    """
    team_price(books)
    first = books.emit("CLOUD", FEBRUARY, "1000000")
    books.emit("CLOUD", MARCH, "5000", scope=2, location_kgco2e="9000", country="US")
    books.emit("CLOUD", FEBRUARY, "4000", scope=3, category=1)
    books.emit("CLOUD", FEBRUARY, "3000", durability_class="medium", removal_state="verified")
    books.emit("OFFICES", FEBRUARY, "7000")
    books.emit("TEAM", FEBRUARY, "2000")
    books.settle("2023Q1")
    period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
    books.emit("CLOUD", FEBRUARY, "1400000", supersedes=first)
    books.emit("CLOUD", FEBRUARY, "6000", scope=2)
    books.emit("CLOUD", MAY, "2000000")
    books.settle("2023Q2")
    correct_by_hand(books)
    books.emit("OFFICES", date(2023, 8, 1), "100")
    assert verification.verify().findings == ()
    return books


def team_price(books: Books) -> None:
    """A team below OFFICES, and a price that OFFICES has for itself and all below."""
    offices = books.departments["OFFICES"]
    team = Department.objects.create(code="TEAM", name="Team")
    entity = offices.placements.get().legal_entity
    team.placements.create(parent=offices, legal_entity=entity, in_force=ALWAYS)
    books.departments["TEAM"] = team
    CarbonPrice.objects.create(
        scheme=books.scheme,
        department=offices,
        price_per_tonne=Decimal(20),
        in_force=ALWAYS,
        proposed_by=books.people["analyst"],
        approved_by=books.people["approver"],
    )


def correct_by_hand(books: Books) -> None:
    """An entry by hand in the open quarter, and its reversal."""
    finance = books.people["finance"]
    fee, fund = account("fee_expense", "CLOUD"), account("carbon_fund")
    entry = posting.post(
        entry_date=MAY,
        description="by hand",
        lines=[posting.Line(fee.pk, "USD", debit=100), posting.Line(fund.pk, "USD", credit=100)],
        source=posting.Source("note", "1", "charge"),
        by=finance,
    )
    posting.reverse(entry_id=entry, entry_date=MAY, reason="a slip", by=finance)


# --- what the rows are called -------------------------------------------------------------------


def account(kind: str, department: str | None = None) -> Account:
    found = Account.objects.filter(kind=kind, department__code=department).first()
    assert found is not None
    return found


def settlement(period: str) -> Settlement:
    return Settlement.objects.get(period__code=period)


def statement_line(period: str = "2023Q1", department: str = "CLOUD", **key: object) -> int:
    """A line's id; without more of its key, that of Scope 1."""
    key = key or {"scope": 1}
    line = SettlementLine.objects.get(
        settlement__period__code=period,
        department__code=department,
        activity_period__code=key.pop("activity", period),
        **key,
    )
    return line.pk


def entry(period: str = "2023Q1", department: str = "CLOUD", purpose: str = "charge") -> int:
    found = JournalEntry.objects.get(
        settlement__period__code=period,
        department__code=department,
        activity_period__code=period,
        purpose=purpose,
    )
    return found.pk


def journal_line(kind: str, in_entry: int) -> int:
    return JournalLine.objects.filter(entry=in_entry, account__kind=kind).order_by("pk")[0].pk


def record(department: str = "CLOUD", **facts: object) -> int:
    facts = facts or {"activity_on": FEBRUARY, "scope": 1, "supersedes": None}
    return EmissionRecord.objects.get(department__code=department, **facts).pk


def tamper(*statements: str, **facts: int | None) -> None:
    """Run statements as the owner, in one transaction, with every guard asleep."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for sql in statements:
            cursor.execute(sql, facts)
            assert cursor.rowcount > 0, f"changed nothing: {sql}"


def found(check: str) -> set[str]:
    """The places that a check names."""
    return {finding.place for finding in verification.verify().findings if finding.check == check}


def said(check: str) -> dict[str, str]:
    """What a check says about each place, after what it always says."""
    return {
        finding.place: finding.detail.partition(": ")[2]
        for finding in verification.verify().findings
        if finding.check == check
    }


@contextmanager
def restored(*statements: str, **facts: int | None) -> Iterator[None]:
    """Tamper, and take it back afterwards."""
    with transaction.atomic():
        tamper(*statements, **facts)
        yield
        transaction.set_rollback(True)


def billed_to(department: str, period: str) -> str:
    return f"settlement {settlement(period).pk}, department {department}, activity of {period}"


# --- completeness -------------------------------------------------------------------------------

UNSETTLE = "DELETE FROM ledger_settledrecord WHERE emission_record_id = %(record)s AND sign = 1"


def test_a_record_that_is_settled_no_longer(posted: Books) -> None:
    left_out = record("OFFICES", activity_on=FEBRUARY)
    tamper(UNSETTLE, record=left_out)
    assert found(INPUTS) == {f"settlement {settlement('2023Q1').pk}"}
    assert found(COMPLETE) == {f"emission record {left_out}"}


def test_a_charge_that_is_gone_without_a_trace_in_its_settlement(posted: Books) -> None:
    """Line, record, entry, balances, and the sums, counts and digests kept of them agree again."""
    left_out = record("CLOUD", activity_on=MAY)
    tamper(
        UNSETTLE,
        """UPDATE ledger_departmenttotal t
              SET charged_minor = t.charged_minor - l.amount_minor,
                  emitted_mgco2e = t.emitted_mgco2e - l.settled_mgco2e,
                  record_count = t.record_count - l.record_count
             FROM ledger_settlementline l
            WHERE l.id = %(line)s
              AND (t.settlement_id, t.department_id) = (l.settlement_id, l.department_id)""",
        """DELETE FROM ledger_linetotal t USING ledger_settlementline l
            WHERE l.id = %(line)s AND t.line_count = 1
              AND (t.settlement_id, t.activity_period_id, t.kind, t.scope)
                = (l.settlement_id, l.activity_period_id, l.kind, l.scope)""",
        "DELETE FROM ledger_settlementline WHERE id = %(line)s",
        "DELETE FROM ledger_journalline WHERE entry_id = %(entry)s",
        "DELETE FROM ledger_journalentry WHERE id = %(entry)s",
        """UPDATE ledger_periodbalance b SET debit = l.debit, credit = l.credit
             FROM (SELECT account_id, period_id, sum(debit) AS debit, sum(credit) AS credit
                     FROM ledger_journalline GROUP BY 1, 2) l
            WHERE (l.account_id, l.period_id) = (b.account_id, b.period_id)
              AND (l.debit, l.credit) <> (b.debit, b.credit)""",
        """UPDATE ledger_settlementshard h
              SET input_count = n, input_sha256 = sha, record_count = n, settled_sha256 = sha
             FROM (SELECT h.id, count(s.sign) AS n, encode(sha256(convert_to(coalesce(string_agg(
                              s.emission_record_id || ':' || s.sign, E'\\n'
                              ORDER BY s.emission_record_id, s.sign), ''), 'UTF8')), 'hex') AS sha
                     FROM ledger_settlementshard h
                     LEFT JOIN ledger_settlementline l ON l.shard_id = h.id
                     LEFT JOIN ledger_settledrecord s ON s.line_id = l.id
                    WHERE h.settlement_id = %(settlement)s GROUP BY 1) d
            WHERE d.id = h.id""",
        """UPDATE ledger_settlement k SET record_count = n, input_sha256 = sha
             FROM (SELECT sum(input_count) AS n, encode(sha256(convert_to(string_agg(
                              number || ':' || input_count || ':' || input_sha256, E'\\n'
                              ORDER BY number), 'UTF8')), 'hex') AS sha
                     FROM ledger_settlementshard WHERE settlement_id = %(settlement)s) d
            WHERE k.id = %(settlement)s""",
        record=left_out,
        line=statement_line("2023Q2"),
        entry=entry("2023Q2"),
        settlement=settlement("2023Q2").pk,
    )
    assert {finding.place for finding in verification.verify().findings} == {
        f"emission record {left_out}"
    }


def test_a_superseded_record_that_is_never_taken_back(posted: Books) -> None:
    superseded = record()
    tamper(
        "DELETE FROM ledger_settledrecord WHERE emission_record_id = %(record)s AND sign = -1",
        record=superseded,
    )
    assert found(INPUTS) == {f"settlement {settlement('2023Q2').pk}"}
    assert found(COMPLETE) == {f"emission record {superseded}"}


def test_a_record_that_is_taken_back_for_nothing(posted: Books) -> None:
    kept = record("OFFICES", activity_on=FEBRUARY)
    tamper(
        """INSERT INTO ledger_settledrecord (scheme_id, line_id, emission_record_id, sign)
           SELECT scheme_id, line_id, emission_record_id, -1 FROM ledger_settledrecord
            WHERE emission_record_id = %(record)s""",
        record=kept,
    )
    assert found(COMPLETE) == {f"emission record {kept}"}


def test_a_settled_record_that_was_never_approved(posted: Books) -> None:
    unapproved = record("OFFICES", activity_on=FEBRUARY)
    tamper(
        "UPDATE inventory_emissionrecord SET approval_number = NULL WHERE id = %(record)s",
        record=unapproved,
    )
    assert found(COMPLETE) == {f"emission record {unapproved}"}


@pytest.mark.parametrize(
    "change", ["record_count = record_count + 1", "input_sha256 = repeat('0', 64)"]
)
def test_the_inputs_a_settlement_says_it_had(posted: Books, change: str) -> None:
    tampered = settlement("2023Q1").pk
    tamper(f"UPDATE ledger_settlement SET {change} WHERE id = %(id)s", id=tampered)
    assert found(INPUTS) == {f"settlement {tampered}"}


# --- prices and incentive rates -----------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "price_per_tonne = 1",
        "approved_by_id = NULL",
        "scheme_id = scheme_id + 1",
        "scope = 2",
        "scope = 3, category = 6",
        "country = 'GB'",
        "in_force = '[2023-02-02,)'",
        "in_force = '[2020-01-01,2023-02-01)'",
        "department_id = (SELECT id FROM organisation_department WHERE code = 'TEAM')",
        "id = id + 1000",
    ],
)
def test_a_price(posted: Books, change: str) -> None:
    price = CarbonPrice.objects.get(department=None)
    tamper(f"UPDATE pricing_carbonprice SET {change} WHERE id = %(id)s", id=price.pk)
    assert f"statement line {statement_line()}" in found(PRICES)


def test_a_price_of_a_department_that_does_not_reach_the_line(posted: Books) -> None:
    price = CarbonPrice.objects.get(department__code="OFFICES")
    tamper(
        "UPDATE pricing_carbonprice SET department_id = %(other)s WHERE id = %(id)s",
        id=price.pk,
        other=posted.departments["CLOUD"].pk,
    )
    assert found(PRICES) == {
        f"statement line {statement_line(department=department)}"
        for department in ("OFFICES", "TEAM")
    }


def test_a_price_above_the_line_that_did_not_reach_it(posted: Books) -> None:
    tamper(
        "UPDATE ledger_settlement SET rules = jsonb_set(rules, '{price_rules}', '[]')"
        " WHERE id = %(id)s",
        id=settlement("2023Q1").pk,
    )
    assert found(PRICES) == {f"statement line {statement_line(department='TEAM')}"}


@pytest.mark.parametrize(
    "change",
    [
        "rate_per_tonne = 1",
        "approved_by_id = NULL",
        "scheme_id = scheme_id + 1",
        "durability_class = 'long'",
        "in_force = '[2023-02-02,)'",
        "id = id + 1000",
    ],
)
def test_an_incentive_rate(posted: Books, change: str) -> None:
    rate = IncentiveRate.objects.get()
    tamper(f"UPDATE pricing_incentiverate SET {change} WHERE id = %(id)s", id=rate.pk)
    assert found(PRICES) == {f"statement line {statement_line(kind='incentive')}"}


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'recorded', price_id = NULL, price_per_tonne = NULL",
        "kind = 'recorded'",
        "price_id = NULL",
        "price_per_tonne = 1",
    ],
)
def test_a_charge_made_free(posted: Books, change: str) -> None:
    line = statement_line()
    tamper(f"UPDATE ledger_settlementline SET {change} WHERE id = %(id)s", id=line)
    assert f"statement line {line}" in found(PRICES)


def test_a_charge_for_what_is_not_covered(posted: Books) -> None:
    line = statement_line(scope=3)
    price = CarbonPrice.objects.get(department=None)
    tamper(
        "UPDATE ledger_settlementline SET kind = 'charge', price_id = %(price)s,"
        " price_per_tonne = 15, amount_minor = 6000 WHERE id = %(id)s",
        id=line,
        price=price.pk,
    )
    assert found(PRICES) == {f"statement line {line}"}


def test_a_record_taken_back_at_another_price(posted: Books) -> None:
    line = statement_line("2023Q2", activity="2023Q1", scope=1)
    price = CarbonPrice.objects.get(department__code="OFFICES")
    tamper(
        "UPDATE ledger_settlementline SET price_id = %(price)s, price_per_tonne = 20"
        " WHERE id = %(id)s",
        id=line,
        price=price.pk,
    )
    assert found(PRICES) == {f"statement line {line}"}


# --- statement lines and their records ----------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "location_mgco2e = location_mgco2e + 1",
        "market_mgco2e = market_mgco2e - 1",
        "settled_mgco2e = location_mgco2e",
        "record_count = record_count + 1",
        "department_id = (SELECT id FROM organisation_department WHERE code = 'OFFICES')",
        "scope = 3",
        "category = 6",
        "durability_class = 'long'",
        "activity_period_id = (SELECT id FROM ledger_accountingperiod WHERE code = '2023Q3')",
        "is_true_up = true",
        "scheme_id = scheme_id + 1",
    ],
)
def test_a_statement_line_unlike_its_records(posted: Books, change: str) -> None:
    line = statement_line(scope=2)
    tamper(f"UPDATE ledger_settlementline SET {change} WHERE id = %(id)s", id=line)
    assert f"statement line {line}" in found(RECORDS)


@pytest.mark.parametrize(
    "change",
    [
        "market_kgco2e = market_kgco2e - 0.000001",
        "location_kgco2e = 0",
        "department_id = (SELECT id FROM organisation_department WHERE code = 'OFFICES')",
        "activity_on = '2023-05-01'",
        "scope = 1",
        "id = id + 1000",
    ],
)
def test_an_emission_record(posted: Books, change: str) -> None:
    tampered = record(activity_on=MARCH)
    tamper(f"UPDATE inventory_emissionrecord SET {change} WHERE id = %(id)s", id=tampered)
    assert f"statement line {statement_line(scope=2)}" in found(RECORDS)


def test_a_settled_record_without_its_line(posted: Books) -> None:
    tamper(
        "UPDATE ledger_settledrecord SET line_id = 0 WHERE emission_record_id = %(record)s",
        record=record(activity_on=MARCH),
    )
    places = found(RECORDS)
    assert f"statement line {statement_line(scope=2)}" in places
    assert any(place.startswith("settled record ") for place in places)


# --- amounts ------------------------------------------------------------------------------------


def test_the_amount_of_a_statement_line(posted: Books) -> None:
    line = statement_line()
    tamper("UPDATE ledger_settlementline SET amount_minor = 1 WHERE id = %(id)s", id=line)
    assert f"statement line {line}" in found(AMOUNTS)
    assert found(JOURNAL) == {billed_to("CLOUD", "2023Q1")}


@pytest.mark.parametrize(
    "change",
    [
        "amount_before_minor = amount_before_minor + 5, amount_minor = amount_minor - 5",
        "settled_before_mgco2e = settled_before_mgco2e + 1",
    ],
)
def test_what_came_before(posted: Books, change: str) -> None:
    line = statement_line("2023Q2", activity="2023Q1", scope=1)
    tamper(f"UPDATE ledger_settlementline SET {change} WHERE id = %(id)s", id=line)
    assert found(AMOUNTS) == {f"statement line {line}"}


def test_what_came_before_where_nothing_did(posted: Books) -> None:
    line = statement_line("2023Q2")
    tamper(
        "UPDATE ledger_settlementline SET amount_before_minor = amount_minor, amount_minor = 0"
        " WHERE id = %(id)s",
        id=line,
    )
    assert found(AMOUNTS) == {f"statement line {line}"}


# --- the journal --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "department_id = NULL",
        "activity_period_id = NULL",
        "settlement_id = NULL",
        "settlement_id = 0",
        "source_type = 'note'",
        "department_id = (SELECT id FROM organisation_department WHERE code = 'OFFICES')",
        "source_id = 'another'",
    ],
)
def test_the_origin_of_a_settlements_entry(posted: Books, change: str) -> None:
    tampered = entry("2023Q2")
    tamper(f"UPDATE ledger_journalentry SET {change} WHERE id = %(id)s", id=tampered)
    assert found(JOURNAL) - {billed_to("CLOUD", "2023Q2")} >= {f"entry {tampered}"}


def test_an_entry_without_department_shows_on_both_sides(posted: Books) -> None:
    tampered = entry("2023Q2")
    tamper(
        "UPDATE ledger_journalentry SET department_id = NULL, activity_period_id = NULL"
        " WHERE id = %(id)s",
        id=tampered,
    )
    assert found(JOURNAL) == {
        f"entry {tampered}",
        billed_to("CLOUD", "2023Q2"),
        f"settlement {settlement('2023Q2').pk}, department none, activity of no period",
    }


def test_an_entry_by_hand_that_says_it_is_a_settlements(posted: Books) -> None:
    by_hand = JournalEntry.objects.get(source_type="note")
    tamper(
        "UPDATE ledger_journalentry SET source_type = 'settlement' WHERE id = %(id)s",
        id=by_hand.pk,
    )
    assert found(JOURNAL) == {f"entry {by_hand.pk}"}


def test_a_line_on_the_account_of_another_department(posted: Books) -> None:
    line = journal_line("fee_expense", entry("2023Q2"))
    tamper(
        "UPDATE ledger_journalline SET account_id = %(account)s WHERE id = %(id)s",
        account=account("fee_expense", "OFFICES").pk,
        id=line,
    )
    assert found(ACCOUNTS) == {f"line {line}"}
    assert found(JOURNAL) == {billed_to("CLOUD", "2023Q2")}


def test_a_line_on_the_account_of_another_scheme(posted: Books) -> None:
    fund = account("carbon_fund")
    tamper(
        "UPDATE ledger_account SET scheme_id = scheme_id + 1 WHERE id = %(id)s",
        id=fund.pk,
    )
    assert f"line {journal_line('carbon_fund', entry('2023Q2'))}" in found(ACCOUNTS)


def test_a_line_on_no_account(posted: Books) -> None:
    line = journal_line("fee_expense", entry("2023Q2"))
    tamper("UPDATE ledger_journalline SET account_id = 0 WHERE id = %(id)s", id=line)
    assert found(ACCOUNTS) == {f"line {line}"}


def test_tonnes_moved_between_scopes(posted: Books) -> None:
    """The sums of the department stay; the accounts of Scope 1 and 2 are swapped."""
    scope_1 = Account.objects.get(code="Expenses:Emissions:CLOUD:Scope-1").pk
    scope_2 = Account.objects.get(code="Expenses:Emissions:CLOUD:Scope-2").pk
    tamper(
        """UPDATE ledger_journalline SET account_id = %(one)s + %(two)s - account_id
            WHERE entry_id = %(entry)s AND account_id IN (%(one)s, %(two)s)""",
        one=scope_1,
        two=scope_2,
        entry=entry(),
    )
    assert found(JOURNAL) == {billed_to("CLOUD", "2023Q1")}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_journalline SET debit = debit * 2, credit = credit * 2"
        " WHERE entry_id = %(id)s",
        "UPDATE ledger_journalline l SET account_id = o.account_id FROM ledger_journalline o"
        " WHERE l.entry_id = %(id)s AND o.entry_id = %(id)s AND o.id <> l.id",
        "DELETE FROM ledger_journalline WHERE entry_id = %(id)s",
        "INSERT INTO ledger_journalline"
        " (entry_id, period_id, account_id, commodity_id, debit, credit)"
        " SELECT entry_id, period_id, account_id, commodity_id, 5, 0 FROM ledger_journalline"
        " WHERE entry_id = %(id)s UNION ALL"
        " SELECT entry_id, period_id, account_id, commodity_id, 0, 5 FROM ledger_journalline"
        " WHERE entry_id = %(id)s",
        "UPDATE ledger_journalentry SET source_type = 'note' WHERE id = %(original)s;"
        "UPDATE ledger_journalentry SET reverses_id = 0 WHERE id = %(id)s",
    ],
)
def test_a_reversal_that_is_no_mirror(posted: Books, change: str) -> None:
    reversal = JournalEntry.objects.get(purpose="reversal")
    tamper(change, id=reversal.pk, original=reversal.reverses_id)
    assert found(REVERSALS) == {f"entry {reversal.pk}"}


def test_a_reversal_of_what_stands_on_a_bill(posted: Books) -> None:
    reversal = JournalEntry.objects.get(purpose="reversal")
    tamper(
        "UPDATE ledger_journalentry SET reverses_id = %(bill)s WHERE id = %(id)s",
        id=reversal.pk,
        bill=entry("2023Q2"),
    )
    assert found(REVERSALS) == {f"entry {reversal.pk}"}


# --- seals --------------------------------------------------------------------------------------


@pytest.fixture
def sealed(posted: Books) -> Books:
    """Both settled quarters are closed."""
    period_close.close(period_code="2023Q2", by=posted.people["finance"], at=NOON)
    assert verification.verify().findings == ()
    return posted


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("UPDATE ledger_periodseal SET number = 3 WHERE number = 2", "seal 3"),
        ("UPDATE ledger_periodseal SET previous_sha256 = '' WHERE number = 2", "seal 2"),
        ("UPDATE ledger_periodseal SET chain_sha256 = 'x' WHERE number = 1", "seal 1"),
        ("UPDATE ledger_periodseal SET chain_sha256 = repeat('0', 64) WHERE number = 2", "seal 2"),
        ("UPDATE ledger_periodseal SET line_count = line_count + 1 WHERE number = 2", "seal 2"),
        ("UPDATE ledger_periodseal SET entry_count = entry_count - 1 WHERE number = 2", "seal 2"),
        ("UPDATE ledger_periodseal SET account_count = 1 WHERE number = 2", "seal 2"),
        ("UPDATE ledger_periodseal SET accounts_sha256 = 'x' WHERE number = 2", "seal 2"),
        (
            "UPDATE ledger_periodseal SET sealed_at = sealed_at + interval '1 us' WHERE number = 2",
            "seal 2",
        ),
        ("UPDATE ledger_accountingperiod SET closed_by_id = 1 WHERE code = '2023Q2'", "seal 2"),
        (
            "UPDATE ledger_accountingperiod SET closed_at = closed_at - interval '1 us'"
            " WHERE code = '2023Q2'",
            "seal 2",
        ),
        (
            "UPDATE ledger_accountingperiod SET days = '[2023-04-01,2023-06-30)'"
            " WHERE code = '2023Q2'",
            "seal 2",
        ),
        ("UPDATE ledger_periodseal SET lines_sha256 = 'x' WHERE number = 2", "period 2023Q2"),
        ("DELETE FROM ledger_periodseal WHERE number = 1", "seal 2"),
        ("DELETE FROM ledger_periodseal WHERE number = 1", "period 2023Q1"),
        ("DELETE FROM ledger_periodseal WHERE number = 2", "period 2023Q2"),
        (
            "UPDATE ledger_accountingperiod SET state = 'open' WHERE code = '2023Q2'",
            "period 2023Q2",
        ),
        (
            "UPDATE ledger_accountingperiod SET state = 'closed', closed_at = now(),"
            " closed_by_id = 1 WHERE code = '2023Q3'",
            "period 2023Q3",
        ),
        ("UPDATE ledger_accountingperiod SET code = 'Q2' WHERE code = '2023Q2'", "seal 2"),
    ],
)
def test_a_seal(sealed: Books, change: str, place: str) -> None:
    tamper(change)
    assert place in found(SEALS)


def test_an_entry_recorded_after_its_period_was_sealed(posted: Books) -> None:
    tamper(
        "UPDATE ledger_journalentry SET recorded_at = now() + interval '1 minute'"
        " WHERE id = %(id)s",
        id=entry(),
    )
    assert found(PERIODS) == {f"entry {entry()}"}


def test_an_entry_dated_outside_its_period(posted: Books) -> None:
    tampered = entry("2023Q2")
    tamper(
        "UPDATE ledger_journalentry SET entry_date = '2023-07-01' WHERE id = %(id)s", id=tampered
    )
    assert found(PERIODS) == {f"entry {tampered}"}


# --- the lines of a closed period ---------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_journalline SET debit = debit + 1 WHERE id = %(fee)s",
        "DELETE FROM ledger_journalline WHERE id = %(fee)s",
    ],
)
def test_a_line_edited_or_deleted(posted: Books, change: str) -> None:
    tampered = entry()
    tamper(change, fee=journal_line("fee_expense", tampered))
    assert found(BALANCE) == {f"entry {tampered}"}
    assert found(JOURNAL) == {billed_to("CLOUD", "2023Q1")}
    assert found(ENTRIES) == {f"entry {tampered}"}


def test_both_sides_of_an_entry_edited(posted: Books) -> None:
    """It balances, and is not what was billed."""
    tamper(
        "UPDATE ledger_journalline SET debit = greatest(debit - 5, 0),"
        " credit = greatest(credit - 5, 0) WHERE entry_id = %(id)s AND commodity_id = 'USD'",
        id=entry(),
    )
    assert found(BALANCE) == set()
    assert found(JOURNAL) == {billed_to("CLOUD", "2023Q1")}
    assert found(ENTRIES) == {f"entry {entry()}"}


def test_an_entry_deleted_with_its_lines(posted: Books) -> None:
    deleted = entry()
    tamper(
        "DELETE FROM ledger_journalline WHERE entry_id = %(id)s",
        "DELETE FROM ledger_journalentry WHERE id = %(id)s",
        id=deleted,
    )
    assert found(JOURNAL) == {billed_to("CLOUD", "2023Q1")}
    assert found(ENTRIES) == {f"entry {deleted}"}


PAIR = """
    INSERT INTO ledger_journalline (entry_id, period_id, account_id, commodity_id, debit, credit)
    SELECT id, period_id, %(fee)s, 'USD', side.debit, 100 - side.debit
      FROM ledger_journalentry CROSS JOIN (VALUES (0), (100)) AS side (debit)
     WHERE id = %(entry)s
"""


@pytest.mark.parametrize("period", ["2023Q1", "2023Q2"])
def test_a_pair_added_to_an_entry(posted: Books, period: str) -> None:
    """The open quarter has no seal yet; its entries hold one line an account."""
    tamper(PAIR, entry=entry(period), fee=account("fee_expense", "CLOUD").pk)
    assert found(BALANCE) == set()
    assert found(JOURNAL) == {billed_to("CLOUD", period)}
    assert found(ENTRIES) == ({f"entry {entry()}"} if period == "2023Q1" else set())


def test_an_entry_added_to_a_closed_period(posted: Books) -> None:
    tamper(
        """INSERT INTO ledger_journalentry (id, entry_date, period_id, recorded_at, recorded_xid,
                description, source_type, source_id, purpose, posted_by_id)
           SELECT 999, entry_date, period_id, recorded_at, recorded_xid, 'by hand', 'note', '2',
                  'charge', posted_by_id FROM ledger_journalentry WHERE id = %(like)s""",
        PAIR,
        like=entry(),
        entry=999,
        fee=account("fee_expense", "CLOUD").pk,
    )
    assert {(one.check, one.place) for one in verification.verify().findings} == {
        (ENTRIES, "entry 999"),
        (SOURCES, "entry 999"),
        (BALANCES, "balance of Expenses:Carbon-Fee:FEE:CLOUD in 2023Q1"),
    }


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_periodbalance SET debit = debit + 1 WHERE account_id = %(id)s",
        "DELETE FROM ledger_periodbalance WHERE account_id = %(id)s",
        "UPDATE ledger_periodbalance SET account_id = 0 WHERE account_id = %(id)s",
    ],
)
def test_a_balance_that_is_not_what_lines_add_up_to(posted: Books, change: str) -> None:
    tamper(change, id=account("fee_expense", "OFFICES").pk)
    named = {place.split(" in ")[0] for place in found(BALANCES)}
    assert "balance of Expenses:Carbon-Fee:FEE:OFFICES" in named
    assert named <= {"balance of Expenses:Carbon-Fee:FEE:OFFICES", "balance of account 0"}


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM ledger_postedsource WHERE entry_id = %(id)s",
        "UPDATE ledger_postedsource SET purpose = 'other' WHERE entry_id = %(id)s",
        "UPDATE ledger_postedsource SET period_id = 0 WHERE entry_id = %(id)s",
    ],
)
def test_a_source_that_is_free_again(posted: Books, change: str) -> None:
    reversal = JournalEntry.objects.get(purpose="reversal").pk
    tamper(change, id=reversal)
    assert found(SOURCES) == {f"entry {reversal}"}


def test_two_lines_with_their_accounts_swapped(posted: Books) -> None:
    fee, fund = account("fee_expense", "CLOUD").pk, account("carbon_fund").pk
    tamper(
        """UPDATE ledger_journalline SET account_id = %(fee)s + %(fund)s - account_id
            WHERE entry_id = %(entry)s AND account_id IN (%(fee)s, %(fund)s)""",
        fee=fee,
        fund=fund,
        entry=entry(),
    )
    assert found(BALANCE) == set()
    assert found(JOURNAL) == {billed_to("CLOUD", "2023Q1")}
    assert found(ENTRIES) == {f"entry {entry()}"}


@pytest.mark.parametrize("column", ["description", "source_id", "purpose"])
def test_the_words_of_an_entry(posted: Books, column: str) -> None:
    tampered = entry()
    tamper(f"UPDATE ledger_journalentry SET {column} = 'other' WHERE id = %(id)s", id=tampered)
    assert found(ENTRIES) == {f"entry {tampered}"}


def test_a_line_moved_to_another_entry_or_to_none(posted: Books) -> None:
    line = journal_line("fee_expense", entry())
    tamper("UPDATE ledger_journalline SET entry_id = 0 WHERE id = %(id)s", id=line)
    assert found(BALANCE) == {f"entry {entry()}", "entry 0"}
    assert said(ENTRIES) == {f"entry {entry()}": f"line {line} is gone"}


def test_lines_are_named_by_their_ids(posted: Books) -> None:
    """Which line was changed, removed, added; two entries that swap their lines are both named."""
    first, second = entry(), entry(department="OFFICES")
    ids = list(JournalLine.objects.filter(entry=first).order_by("pk").values_list("pk", flat=True))
    with restored("UPDATE ledger_journalline SET credit = 7 WHERE id = %(id)s", id=ids[1]):
        assert said(ENTRIES) == {f"entry {first}": f"line {ids[1]} was changed"}
    with restored("DELETE FROM ledger_journalline WHERE id = %(id)s", id=ids[2]):
        assert said(ENTRIES) == {f"entry {first}": f"line {ids[2]} is gone"}
    with restored(PAIR, entry=first, fee=account("fee_expense", "CLOUD").pk):
        added = JournalLine.objects.filter(entry=first, pk__gt=ids[-1]).order_by("pk")
        words = "; ".join(f"line {line.pk} was added" for line in added)
        assert said(ENTRIES) == {f"entry {first}": words}
    with restored(
        "UPDATE ledger_journalentry SET description = 'other' WHERE id = %(id)s", id=first
    ):
        words = "its own fields (date, source, description, …) were changed"
        assert said(ENTRIES) == {f"entry {first}": words}
    with restored(
        "UPDATE ledger_journalline SET entry_id = %(first)s + %(second)s - entry_id"
        " WHERE entry_id IN (%(first)s, %(second)s)",
        first=first,
        second=second,
    ):
        assert set(said(ENTRIES)) == {f"entry {first}", f"entry {second}"}
    assert verification.verify().holds


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ("UPDATE ledger_entryseal SET hashes = hashes || chain WHERE number = 2", {2}),
        ("UPDATE ledger_entryseal SET entry_id = 0 WHERE number = 2", {2}),
        ("UPDATE ledger_entryseal SET chain = hashes WHERE number = 2", {2, 3}),
        ("UPDATE ledger_entryseal SET number = 99 WHERE number = 2", {3, 99}),
        ("DELETE FROM ledger_entryseal WHERE number = 2", {3}),
    ],
)
def test_the_seal_of_an_entry(posted: Books, change: str, places: set[int]) -> None:
    tamper(change)
    named = {place for place in found(ENTRIES) if place.startswith("entry seal")}
    assert named >= {f"entry seal 2023Q1/{number}" for number in places}


@pytest.mark.parametrize(
    "change",
    [
        "code = 'Equity:Elsewhere'",
        "kind = 'removals'",
        "scope = 3",
        "category = 7",
        "durability_class = 'long'",
        "department_id = NULL",
        "scheme_id = 99",
        "commodity_id = 'KGCO2E'",
        "id = id + 1000",
    ],
)
def test_an_account(posted: Books, change: str) -> None:
    fee = account("fee_expense", "CLOUD").pk
    tamper(f"UPDATE ledger_account SET {change} WHERE id = %(id)s", id=fee)
    assert found(SEALED_ACCOUNTS) == {f"account {fee}"}


def test_the_decimals_of_a_commodity(posted: Books) -> None:
    tamper("UPDATE ledger_commodity SET exponent = 3 WHERE code = 'USD'")
    money = Account.objects.filter(commodity="USD", pk__in=sealed_accounts())
    assert found(SEALED_ACCOUNTS) == {f"account {account.pk}" for account in money}


def sealed_accounts() -> list[int]:
    return list(AccountSeal.objects.values_list("account_id", flat=True))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("UPDATE ledger_accountseal SET sha256 = chain WHERE number = 1", "account seal 1"),
        ("UPDATE ledger_accountseal SET chain = sha256 WHERE number = 2", "account seal 2"),
        ("DELETE FROM ledger_accountseal WHERE number = 2", "account seal 3"),
        (
            "DELETE FROM ledger_accountseal WHERE number = (SELECT max(number) FROM"
            " ledger_accountseal)",
            "seal 1",
        ),
    ],
)
def test_the_seal_of_an_account(posted: Books, change: str, place: str) -> None:
    tamper(change)
    assert place in found(SEALED_ACCOUNTS) | found(SEALS)
