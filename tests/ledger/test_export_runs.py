"""Exports as jobs: asked for, made once by a worker, followed meanwhile, and never half made."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from psycopg2.extensions import connection as PsycopgConnection

from departments.organisation.models import Membership
from ledger import export_runs, jobs, tasks
from ledger.errors.calendar import PeriodNotFound
from ledger.errors.exports import ExportFormatUnknown, ExportNotReplaceable
from ledger.errors.journal import CommodityNotFound
from ledger.errors.settlements import JobNotFound, NotAllowed
from ledger.exports import run as exporting
from ledger.exports.registered import manifest_of
from ledger.exports.rejection import reject
from ledger.exports.rows import last_line_id
from ledger.exports.run import export_journal
from ledger.models.exports import ExportRun, JournalExport
from ledger.models.webhooks import WebhookEvent
from pricing.errors import SchemeNotFound
from tests.ledger.books import NOON, Books, open_books

REASON = "684000 is blocked"


def noon() -> Any:
    return NOON


def settle_a_quarter(books: Books) -> Books:
    books.emit("CLOUD", date(2023, 2, 1), "1000000")
    books.emit("OFFICES", date(2023, 2, 2), "7000", scope=3, category=6)
    books.settle("2023Q1")
    return books


@pytest.fixture
def settled(books: Books) -> Books:
    return settle_a_quarter(books)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bell: which exports it was rung for, instead of a broker."""
    bells: list[int] = []
    monkeypatch.setattr(tasks.make_export, "delay", bells.append)
    return bells


def ask(books: Books, **asked: Any) -> ExportRun:
    usual: dict[str, Any] = {"format_name": "jsonl", "period": "2023Q1"}
    return export_runs.ask(**(usual | {"by": books.people["finance"]} | asked))


def made(run: ExportRun) -> ExportRun:
    export_runs.fulfil(run_id=run.pk, clock=noon)
    return export_runs.find(run_id=run.pk)


# --- made once, the same as at once --------------------------------------------------------------


@pytest.mark.parametrize("format_name", ["generic-csv", "beancount", "xlsx"])
def test_a_job_makes_the_file_that_the_command_makes(settled: Books, format_name: str) -> None:
    run = ask(settled, format_name=format_name)
    assert (run.state, run.export, run.through_line_id) == ("waiting", None, None)
    assert export_runs.waiting_run_ids() == [run.pk]
    assert not JournalExport.objects.exists()

    run = made(run)
    assert (run.state, run.done_at, run.attempts) == ("done", NOON, 1)
    assert run.export is not None
    assert run.lines_done == run.line_count == run.export.line_count > 0
    assert export_runs.waiting_run_ids() == []

    file = BytesIO()
    by = settled.people["finance"]
    at_once = export_journal(format_name=format_name, into=file, by=by, period="2023Q1")
    assert sha256(file.getvalue()).hexdigest() == run.export.sha256
    own = {"sequence", "exported_at"}
    ours, theirs = manifest_of(run.export), manifest_of(at_once)
    assert {k: v for k, v in ours.items() if k not in own} == {
        k: v for k, v in theirs.items() if k not in own
    }
    assert (run.export.sequence, at_once.sequence) == (1, 2)


def test_a_bell_too_many_does_nothing(settled: Books) -> None:
    run = made(ask(settled))
    export_runs.fulfil(run_id=run.pk, clock=noon)
    export_runs.fulfil(run_id=run.pk + 1, clock=noon)
    assert [export.run.pk for export in JournalExport.objects.all()] == [run.pk]
    assert export_runs.find(run_id=run.pk).attempts == 1
    with pytest.raises(JobNotFound):
        export_runs.find(run_id=run.pk + 1)


