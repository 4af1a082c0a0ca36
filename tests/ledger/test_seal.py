"""Seals as an outsider recomputes them: SHA-256 over text, nothing of the project's own code."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date
from hashlib import sha256

import pytest
from django.core.management import call_command
from django.db import connection

from ledger import period_close, posting, seal, verification
from ledger.models.accounts import Account, Commodity
from ledger.models.journal import JournalEntry, JournalLine
from ledger.models.periods import AccountingPeriod, PeriodSeal
from ledger.models.seals import EntrySeal
from tests.ledger.books import NOON, Books


@pytest.fixture
def closed(books: Books) -> Books:
    """A closed quarter, in which an entry by hand has a description that tries to be a line."""
    books.emit("CLOUD", date(2023, 2, 1), "1000000")
    books.emit("OFFICES", date(2023, 2, 1), "7000")
    books.settle("2023Q1")
    post_by_hand(books, date(2023, 3, 31), "über 10 €|0|0\n99|1|USD|5|0")
    close(books, "2023Q1")
    return books


def post_by_hand(books: Books, day: date, description: str) -> int:
    fee = Account.objects.filter(kind="fee_expense").order_by("pk")[0]
    fund = Account.objects.get(kind="carbon_fund")
    return posting.post(
        entry_date=day,
        description=description,
        lines=[posting.Line(fee.pk, "USD", debit=100), posting.Line(fund.pk, "USD", credit=100)],
        source=posting.Source("note", description[:20], "charge"),
        by=books.people["finance"],
    )


def close(books: Books, period: str) -> PeriodSeal:
    period_close.close(period_code=period, by=books.people["finance"], at=NOON)
    return PeriodSeal.objects.get(period__code=period)


def digest(*fields: object) -> bytes:
    text = "|".join("" if field is None else str(field) for field in fields)
    return sha256(text.encode()).digest()


def entry_hash(entry: JournalEntry) -> bytes:
    texts = (entry.source_type, entry.source_id, entry.purpose, entry.description)
    return digest(
        entry.pk,
        entry.period_id,
        entry.entry_date,
        entry.recorded_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        entry.recorded_xid,
        entry.settlement_id,
        entry.department_id,
        entry.activity_period_id,
        entry.reverses_id,
        entry.posted_by_id,
        *(field for text in texts for field in (len(text.encode()), text)),
    )


def line_hash(line: JournalLine) -> bytes:
    return digest(line.pk, line.account_id, line.commodity_id, line.debit, line.credit)


def account_hash(account: Account) -> bytes:
    return digest(
        account.pk,
        account.code,
        account.kind,
        account.commodity_id,
        Commodity.objects.get(code=account.commodity_id).exponent,
        account.scheme_id,
        account.department_id,
        account.scope,
        account.category,
        account.durability_class,
    )


def end_of_chain(links: Iterable[bytes]) -> str:
    end = b""
    for link in links:
        end = sha256(end + link).digest()
    return end.hex()


def entry_link(entry: JournalEntry) -> bytes:
    lines = JournalLine.objects.filter(entry=entry).order_by("pk")
    return entry.pk.to_bytes(8, "big") + entry_hash(entry) + b"".join(map(line_hash, lines))


def test_a_seal_is_recomputed_from_the_rows_with_sha256_alone(closed: Books) -> None:
    kept = PeriodSeal.objects.get()
    entries = JournalEntry.objects.filter(period__code="2023Q1").order_by("pk")
    assert kept.lines_sha256 == end_of_chain(map(entry_link, entries))
    assert (kept.entry_count, kept.line_count) == (3, JournalLine.objects.count())
    accounts = Account.objects.order_by("pk")
    assert kept.accounts_sha256 == end_of_chain(map(account_hash, accounts))
    assert kept.account_count == len(accounts)
    text = (
        f"|1|{kept.period_id}|6|2023Q1|2023-01-01|2023-04-01|{closed.people['finance'].pk}"
        f"|2024-01-15T12:00:00.000000Z|{kept.sealed_at.strftime('%Y-%m-%dT%H:%M:%S.%fZ')}"
        f"|3|{kept.line_count}|{kept.lines_sha256}|{len(accounts)}|{kept.accounts_sha256}"
    )
    assert kept.chain_sha256 == sha256(text.encode()).hexdigest() == seal.chain_head()


def test_each_entry_is_sealed_with_its_lines(closed: Books) -> None:
    for number, kept in enumerate(EntrySeal.objects.order_by("number"), start=1):
        lines = JournalLine.objects.filter(entry=kept.entry_id).order_by("pk")
        hashes = entry_hash(JournalEntry.objects.get(pk=kept.entry_id))
        assert bytes(kept.hashes) == hashes + b"".join(map(line_hash, lines))
        assert kept.number == number


def test_a_quarter_without_entries_is_sealed_too(closed: Books) -> None:
    closed.emit("CLOUD", date(2023, 8, 1), "1000")
    closed.settle("2023Q3")
    empty = close(closed, "2023Q2")
    assert (empty.entry_count, empty.line_count) == (0, 0)
    assert empty.lines_sha256 == sha256(b"").hexdigest()
    assert empty.previous_sha256 == PeriodSeal.objects.get(number=1).chain_sha256
    assert verification.verify().findings == ()


def test_entries_sealed_as_they_come_and_at_the_close_make_one_chain(closed: Books) -> None:
    post_by_hand(closed, date(2023, 5, 1), "first")
    seal.seal_new_entries()
    seal.seal_new_entries()
    assert EntrySeal.objects.filter(period__code="2023Q2").count() == 1
    post_by_hand(closed, date(2023, 5, 2), "second")
    assert verification.verify().holds, "what no seal covers yet is no break in an open period"
    closed.emit("CLOUD", date(2023, 5, 3), "1000")
    closed.settle("2023Q2")
    kept = close(closed, "2023Q2")
    entries = JournalEntry.objects.filter(period__code="2023Q2").order_by("pk")
    assert kept.entry_count == len(entries) == 3
    assert kept.lines_sha256 == end_of_chain(map(entry_link, entries))
    assert verification.verify().findings == ()


def test_a_close_seals_again_where_an_account_came_meanwhile(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard sees an account that the hashing before it did not; the second time both do."""
    books.settle("2023Q1")
    whole, tries = seal.seal_period, []

    def seal_too_early(period: AccountingPeriod) -> PeriodSeal:
        tries.append(period.code)
        if len(tries) == 1:
            with connection.cursor() as cursor:
                cursor.execute(
                    "DO $$ BEGIN RAISE EXCEPTION 'an account more' USING ERRCODE = "
                    "'check_violation', CONSTRAINT = 'ledger_seal_covers_its_period'; END $$"
                )
        return whole(period)

    monkeypatch.setattr(seal, "seal_period", seal_too_early)
    kept = close(books, "2023Q1")
    assert tries == ["2023Q1", "2023Q1"]
    assert kept.chain_sha256 == seal.chain_of(kept)
    assert verification.verify().holds


