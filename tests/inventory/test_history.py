"""Who did what with a record: every step stays, by itself or as a step of its import."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from departments.inventory import activity_import, batch_steps, recalculation, records, submission
from departments.inventory.history import HistoryEvent
from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.history import RecordEvent
from departments.organisation.constraints import constraint_of
from departments.organisation.models import Department
from tests.inventory.conftest import NOON, Cast
from tests.inventory.test_activity_import import GOOD, as_csv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]


def hour(number: int) -> datetime:
    return NOON + timedelta(hours=number)


def history(record_id: int) -> list[HistoryEvent]:
    return list(records.record_detail(record_id=record_id, department_ids=None).history)


def steps(record_id: int) -> list[tuple[str, str, int, str]]:
    """Step, person, hour after noon and reason."""
    return [
        (each.step, each.by, int((each.at - NOON).total_seconds()) // 3600, each.reason)
        for each in history(record_id)
        if each.at is not None
    ]


def imported(cast: Cast, *rows: dict[str, str], streamed: bool = False) -> list[int]:
    content = as_csv(*rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(activity_import, "MOST_HELD_BYTES", 0 if streamed else 10**9)

        report = activity_import.import_file(
            file_name="january.csv",
            content=io.BytesIO(content) if streamed else content,
            by=cast.contributor,
            at=NOON,
            departments=Department.objects.all(),
        )
    assert report.batch_id is not None
    rows_of = ActivityRecord.objects.filter(batch=report.batch_id).order_by("import_line")
    return [report.batch_id, *rows_of.values_list("pk", flat=True)]


def test_every_step_stays_though_the_record_keeps_the_last_alone(cast: Cast):
    record = cast.submitted()
    ids = [record.pk]
    submission.return_records(record_ids=ids, by=cast.approver, at=hour(1), reason="Which meter?")
    submission.edit_record(
        record_id=record.pk, by=cast.analyst, at=hour(2), changes={"note": "meter 7"}
    )
    submission.submit_records(record_ids=ids, by=cast.contributor, at=hour(3))
    submission.edit_record(
        record_id=record.pk, by=cast.contributor, at=hour(4), changes={"note": "meter 8"}
    )
    submission.submit_records(record_ids=ids, by=cast.contributor, at=hour(5))
    submission.approve_records(record_ids=ids, by=cast.approver, at=hour(6))

    assert steps(record.pk) == [
        ("entered", "contributor", 0, ""),
        ("submitted", "contributor", 0, ""),
        ("returned", "approver", 1, "Which meter?"),
        ("changed", "analyst", 2, ""),
        ("submitted", "contributor", 3, ""),
        ("changed", "contributor", 4, ""),
        ("submitted", "contributor", 5, ""),
        ("approved", "approver", 6, ""),
    ]


def test_a_correction_and_a_recalculation_stand_in_the_history(cast: Cast):
    record = cast.approved()

    correction = submission.correct_record(
        record_id=record.pk, by=cast.contributor, at=hour(1), changes={"quantity": 9}, reason="typo"
    )
    submission.submit_records(record_ids=[correction.pk], by=cast.contributor, at=hour(2))
    assert [step for step, *_ in steps(record.pk)] == ["entered", "submitted", "approved"]
    submission.approve_records(record_ids=[correction.pk], by=cast.approver, at=hour(3))

    assert steps(record.pk)[-1] == ("superseded", "approver", 3, "typo")
    assert history(record.pk)[-1].other_record_id == correction.pk
    assert steps(correction.pk)[0] == ("entered", "contributor", 1, "typo")


def test_an_import_is_one_row_and_every_record_knows_file_and_line(cast: Cast):
    for streamed in (False, True):
        before = RecordEvent.objects.count()
        rows = [GOOD | {"external_id": f"{streamed}-{number}"} for number in range(3)]
        _, *ids = imported(cast, *rows, streamed=streamed)
        assert RecordEvent.objects.count() == before + 1
        for line, record_id in enumerate(ids, start=2):
            (event,) = history(record_id)
            found = (event.step, event.by, event.file_name, event.line)
            assert found == ("imported", "contributor", "january.csv", line)


def test_a_step_of_an_import_stands_with_the_records_that_took_it(cast: Cast):
    rows = [GOOD | {"external_id": str(number), "quantity": str(7 + number)} for number in range(3)]
    batch_id, alone, returned, together = imported(cast, *rows)
    submission.submit_records(record_ids=[alone], by=cast.analyst, at=hour(1))
    submission.approve_records(record_ids=[alone], by=cast.approver, at=hour(2))
    batch_steps.submit_batch(batch_id=batch_id, by=cast.contributor, at=hour(3))
    submission.return_records(record_ids=[returned], by=cast.approver, at=hour(4), reason="Why 8?")
    before = RecordEvent.objects.count()
    batch_steps.submit_batch(batch_id=batch_id, by=cast.analyst, at=hour(5))
    doubtful = list(
        ActivityRecord.objects.filter(doubts__isnull=False).values_list("pk", flat=True)
    )
    batch_steps.approve_batch(batch_id=batch_id, by=cast.approver, at=hour(6), doubtful=doubtful)

    assert RecordEvent.objects.count() == before + 2
    assert [each[:3] for each in steps(alone)] == [
        ("imported", "contributor", 0),
        ("submitted", "analyst", 1),
        ("approved", "approver", 2),
    ]
    assert [each[:3] for each in steps(together)] == [
        ("imported", "contributor", 0),
        ("submitted", "contributor", 3),
        ("approved", "approver", 6),
    ]
    assert [each[:3] for each in steps(returned)] == [
        ("imported", "contributor", 0),
        ("submitted", "contributor", 3),
        ("returned", "approver", 4),
        ("submitted", "analyst", 5),
        ("approved", "approver", 6),
    ]


def test_records_from_before_steps_were_kept_tell_their_last_ones(cast: Cast):
    record = cast.approved()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE inventory_recordevent DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM inventory_recordevent")
        cursor.execute("ALTER TABLE inventory_recordevent ENABLE TRIGGER USER")
    assert [step for step, *_ in steps(record.pk)] == ["entered", "submitted", "approved"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inventory_recordevent SET step = 'approved'",
        "DELETE FROM inventory_recordevent",
        "INSERT INTO inventory_recordevent (record_id, step, by_id, at, words) "
        "SELECT 0, step, by_id, at, '' FROM inventory_recordevent",
    ],
)
def test_history_is_only_added_to(cast: Cast, statement: str):
    cast.submitted()
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        connection.cursor().execute(statement)
    names = ("inventory_history_never_changes", "inventory_event_names_a_record")
    assert constraint_of(refused.value) in names


def test_a_recalculation_names_both_people(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    record = cast.approved()
    monkeypatch.setattr(recalculation, "_is_same", lambda *_: False)
    ids = [record.pk]
    recalculation.propose_recalculation(
        record_ids=ids, by=cast.contributor, at=hour(1), reason="new factors"
    )
    recalculation.approve_recalculation(record_ids=ids, by=cast.approver, at=hour(2))
    assert steps(record.pk)[-2:] == [
        ("proposed a recalculation", "contributor", 1, "new factors"),
        ("recalculated", "approver", 2, ""),
    ]