def test_what_was_posted_after_a_worker_began_is_not_in_it(
    settled: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker dies after its first step; meanwhile more is posted; the next one goes as far."""
    run = ask(settled, period=None)
    through = last_line_id(period=None)
    with monkeypatch.context() as dying:
        dying.setattr(export_runs, "make", _die)
        with pytest.raises(KeyboardInterrupt):
            export_runs.fulfil(run_id=run.pk, clock=noon)
    settled.emit("CLOUD", date(2023, 5, 1), "5000")
    settled.settle("2023Q2")
    run = made(run)
    assert run.export is not None
    assert (run.attempts, run.export.manifest["through_line_id"]) == (2, through)
    assert last_line_id(period=None) > through


def _die(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


# --- refused, at the door or by the worker -------------------------------------------------------


def test_what_can_be_known_at_once_is_refused_at_once(settled: Books) -> None:
    asked: list[tuple[type[Exception], dict[str, Any]]] = [
        (NotAllowed, {"by": settled.people["analyst"]}),
        (NotAllowed, {"by": settled.people["auditor"]}),
        (ExportFormatUnknown, {"format_name": "quickbooks"}),
        (PeriodNotFound, {"period": "1999"}),
        (SchemeNotFound, {"scheme": "none"}),
        (CommodityNotFound, {"commodity": "EUR"}),
    ]
    for refusal, facts in asked:
        with pytest.raises(refusal):
            ask(settled, **facts)
    assert not ExportRun.objects.exists()


def test_a_file_that_can_not_leave_says_everything_and_draws_no_number(settled: Books) -> None:
    run = made(ask(settled, format_name="sap"))
    assert (run.state, run.error_code, run.export) == ("failed", "export_invalid", None)
    assert "ONE has no company_code for sap" in run.error
    assert len(run.problems) > 1
    assert all(problem in run.error for problem in run.problems)
    assert not JournalExport.objects.exists()
    again = made(ask(settled))
    assert again.export is not None
    assert again.export.sequence == 1


def test_who_may_no_longer_export_gets_nothing(settled: Books) -> None:
    run = ask(settled)
    Membership.objects.filter(user=settled.people["finance"]).delete()
    run = made(run)
    assert (run.state, run.error_code) == ("failed", "not_allowed")
    assert not JournalExport.objects.exists()


def test_two_replacements_that_wait_are_one_export(settled: Books) -> None:
    finance = settled.people["finance"]
    first = made(ask(settled))
    assert first.export is not None
    with pytest.raises(ExportNotReplaceable):
        export_runs.ask_replacement(sequence=1, by=finance)
    reject(sequence=1, by=finance, at=NOON, reason=REASON)
    wanted = [export_runs.ask_replacement(sequence=1, by=finance) for _ in range(2)]
    found = [made(run) for run in wanted]
    assert [(run.state, run.error_code) for run in found] == [
        ("done", ""),
        ("failed", "export_not_replaceable"),
    ]
    replacement = JournalExport.objects.get(sequence=2)
    assert (replacement.replaces, found[0].export) == (first.export, replacement)
    assert JournalExport.objects.count() == 2


# --- broken --------------------------------------------------------------------------------------


def test_what_breaks_is_tried_again_and_given_up_in_the_end(
    settled: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(settled)
    monkeypatch.setattr(export_runs, "make", _break)
    for attempt in range(1, export_runs.MOST_ATTEMPTS + 1):
        with pytest.raises(OSError, match="no space"):
            export_runs.fulfil(run_id=run.pk, clock=noon)
        run = export_runs.find(run_id=run.pk)
        assert (run.state, run.attempts, run.error) == ("waiting", attempt, "no space is left")
    export_runs.fulfil(run_id=run.pk, clock=noon)
    run = export_runs.find(run_id=run.pk)
    assert (run.state, run.error_code) == ("failed", "export_broken")
    assert "5 times" in run.error
    assert "no space is left" in run.error
    assert not JournalExport.objects.exists()


def _break(*_: Any, **__: Any) -> None:
    raise OSError("no space is left")


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"state": "done"}, "ledger_done_export_job_has_its_export"),
        ({"state": "failed"}, "ledger_failed_export_job_says_why"),
    ],
)
def test_the_database_wants_the_whole_answer(
    settled: Books, change: dict[str, str], promise: str
) -> None:
    run = ask(settled)
    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        ExportRun.objects.filter(pk=run.pk).update(**change)
    assert export_runs.find(run_id=run.pk).state == "waiting"


# --- followed ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("format_name", ["generic-csv", "hledger", "parquet"])
def test_others_see_how_far_it_is_while_it_is_written(
    app_role: PsycopgConnection, monkeypatch: pytest.MonkeyPatch, format_name: str
) -> None:
    books = settle_a_quarter(open_books())
    run = ask(books, format_name=format_name)
    monkeypatch.setattr(exporting, "PROGRESS_EVERY", 1)
    seen: list[tuple[int, int, int]] = []
    tell = export_runs._Progress.tell

    def told(progress: Any, done: int, total: int) -> None:
        tell(progress, done, total)
        with app_role, app_role.cursor() as cursor:
            cursor.execute(
                "SELECT lines_done, line_count, (SELECT count(*) FROM ledger_journalexport) "
                "FROM ledger_exportrun WHERE state = 'waiting'"
            )
            seen.extend(cursor.fetchall())

    monkeypatch.setattr(export_runs._Progress, "tell", told)
    run = made(run)
    assert run.export is not None
    assert seen == [(run.line_count, run.line_count, 0)]  # one piece, and no export yet


@pytest.mark.django_db(transaction=True)
def test_only_one_worker_is_at_it() -> None:
    """Whoever comes while another writes goes away, and counts no attempt."""
    books = settle_a_quarter(open_books())
    run = ask(books)
    inside, go_on = threading.Event(), threading.Event()
    make = exporting.make

    def slowly(*args: Any, **more: Any) -> JournalExport:
        inside.set()
        assert go_on.wait(timeout=60)
        return make(*args, **more)

    def work() -> None:
        try:
            export_runs.fulfil(run_id=run.pk, clock=noon)
        finally:
            connections.close_all()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export_runs, "make", slowly)
        first = threading.Thread(target=work)
        first.start()
        assert inside.wait(timeout=60)
        export_runs.fulfil(run_id=run.pk, clock=noon)  # comes back at once
        assert not JournalExport.objects.exists()
        go_on.set()
        first.join(timeout=60)
    run = export_runs.find(run_id=run.pk)
    assert (run.state, run.attempts, JournalExport.objects.count()) == ("done", 1, 1)


def test_it_is_a_job_like_any_other(settled: Books, rung: list[int]) -> None:
    run = ask(settled, period=None)
    [job] = jobs.jobs(kind="export")
    assert (job.code, job.state, job.scheme, job.period) == (
        f"export_{run.pk}",
        "waiting",
        None,
        None,
    )
    ExportRun.objects.filter(pk=run.pk).update(started_at=NOON, lines_done=5, line_count=8)
    [job] = jobs.jobs(kind="export")
    assert (job.state, job.done, job.total) == ("running", 5, 8)
    tasks.sweep_exports()
    assert rung == [run.pk]
    tasks.make_export(run.pk)
    job = jobs.find_job(code=job.code)
    assert (job.state, job.done, job.ended_at is not None) == ("done", job.total, True)
    tasks.sweep_exports()
    assert rung == [run.pk]


def test_listeners_hear_of_it_once_it_is_made(settled: Books) -> None:
    from ledger.webhooks import endpoints

    finance = settled.people["finance"]
    endpoints.create(
        url="https://hooks.example.com/x",
        event_types=["export.created"],
        departments=[],
        by=finance,
        at=NOON,
    )
    run = ask(settled)
    assert not WebhookEvent.objects.filter(type="export.created").exists()
    made(run)
    assert WebhookEvent.objects.filter(type="export.created").count() == 1


# --- the desk ------------------------------------------------------------------------------------


def sign_in(books: Books, username: str) -> Client:
    client = Client()
    client.force_login(books.people[username])
    return client


def test_the_desk_asks_shows_and_leads_to_the_file(settled: Books, rung: list[int]) -> None:
    finance = sign_in(settled, "finance")
    wish = {"format_name": "generic-csv", "period": "2023Q1", "scheme": ""}
    answer = finance.post(reverse("admin:ledger_journalexport_add"), wish)
    run = ExportRun.objects.get()
    page = reverse("admin:ledger_exportrun_change", args=[run.pk])
    watching = reverse("admin:ledger_exportrun_progress", args=[run.pk])
    assert (answer["Location"], rung) == (page, [run.pk])
    shown = finance.get(page).content.decode()
    assert f'hx-get="{watching}"' in shown
    assert "Waiting for a worker" in shown

    now = timezone.now()
    ExportRun.objects.filter(pk=run.pk).update(started_at=now, lines_done=5, line_count=8)
    shown = finance.get(watching).content.decode()
    assert "5 of 8 lines" in shown
    assert "min. No worker" not in shown
    ExportRun.objects.filter(pk=run.pk).update(
        started_at=now - timedelta(minutes=3), line_count=0, lines_done=0
    )
    assert "Nothing has moved for 3 min." in finance.get(watching).content.decode()

    run = made(run)
    assert run.export is not None
    leads_to = reverse("admin:ledger_journalexport_change", args=[run.export.pk])
    assert finance.get(watching)["HX-Redirect"] == leads_to
    shown = sign_in(settled, "auditor").get(page).content.decode()
    assert leads_to in shown
    assert watching not in shown
    assert reverse("export-file", args=[1]) in shown


def test_the_desk_says_what_keeps_a_file_from_leaving(settled: Books, rung: list[int]) -> None:
    run = made(ask(settled, format_name="sap"))
    finance = sign_in(settled, "finance")
    watching = reverse("admin:ledger_exportrun_progress", args=[run.pk])
    assert finance.get(watching)["HX-Refresh"] == "true"
    shown = finance.get(reverse("admin:ledger_exportrun_change", args=[run.pk])).content.decode()
    assert "things keep the file from leaving" in shown
    assert shown.count("<li>ONE has no company_code for sap") == 1
    page = reverse("admin:ledger_exportrun_change", args=[run.pk])
    shown = finance.get(page, headers={"accept-language": "ko"}).content.decode()
    assert shown.count("<li>ONE에 sap용 company_code이(가) 없음.") == 1
    assert "has no company_code" not in shown
    listed = finance.get(reverse("admin:ledger_exportrun_changelist")).content.decode()
    assert "failed" in listed