def test_an_entry_that_was_committed_late_is_sealed_by_the_close(closed: Books) -> None:
    """It drew its id before another entry that was sealed already; its seal comes after."""
    late, early = (post_by_hand(closed, date(2023, 5, 1), text) for text in ("late", "early"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_seal_entries_after(%s, %s)", [closed.periods["2023Q2"].pk, late]
        )
    closed.emit("CLOUD", date(2023, 5, 3), "1000")
    closed.settle("2023Q2")
    kept = close(closed, "2023Q2")
    sealed = EntrySeal.objects.filter(period=kept.period).order_by("number")
    numbers = [seal.entry_id for seal in sealed]
    assert numbers[0] == early
    assert late in numbers[1:]
    assert kept.entry_count == len(numbers) == 3
    assert verification.verify().findings == ()


@pytest.mark.django_db(transaction=True)
def test_older_seals_are_taken_anew_by_the_migration(books: Books) -> None:
    """Back to one hash over a period's lines as text, and forward again; both chains hold."""
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.settle("2023Q1")
    close(books, "2023Q1")
    books.emit("CLOUD", date(2023, 5, 1), "1000")
    books.settle("2023Q2")
    close(books, "2023Q2")
    before = list(PeriodSeal.objects.order_by("number").values_list("chain_sha256", "sealed_at"))
    texts = {code: old_text(code) for code in ("2023Q1", "2023Q2")}  # by the models of today
    try:
        call_command("migrate", "ledger", "0004", verbosity=0)
        chain = ""
        for number, code in enumerate(texts, start=1):
            chain = old_chain(chain, number, code, texts[code])
    finally:
        call_command("migrate", verbosity=0)
    now = list(PeriodSeal.objects.order_by("number").values_list("chain_sha256", "sealed_at"))
    assert now == before
    assert verification.verify().findings == ()


def old_text(code: str) -> str:
    """A period's lines, as an older version of the program hashed them."""
    return "".join(
        "|".join(
            map(
                str,
                (
                    line.pk,
                    entry.pk,
                    entry.entry_date,
                    entry.source_type,
                    entry.source_id,
                    entry.purpose,
                    "",
                    line.account.code,
                    line.commodity_id,
                    line.debit,
                    line.credit,
                    entry.description,
                ),
            )
        )
        + "\n"
        for entry in JournalEntry.objects.filter(period__code=code).order_by("pk")
        for line in JournalLine.objects.filter(entry=entry).select_related("account").order_by("pk")
    )


def old_chain(previous: str, number: int, code: str, text: str) -> str:
    """What that version made of them, which is what the database has kept."""
    lines = sha256(text.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT line_count, lines_sha256, previous_sha256, chain_sha256"
            " FROM ledger_periodseal WHERE number = %s",
            [number],
        )
        kept = cursor.fetchone()
    link = f"{previous}|{number}|{code}|{kept[0]}|{lines}"
    chain = sha256(link.encode()).hexdigest()
    assert kept[1:] == (lines, previous, chain)
    return chain


def test_verify_joins_seals_and_entries_at_once_whatever_the_statistics_say(closed: Books) -> None:
    """Of what was sealed a moment ago the planner knows nothing; a loop would take hours."""
    plans: list[str] = []

    def explained(execute, sql, params, many, context):
        if "enable_nestloop" in sql or "hashes_of_" not in sql:
            return execute(sql, params, many, context)
        execute(f"EXPLAIN {sql}", params, many, context)
        plans.append("\n".join(line for (line,) in context["cursor"].fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        assert verification.verify().holds
    assert len(plans) >= 2
    assert not [plan for plan in plans if "Nested Loop" in plan]
