"""Heads leave the database: the outbox delivers at least once, the file holds each seal once."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from ledger import deliveries, heads, outbox, period_close, seal, statements, tasks, verification
from ledger.errors.calendar import HeadContradicts
from ledger.errors.settlements import NotAllowed
from ledger.models.outbox import OutboxMessage
from ledger.models.periods import PeriodSeal
from tests.ledger.books import NOON, Books

MINUTE = timedelta(minutes=1)


@pytest.fixture
def closed(books: Books) -> Books:
    """Two quarters settled; the first is closed, its head not yet delivered."""
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.settle("2023Q1")
    books.emit("CLOUD", date(2023, 5, 1), "1000")
    books.settle("2023Q2")
    close(books, "2023Q1")
    return books


def close(books: Books, period: str) -> PeriodSeal:
    period_close.close(period_code=period, by=books.people["finance"], at=NOON)
    return PeriodSeal.objects.get(period__code=period)


def line_of(kept: PeriodSeal) -> str:
    at = kept.sealed_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return f"{kept.number}\t{kept.period.code}\t{kept.chain_sha256}\t{at}\n"


def test_the_head_leaves_with_the_close_and_is_written_once(
    closed: Books, heads_file: Path
) -> None:
    assert not heads_file.exists()
    assert deliveries.deliver_due(at=NOON) == (1, 0)
    first = PeriodSeal.objects.get()
    assert heads_file.read_text() == line_of(first)
    close(closed, "2023Q1")
    OutboxMessage.objects.update(delivered_at=None, due_at=None)  # the mark was lost
    assert deliveries.deliver_due(at=NOON) == (1, 0)
    assert heads_file.read_text() == line_of(first)
    second = close(closed, "2023Q2")
    tasks.deliver_outbox()
    assert heads_file.read_text() == line_of(first) + line_of(second)
    assert verification.verify().checked[heads.CHECK] == 2


def test_what_is_rolled_back_is_never_told(closed: Books) -> None:
    with transaction.atomic():
        close(closed, "2023Q2")
        assert OutboxMessage.objects.count() == 2
        transaction.set_rollback(True)
    assert OutboxMessage.objects.count() == 1


def test_another_seal_of_that_number_is_refused_and_waits_for_a_person(
    closed: Books, heads_file: Path, client: Client
) -> None:
    kept = line_of(PeriodSeal.objects.get()).replace("2023Q1", "2022Q4")
    heads_file.parent.mkdir()
    heads_file.write_text(kept)
    assert deliveries.deliver_due(at=NOON) == (0, 1)
    assert heads_file.read_text() == kept
    message = OutboxMessage.objects.get()
    assert (message.delivered_at, message.attempts) == (None, 1)
    assert "has kept seal 1" in message.error
    client.force_login(closed.people["finance"])
    said = client.get("/admin/").content.decode()
    assert "1 outgoing message could not be delivered" in said
    assert "has kept seal 1" in said
    page = f"/admin/ledger/outboxmessage/{message.pk}/"
    assert "Try again now" in client.get(f"{page}change/").content.decode()
    assert client.post(f"{page}release/").status_code == 302
    message.refresh_from_db()
    assert message.attempts == 0
    heads_file.unlink()
    assert deliveries.deliver_due(at=datetime.now(UTC)) == (1, 0)
    assert "could not be delivered" not in client.get("/admin/").content.decode()


def test_a_message_that_fails_waits_longer_each_time_and_ends_in_quarantine(
    closed: Books,
) -> None:
    def refuse(payload: dict[str, object]) -> None:
        raise ConnectionError("nobody answers")

    at = NOON
    tries = []
    for _ in range(outbox.QUARANTINED_AFTER):
        assert outbox.deliver_due(deliveries={heads.TOPIC: refuse}, at=at) == (0, 1)
        assert outbox.deliver_due(deliveries={heads.TOPIC: refuse}, at=at) == (0, 0)
        due = OutboxMessage.objects.get().due_at
        assert due is not None
        tries.append(due - at)
        at = due
    assert tries[:4] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert max(tries) == outbox.LONGEST_WAIT
    message = OutboxMessage.objects.get()
    assert (message.is_quarantined, message.error) == (True, "nobody answers")
    assert deliveries.deliver_due(at=at + timedelta(days=9)) == (0, 0)
    with pytest.raises(NotAllowed):
        outbox.release(message_id=message.pk, by=closed.people["analyst"], at=at)
    outbox.release(message_id=message.pk, by=closed.people["finance"], at=at)
    assert deliveries.deliver_due(at=at) == (1, 0)


def test_a_worker_that_dies_while_it_delivers_loses_nothing(
    closed: Books, heads_file: Path
) -> None:
    def die(payload: dict[str, object]) -> None:
        raise KeyboardInterrupt  # as a killed process, it marks nothing

    with pytest.raises(KeyboardInterrupt):
        outbox.deliver_due(deliveries={heads.TOPIC: die}, at=NOON)
    assert deliveries.deliver_due(at=NOON) == (0, 0)
    assert deliveries.deliver_due(at=NOON + MINUTE) == (1, 0)
    assert heads_file.read_text() == line_of(PeriodSeal.objects.get())


def test_a_half_written_line_is_not_continued(closed: Books, heads_file: Path) -> None:
    heads_file.parent.mkdir()
    heads_file.write_text("1\t2023Q1\tab")
    assert deliveries.deliver_due(at=NOON) == (0, 1)
    assert heads_file.read_text() == "1\t2023Q1\tab"
    assert {finding.place for finding in verification.verify().findings} == {str(heads_file)}


def test_appending_a_contradiction_raises(closed: Books, heads_file: Path) -> None:
    head = heads.head_of(PeriodSeal.objects.get())
    heads.append(head, file=heads_file)
    other = heads.Head(1, "2023Q1", "0" * 64, head.sealed_at)
    with pytest.raises(HeadContradicts, match=r"kept seal 1 as .*, and the database now says 0000"):
        heads.append(other, file=heads_file)
    assert heads.kept_heads(heads_file) == [head]


def test_the_close_command_delivers_by_itself(closed: Books, heads_file: Path) -> None:
    call_command("close_period", period="2023Q2", by="finance", stdout=StringIO())
    assert [head.period for head in heads.kept_heads(heads_file)] == ["2023Q1", "2023Q2"]


def test_verify_takes_a_head_that_somebody_kept(
    closed: Books, heads_file: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept elsewhere.txt"
    kept.write_text(line_of(PeriodSeal.objects.get()))
    head = seal.chain_head()
    close(closed, "2023Q2")
    call_command("verify", head=str(kept), stdout=StringIO())
    call_command("verify", head=head, stdout=StringIO())
    said = StringIO()
    with pytest.raises(CommandError, match="promises are broken"):
        call_command("verify", "--json", head="0" * 64, stdout=said)
    assert json.loads(said.getvalue())["findings"][0]["place"] == f"head {'0' * 64}"
    with pytest.raises(CommandError, match="neither a file nor a hash"):
        call_command("verify", head="nowhere.txt", stdout=StringIO())


def test_a_statement_carries_the_head_and_keeps_its_own_hash(books: Books) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.settle("2023Q1")
    before = statement("2023Q1")
    assert before.seal is None
    first = close(books, "2023Q1")
    after = statement("2023Q1")
    assert after.sha256 == before.sha256
    assert after.seal is not None
    assert (after.seal.number, after.seal.chain_sha256, after.seal.covers_statement) == (
        1,
        first.chain_sha256,
        True,
    )
    books.emit("CLOUD", date(2023, 5, 1), "1000")
    books.settle("2023Q2")
    with connection.cursor() as cursor:  # posted after the seal, by the clock of both
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE ledger_settlement SET posted_at = now() + interval '1 hour'")
    posted_later = statement("2023Q2")
    assert posted_later.seal is not None
    assert (posted_later.seal.period, posted_later.seal.covers_statement) == ("2023Q1", False)
    content = statements.statement_content(posted_later)
    assert content["seal"]["chain_sha256"] == first.chain_sha256


def statement(period: str) -> statements.Statement:
    return statements.statement_of(department_code="CLOUD", scheme_code="fee", period_code=period)
