"""What looks wrong in a well-formed row is taken in, shown, and named before it is approved."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command

from departments.inventory import activity_import, batch_steps, closed_days, records, submission
from departments.inventory.activity_import import ImportReport
from departments.inventory.errors.records import StepRefused
from departments.inventory.models.activity import ActivityRecord
from departments.organisation.models import Department
from tests.inventory.conftest import NOON, Cast
from tests.inventory.test_activity_import import GOOD, as_csv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]


def month(number: int, quantity: str, **more: str) -> dict[str, str]:
    """A month of 2024 of the meter M-1."""
    last = (date(2024 + number // 12, number % 12 + 1, 1) - date(2024, number, 1)).days
    return GOOD | {
        "external_id": f"M-1-2024-{number:02}",
        "started_on": f"2024-{number:02}-01",
        "ended_on": f"2024-{number:02}-{last}",
        "quantity": quantity,
        **more,
    }


def year(*, of_august: str = "1000", **more: str) -> list[dict[str, str]]:
    return [month(n, of_august if n == 8 else f"{950 + n * 10}", **more) for n in range(1, 9)]


def take_in(cast: Cast, rows: list[dict[str, str]], **more: Any) -> ImportReport:
    return activity_import.import_file(
        file_name="rows.csv",
        content=as_csv(*rows),
        by=cast.contributor,
        at=NOON,
        departments=Department.objects.all(),
        **more,
    )


def found(report: ImportReport) -> list[tuple[int, str]]:
    return [(row.line, doubt.kind) for row in report.rows for doubt in row.warnings]


def test_a_usual_year_has_nothing_to_say(cast: Cast) -> None:
    assert found(take_in(cast, year())) == []


@pytest.mark.parametrize(
    ("quantity", "unit", "hint"),
    [
        ("1000", "MWh", "Is MWh the right unit"),
        ("1", "kWh", "Is kWh the right unit"),
        ("10203", "kWh", "Without its last digit, 3,"),
        ("7000", "kWh", "Look at the bill"),
    ],
)
def test_an_unusual_reading_is_compared_with_the_others(
    cast: Cast, quantity: str, unit: str, hint: str
) -> None:
    rows = [*year()[:7], month(8, quantity, unit=unit)]

    (row,) = take_in(cast, rows, dry_run=True).flagged

    (doubt,) = row.warnings
    assert (row.line, doubt.column) == (9, "quantity")
    assert "the median of 8 readings of this meter comes to" in doubt.reason
    assert doubt.hint.startswith(hint)


def test_a_reading_is_compared_with_what_is_recorded(cast: Cast) -> None:
    take_in(cast, year()[:7])

    report = take_in(cast, [month(8, "1020000")])

    assert found(report) == [(2, "high")]
    record = ActivityRecord.objects.get(pk=report.record_ids[0])
    (shown,) = activity_import.report_content(report)["rows"][0]["warnings"]
    assert record.doubts == [shown | {"kind": "high"}]


def test_a_counter_that_began_anew_looks_wrong_by_itself(cast: Cast) -> None:
    assert found(take_in(cast, [month(1, "99999012")])) == [(2, "counter")]


def test_the_same_bill_under_another_id_looks_wrong(cast: Cast) -> None:
    first = GOOD | {"external_id": "A"}
    take_in(cast, [first])

    report = take_in(cast, [first | {"external_id": "B"}, first | {"external_id": "C"}])

    assert found(report) == [(2, "repeated"), (3, "repeated")]
    assert "(A) says the same" in report.rows[0].warnings[0].reason


def test_a_quantity_in_another_unit_is_the_same_bill(cast: Cast) -> None:
    rows = [
        GOOD | {"external_id": "A", "quantity": "1500", "unit": "kWh"},
        GOOD | {"external_id": "B", "quantity": "1.5", "unit": "MWh"},
    ]

    report = take_in(cast, rows)

    assert found(report) == [(3, "repeated")]
    assert report.rows[1].warnings[0].reason.startswith("Line 2 says the same")


def test_bills_that_share_days_look_wrong(cast: Cast) -> None:
    bill = GOOD | {"started_on": "2024-01-01", "ended_on": "2024-01-31", "quantity": "900"}
    next_one = bill | {"started_on": "2024-01-20", "ended_on": "2024-02-19", "quantity": "901"}
    take_in(cast, [bill | {"external_id": "A"}])

    report = take_in(cast, [next_one | {"external_id": "B"}])

    assert found(report) == [(2, "overlapping")]
    assert "is from 2024-01-01 to 2024-01-31" in report.rows[0].warnings[0].reason


def test_an_instrument_of_another_year_looks_wrong(cast: Cast) -> None:
    report = take_in(cast, [GOOD | {"instrument": "certificates, vintage 2015"}])

    assert found(report) == [(2, "vintage")]


def test_a_row_of_closed_days_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    told = [("2024-01", date(2024, 1, 1), date(2024, 1, 31))]
    monkeypatch.setattr(closed_days, "_told_by", [lambda: told])

    report = take_in(cast, [GOOD])

    assert [(row.line, d.reason) for row in report.rows for d in row.warnings] == [
        (2, "2024-01 is closed.")
    ]


def test_what_looks_wrong_is_named_before_an_import_is_approved(cast: Cast) -> None:
    take_in(cast, year()[:7])
    report = take_in(cast, [month(8, "1020000"), month(9, "1000")])
    doubtful, sound = report.record_ids
    assert report.batch_id is not None
    batch_steps.submit_batch(batch_id=report.batch_id, by=cast.contributor, at=NOON)

    with pytest.raises(StepRefused) as refused:
        batch_steps.approve_batch(batch_id=report.batch_id, by=cast.approver, at=NOON)
    assert [problem.record_id for problem in refused.value.problems] == [doubtful]
    assert "times more than usual" in str(refused.value)
    assert not ActivityRecord.objects.filter(state="approved").exists()

    call_command("step_import", "approve", report.batch_id, by="approver", doubtful=str(doubtful))
    approved = ActivityRecord.objects.filter(state="approved").order_by("pk")
    assert [record.pk for record in approved] == [doubtful, sound]


def test_a_record_is_compared_again_when_it_is_submitted(cast: Cast) -> None:
    take_in(cast, year()[:7])
    (record_id,) = take_in(cast, [month(8, "1020000")]).record_ids
    changes = {"quantity": "1020"}

    submission.edit_record(record_id=record_id, by=cast.contributor, at=NOON, changes=changes)
    submission.submit_records(record_ids=[record_id], by=cast.contributor, at=NOON)
    assert records.record_summaries(record_ids=[record_id])[0].doubts == ()

    changes = {"quantity": "1020000"}
    submission.edit_record(record_id=record_id, by=cast.contributor, at=NOON, changes=changes)
    submission.submit_records(record_ids=[record_id], by=cast.contributor, at=NOON)
    (doubt,) = records.record_summaries(record_ids=[record_id])[0].doubts
    assert doubt["kind"] == "high"


def test_what_was_changed_since_is_compared_again_with_its_import(cast: Cast) -> None:
    """Mended and mistyped at the desk, then submitted as a whole: what is said is of now."""
    report = take_in(cast, [*year()[:7], month(8, "1020000")])
    assert report.batch_id is not None
    *_, sound, mistyped, mended = report.record_ids
    for record_id, quantity in [(mistyped, "1020000"), (mended, "1020")]:
        changes = {"quantity": quantity}
        submission.edit_record(record_id=record_id, by=cast.contributor, at=NOON, changes=changes)

    batch_steps.submit_batch(batch_id=report.batch_id, by=cast.contributor, at=NOON)

    kinds = [
        [doubt["kind"] for doubt in row.doubts]
        for row in records.record_summaries(record_ids=[sound, mistyped, mended])
    ]
    assert kinds == [[], ["high"], []]
    with pytest.raises(StepRefused) as refused:
        batch_steps.approve_batch(batch_id=report.batch_id, by=cast.approver, at=NOON)
    assert [problem.record_id for problem in refused.value.problems] == [mistyped]


def test_a_large_file_says_what_a_small_one_does(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [*year()[:7], month(8, "1020000"), month(8, "1020000", external_id="B")]
    small = take_in(cast, rows, dry_run=True)
    monkeypatch.setattr(activity_import, "MOST_HELD_BYTES", 0)

    large = activity_import.import_file(
        file_name="rows.csv",
        content=io.BytesIO(as_csv(*rows)),
        by=cast.contributor,
        at=NOON,
        departments=Department.objects.all(),
    )

    assert found(large) == found(small) == [(9, "high"), (10, "high"), (10, "repeated")]
    assert [r.warnings for r in large.flagged] == [r.warnings for r in small.flagged]
    assert (large.accepted, large.warnings) == (9, 3)
    kept = ActivityRecord.objects.filter(doubts__isnull=False).order_by("pk")
    assert [[d["kind"] for d in r.doubts or ()] for r in kept] == [["high"], ["high", "repeated"]]


def test_what_many_rows_have_in_common_stands_on_each_of_them(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1,200 rows are late, one of them a reading with more digits than a float keeps."""
    told = [("2024-01", date(2024, 1, 1), date(2024, 1, 31))]
    monkeypatch.setattr(closed_days, "_told_by", [lambda: told])
    monkeypatch.setattr(activity_import, "MOST_HELD_BYTES", 0)
    rows = [GOOD | {"external_id": f"A{n}", "quantity": f"{100 + n % 7}"} for n in range(1199)]
    rows.append(GOOD | {"external_id": "last", "quantity": "123456789.123456789"})

    report = activity_import.import_file(
        file_name="rows.csv",
        content=io.BytesIO(as_csv(*rows)),
        by=cast.contributor,
        at=NOON,
        departments=Department.objects.all(),
    )

    kept = {record.external_id: record.doubts or [] for record in ActivityRecord.objects.all()}
    kinds = {key: {doubt["kind"] for doubt in doubts} for key, doubts in kept.items()}
    assert (len(report.flagged), report.accepted) == (1000, 1200)
    assert report.warnings == sum(map(len, kept.values()))
    assert all("late" in each for each in kinds.values())
    assert kinds["last"] == {"high", "late"}
