"""Projects that absorb carbon: verified removals never exceed what is measured, less the buffer."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from io import StringIO
from threading import Barrier
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from departments.inventory import absorption, batch_steps, submission
from departments.inventory.absorption_balances import absorption_balances
from departments.inventory.errors import EntryRefused
from departments.inventory.errors.absorption import (
    AbsorptionDecidedBySamePerson,
    AbsorptionNotFound,
    AbsorptionTaken,
    RemovalNeedsCompanyApprover,
    RemovalsExceedMeasurement,
)
from departments.inventory.errors.records import StepRefused
from departments.inventory.models.absorption import (
    AbsorptionClaim,
    AbsorptionMeasurement,
    AbsorptionProject,
)
from departments.inventory.models.activity import ActivityRecord, ImportBatch, RecordState
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.results import number_results
from departments.organisation.errors import NotAllowed
from departments.organisation.models import User
from tests.inventory.conftest import NOON, Cast

pytestmark = pytest.mark.django_db


def enter(cast: Cast, **facts: Any) -> AbsorptionProject:
    """A mangrove project with a buffer of a fifth; not approved yet."""
    usual: dict[str, Any] = {
        "code": "delta",
        "name": "Delta mangroves",
        "kind": "mangrove",
        "place": "ID",
        "durability_class": "medium",
        "buffer_share": Decimal("0.2"),
        "evidence": "design document",
    }
    return absorption.enter_project(by=cast.analyst, at=NOON, **usual | facts)


def measure(cast: Cast, tonnes: str, **facts: Any) -> AbsorptionMeasurement:
    usual: dict[str, Any] = {
        "project_code": "delta",
        "method": "drone",
        "measured_on": date(2024, 6, 30),
        "uncertainty_percent": Decimal(15),
        "evidence": "flight 7",
    }
    return absorption.enter_measurement(
        by=cast.analyst, at=NOON, tonnes=Decimal(tonnes), **usual | facts
    )


def approve(cast: Cast) -> list[int]:
    return absorption.approve_project(code="delta", by=cast.company_approver, at=NOON)


def measured(cast: Cast, tonnes: str) -> None:
    enter(cast)
    measure(cast, tonnes)
    approve(cast)


def removal(cast: Cast, tonnes: str, **inputs: str) -> ActivityRecord:
    """A submitted removal of the project, verified unless told else."""
    usual = {"project": "delta", "durability_class": "medium", "removal_state": "verified"}
    return cast.submitted(
        activity="removal/mangrove-restoration",
        quantity=tonnes,
        unit="t",
        place="ID",
        inputs=usual | inputs,
    )


def approve_record(cast: Cast, *records: ActivityRecord) -> None:
    ids = [record.pk for record in records]
    submission.approve_records(record_ids=ids, by=cast.approver, at=NOON)


def claimed() -> Decimal:
    (balance,) = absorption_balances()
    return balance.claimed_tonnes


def test_what_is_measured_less_the_buffer_may_be_claimed(cast: Cast):
    # 1,250 t × (1 − 0.2) = 1,000 t; 700 of them are verified.
    measured(cast, "1250")
    record = removal(cast, "700")
    approve_record(cast, record)

    (balance,) = absorption_balances()
    assert balance.claimable_tonnes == 1000
    assert [balance.measured_tonnes, balance.claimed_tonnes, balance.left_tonnes] == [
        1250,
        700,
        300,
    ]
    citation = EmissionRecord.objects.get(activity_record=record).trace["citation"]
    assert citation["project_name"] == "Delta mangroves"
    assert citation["project_evidence"] == "design document"


def test_a_milligram_too_much_is_refused_whole(cast: Cast):
    measured(cast, "1250")
    approve_record(cast, removal(cast, "1000"))
    more = removal(cast, "0.000000001")

    with pytest.raises(RemovalsExceedMeasurement, match=r"1000000\.000001 kg; .* 1000000 kg"):
        approve_record(cast, more)
    more.refresh_from_db()
    assert more.state == RecordState.SUBMITTED
    assert claimed() == 1000

    measure(cast, "1", measured_on=date(2024, 12, 31))
    assert len(approve(cast)) == 1
    approve_record(cast, more)
    assert claimed() == Decimal("1000.000000001")


def test_only_approved_measurements_count(cast: Cast):
    enter(cast)
    with pytest.raises(EntryRefused, match="No such project is approved"):
        removal(cast, "1")
    approve(cast)
    measure(cast, "1250")
    record = removal(cast, "1")
    with pytest.raises(RemovalsExceedMeasurement, match="are 0 kg"):
        approve_record(cast, record)
    assert approve(cast) != []
    approve_record(cast, record)


def test_only_verified_tonnes_claim(cast: Cast):
    measured(cast, "10")
    approve_record(cast, removal(cast, "900", removal_state="contracted"))
    assert claimed() == 0


def test_a_correction_takes_back_what_the_record_claimed(cast: Cast):
    measured(cast, "1250")
    record = removal(cast, "1000")
    approve_record(cast, record)
    correction = submission.correct_record(
        record_id=record.pk, by=cast.contributor, at=NOON, changes={"quantity": 400}, reason="typo"
    )
    submission.submit_records(record_ids=[correction.pk], by=cast.contributor, at=NOON)
    approve_record(cast, correction)

    assert claimed() == 400
    approve_record(cast, removal(cast, "600"))
    assert claimed() == 1000


def test_a_removal_is_of_its_projects_durability(cast: Cast):
    measured(cast, "1250")
    with pytest.raises(EntryRefused, match="for a medium time"):
        removal(cast, "1", durability_class="long")


@pytest.mark.parametrize("state", ["verified", "retired"])
def test_a_removal_that_nobody_measured_earns_by_the_companys_word_alone(cast: Cast, state: str):
    measured(cast, "1")
    record = removal(cast, "500", project="", removal_state=state)
    with pytest.raises(
        RemovalNeedsCompanyApprover, match=f"Record {record.pk} .* names no project"
    ):
        approve_record(cast, record)
    other = removal(cast, "0.2")
    with pytest.raises(StepRefused) as refused:
        approve_record(cast, other, record)
    assert [problem.code for problem in refused.value.problems] == [
        "removal_needs_company_approver"
    ]
    record.refresh_from_db()
    assert record.state == RecordState.SUBMITTED

    submission.approve_records(record_ids=[record.pk], by=cast.company_approver, at=NOON)
    record.refresh_from_db()
    assert record.state == RecordState.APPROVED
    assert claimed() == 0


def test_what_does_not_earn_is_approved_by_the_department(cast: Cast):
    approve_record(cast, removal(cast, "500", project="", removal_state="contracted"))
    reversal = {"durability_class": "medium", "removal_state": "verified"}
    cast.approved(activity="removal-reversal/fire", quantity="12", unit="t", inputs=reversal)


@pytest.mark.parametrize("loses", ["role", "is_active"])
def test_the_database_asks_for_the_company_too(cast: Cast, loses: str):
    record = removal(cast, "500", project="")
    result = EmissionRecord.objects.get(activity_record=record)
    approver = cast.company_approver if loses == "is_active" else cast.approver
    User.objects.filter(pk=approver.pk).update(is_active=loses == "role")
    ActivityRecord.objects.filter(pk=record.pk).update(
        state="approved", decided_by=approver, decided_at=NOON
    )
    with pytest.raises(RemovalNeedsCompanyApprover), transaction.atomic():
        number_results([result.pk])
    result.refresh_from_db()
    assert result.approval_number is None

    User.objects.filter(pk=approver.pk).update(is_active=True)
    approver.memberships.get_or_create(role="sustainability_approver", department=None)
    number_results([result.pk])
    result.refresh_from_db()
    assert result.approval_number is not None


def test_an_import_of_removals_needs_the_company_too(cast: Cast):
    record = removal(cast, "500", project="")
    batch = ImportBatch.objects.create(
        file_name="removals.csv", sha256="0" * 64, row_count=1, imported_by=cast.contributor
    )
    ActivityRecord.objects.filter(pk=record.pk).update(batch=batch)
    by: dict[str, Any] = {"batch_id": batch.pk, "at": NOON, "doubtful": [record.pk]}
    with pytest.raises(RemovalNeedsCompanyApprover, match=f"Record {record.pk} "):
        batch_steps.approve_batch(by=cast.approver, **by)
    record.refresh_from_db()
    assert record.state == RecordState.SUBMITTED
    assert batch_steps.approve_batch(by=cast.company_approver, **by) == 1


def test_two_people_and_nothing_is_edited(cast: Cast):
    project, row = enter(cast), measure(cast, "5")
    with pytest.raises(NotAllowed):
        absorption.approve_project(code="delta", by=cast.analyst, at=NOON)
    cast.analyst.memberships.create(role="sustainability_approver")
    with pytest.raises(AbsorptionDecidedBySamePerson):
        absorption.approve_project(code="delta", by=cast.analyst, at=NOON)
    with pytest.raises(IntegrityError, match="another_person"), transaction.atomic():
        AbsorptionMeasurement.objects.filter(pk=row.pk).update(approved_by=cast.analyst)

    approve(cast)
    for edit in (
        lambda: AbsorptionMeasurement.objects.update(tonnes=10**6),
        lambda: AbsorptionProject.objects.update(buffer_share=0),
        lambda: AbsorptionMeasurement.objects.filter(pk=row.pk)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
            edit()
    project.refresh_from_db()
    assert project.buffer_share == Decimal("0.2")


def test_nothing_is_entered_twice_or_in_part(cast: Cast):
    enter(cast)
    measure(cast, "5")
    with pytest.raises(AbsorptionTaken, match="delta"):
        enter(cast)
    with pytest.raises(AbsorptionTaken, match="by drone on 2024-06-30"):
        measure(cast, "7")
    with pytest.raises(AbsorptionNotFound, match="Known are delta"):
        measure(cast, "7", project_code="elsewhere")
    for facts, field in (
        ({"buffer_share": Decimal(1)}, "buffer_share"),
        ({"kind": "hope"}, "kind"),
        ({"place": "WORLD"}, "place"),
        ({"evidence": ""}, "evidence"),
    ):
        with pytest.raises(EntryRefused) as refused:
            enter(cast, code="other", **facts)
        assert refused.value.field == field
    with pytest.raises(EntryRefused):
        measure(cast, "-1", method="satellite")
    assert (AbsorptionProject.objects.count(), AbsorptionMeasurement.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_do_not_claim_too_much(cast: Cast):
    measured(cast, "1250")
    records = [removal(cast, "400") for _ in range(4)]
    barrier = Barrier(4)

    def one(record: ActivityRecord) -> str:
        try:
            barrier.wait()
            approve_record(cast, record)
        except RemovalsExceedMeasurement:
            return "refused"
        finally:
            connection.close()
        return "approved"

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(one, records))
    assert sorted(found) == ["approved", "approved", "refused", "refused"]
    assert claimed() == 800
    assert AbsorptionClaim.objects.count() == 2


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_from_the_command_line(cast: Cast):
    run("absorption", "project", "delta", "--name", "Delta", "--kind", "mangrove", "--place", "ID",
        "--durability", "medium", "--buffer", "0.2", "--evidence", "page 4", "--by",
        "analyst")  # fmt: skip
    run("absorption", "measure", "delta", "--method", "drone", "--on", "2024-06-30", "--tonnes",
        "1250", "--uncertainty", "15", "--area", "190", "--evidence", "flight", "--by",
        "analyst")  # fmt: skip
    with pytest.raises(CommandError, match="may not"):
        run("absorption", "approve", "delta", "--by", "analyst")
    assert "with 1 measurements" in run(
        "absorption", "approve", "delta", "--by", "company_approver"
    )
    assert "measured 1,250 t, claimable 1,000 t, left 1,000 t" in run("absorption", "list")
    (content,) = json.loads(run("absorption", "list", "--json"))
    assert content["left_tonnes"] == "1000"
    rates = json.loads(run("absorption", "rates", "--json"))
    assert {row["kind"] for row in rates} == {"mangrove", "forest"}
    assert all(row["source"] and row["url"] and row["licence"] for row in rates)
