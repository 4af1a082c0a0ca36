"""An import is submitted and approved as a whole, with the results that each record would have."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from departments.inventory import activity_import, batch_steps, records, submission
from departments.inventory.errors.imports import BatchNotFound
from departments.inventory.errors.records import StepRefused
from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.emissions import CalculationRecipe, EmissionRecord
from departments.organisation.constraints import constraint_of
from departments.organisation.errors import NotAllowed
from departments.organisation.models import Department
from tests.inventory.conftest import NOON, Cast
from tests.inventory.test_activity_import import GOOD, as_csv
from tests.inventory.test_staged_import import KINDS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]

ROWS = [
    kind | {"external_id": f"{number}-{place}"}
    for number in range(3)
    for place, kind in enumerate(KINDS)
]


def imported(cast: Cast, *rows: dict[str, str]) -> int:
    report = activity_import.import_file(
        file_name="a.csv",
        content=io.BytesIO(as_csv(*rows)),
        by=cast.contributor,
        at=NOON,
        departments=Department.objects.all(),
    )
    assert report.batch_id is not None
    return report.batch_id


def alike() -> list[int]:
    """The records that look wrong, since each row of the file stands in it three times."""
    return list(ActivityRecord.objects.filter(doubts__isnull=False).values_list("pk", flat=True))


def printed() -> dict[str, Any]:
    """All results as they are shown, by external id, without what differs from run to run."""
    ids = EmissionRecord.objects.values_list("pk", flat=True)
    own = ("emission_record_id", "approval_number", "record_id")
    return {
        detail.external_id: {
            name: getattr(detail, name) for name in detail.__dataclass_fields__ if name not in own
        }
        for detail in records.emission_details(emission_record_ids=ids)
    }


def test_a_batch_has_the_results_that_its_records_would_have_one_by_one(cast: Cast):
    batch_id = imported(cast, *ROWS)

    assert batch_steps.submit_batch(batch_id=batch_id, by=cast.contributor, at=NOON) == len(ROWS)
    at_once = printed()
    EmissionRecord.objects.all().delete()
    ActivityRecord.objects.update(state="draft", submitted_by=None, submitted_at=None)
    ids = list(ActivityRecord.objects.values_list("pk", flat=True))
    submission.submit_records(record_ids=ids, by=cast.contributor, at=NOON)

    assert at_once == printed()
    assert len(at_once) == len(ROWS)


def test_results_that_share_a_recipe_keep_no_arithmetic_of_their_own(cast: Cast):
    batch_id = imported(cast, *ROWS)
    batch_steps.submit_batch(batch_id=batch_id, by=cast.contributor, at=NOON)

    compact = EmissionRecord.objects.filter(recipe__isnull=False)

    assert compact.exists()
    assert all(result.trace == {} for result in compact)
    assert CalculationRecipe.objects.count() < compact.count()
    assert EmissionRecord.objects.filter(recipe__isnull=True).exists()  # the zero, and the covered
    detail = records.record_detail(record_id=compact[0].activity_record_id, department_ids=None)
    assert detail.emission is not None
    assert detail.emission.steps
    assert detail.emission.method


def test_an_import_is_approved_by_another_person_and_numbered(cast: Cast):
    batch_id = imported(cast, *ROWS)
    batch_steps.submit_batch(batch_id=batch_id, by=cast.contributor, at=NOON)

    by: dict[str, Any] = {"by": cast.company_approver, "doubtful": alike()}
    assert batch_steps.approve_batch(batch_id=batch_id, at=NOON, **by) == len(ROWS)

    numbers = EmissionRecord.objects.values_list("approval_number", flat=True)
    assert None not in numbers
    assert len(set(numbers)) == len(ROWS)
    assert set(ActivityRecord.objects.values_list("state", "decided_by")) == {
        ("approved", cast.company_approver.pk)
    }
    # once more changes nothing
    assert batch_steps.submit_batch(batch_id=batch_id, by=cast.contributor, at=NOON) == 0
    assert batch_steps.approve_batch(batch_id=batch_id, by=cast.company_approver, at=NOON) == 0
    assert EmissionRecord.objects.count() == len(ROWS)


def test_whoever_brought_or_submitted_an_import_does_not_approve_it(cast: Cast):
    report_by = cast.approver  # may enter for the department too
    batch_id = imported(cast, *ROWS)
    batch_steps.submit_batch(batch_id=batch_id, by=report_by, at=NOON)

    with pytest.raises(StepRefused) as refused:
        batch_steps.approve_batch(batch_id=batch_id, by=report_by, at=NOON)

    assert {problem.code for problem in refused.value.problems} == {"decided_by_same_person"}
    assert len(refused.value.problems) == len(ROWS)
    assert set(ActivityRecord.objects.values_list("state", flat=True)) == {"submitted"}
    assert not EmissionRecord.objects.filter(approval_number__isnull=False).exists()


def test_a_draft_among_them_keeps_all_from_being_approved(cast: Cast):
    batch_id = imported(cast, *ROWS)
    batch_steps.submit_batch(batch_id=batch_id, by=cast.contributor, at=NOON)
    record = ActivityRecord.objects.order_by("pk")[0]
    submission.edit_record(
        record_id=record.pk, by=cast.contributor, at=NOON, changes={"quantity": "5"}
    )

    with pytest.raises(StepRefused, match="is draft"):
        batch_steps.approve_batch(batch_id=batch_id, by=cast.approver, at=NOON)
    assert not ActivityRecord.objects.filter(state="approved").exists()

    assert batch_steps.submit_batch(batch_id=batch_id, by=cast.contributor, at=NOON) == 1
    by: dict[str, Any] = {"by": cast.company_approver, "doubtful": alike()}
    assert batch_steps.approve_batch(batch_id=batch_id, at=NOON, **by) == len(ROWS)


def test_others_may_neither_submit_nor_approve(cast: Cast):
    batch_id = imported(cast, *ROWS)

    with pytest.raises(NotAllowed):
        batch_steps.submit_batch(batch_id=batch_id, by=cast.outsider, at=NOON)
    batch_steps.submit_batch(batch_id=batch_id, by=cast.contributor, at=NOON)
    with pytest.raises(NotAllowed):
        batch_steps.approve_batch(batch_id=batch_id, by=cast.outsider, at=NOON)
    with pytest.raises(BatchNotFound):
        batch_steps.approve_batch(batch_id=batch_id + 1, by=cast.approver, at=NOON)

    assert set(ActivityRecord.objects.values_list("state", flat=True)) == {"submitted"}


def test_a_record_that_is_not_calculable_any_more_keeps_all_from_going(cast: Cast):
    batch_id = imported(cast, *(GOOD | {"external_id": str(n)} for n in range(3)))
    ActivityRecord.objects.filter(external_id="1").update(unit="kg")

    with pytest.raises(StepRefused) as refused:
        batch_steps.submit_batch(batch_id=batch_id, by=cast.contributor, at=NOON)

    assert len(refused.value.problems) == 1
    assert set(ActivityRecord.objects.values_list("state", flat=True)) == {"draft"}
    assert not EmissionRecord.objects.exists()


def test_a_recipe_stays_as_it_is(cast: Cast):
    batch_id = imported(cast, *ROWS)
    batch_steps.submit_batch(batch_id=batch_id, by=cast.contributor, at=NOON)
    for statement in (
        "UPDATE inventory_calculationrecipe SET template = '{}'",
        "DELETE FROM inventory_calculationrecipe",
        "TRUNCATE inventory_calculationrecipe CASCADE",
    ):
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            connection.cursor().execute(statement)
        assert constraint_of(caught.value) == "inventory_recipe_never_edited"
    result = EmissionRecord.objects.filter(recipe__isnull=False)[0]
    result.pk, result.recipe_id = None, 999_999
    with pytest.raises(IntegrityError) as missing, transaction.atomic():
        result.save(force_insert=True)
    assert constraint_of(missing.value) == "inventory_result_names_what_is_there"


def test_the_commands_take_a_file_from_import_to_approval(cast: Cast, tmp_path: Path):
    path, out = tmp_path / "a.csv", io.StringIO()
    path.write_bytes(as_csv(*ROWS))

    call_command("import_activity", str(path), by="contributor", stdout=out)
    number = out.getvalue().split("This is import ")[1].split(":")[0]
    call_command("step_import", "submit", number, by="contributor", stdout=out)
    with pytest.raises(CommandError, match="contributor"):
        call_command("step_import", "approve", number, by="contributor", stdout=out)
    with pytest.raises(CommandError, match="no active user"):
        call_command("step_import", "approve", number, by="nobody", stdout=out)
    named = ",".join(map(str, alike()))
    call_command(
        "step_import", "approve", number, by="company_approver", doubtful=named, stdout=out
    )

    assert f"{len(ROWS)} records submitted." in out.getvalue()
    assert f"{len(ROWS)} records approved." in out.getvalue()
    assert set(ActivityRecord.objects.values_list("state", flat=True)) == {"approved"}
