"""Records on their way: draft → submitted → approved | returned, and corrected."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import translation

from departments.inventory import records, submission
from departments.inventory.errors import EntryRefused
from departments.inventory.errors.entering import UnknownActivity
from departments.inventory.errors.records import (
    DecidedBySamePerson,
    ExternalIdTaken,
    ReasonMissing,
    RecordAlreadyCorrected,
    RecordInWrongState,
    RecordNotDeletable,
    RecordNotEditable,
    RecordNotFound,
    StepRefused,
)
from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.emissions import EmissionRecord
from departments.organisation.errors import NotAllowed
from departments.organisation.models import Membership, User
from departments.organisation.notice_models import Notice
from departments.organisation.notice_words import path_of, sentence_of
from tests.inventory.conftest import NOON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]


def chargeable() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, market_kgco2e, supersedes_id, superseded_at_number "
            "FROM inventory_chargeable ORDER BY id"
        )
        return list(cursor.fetchall())


def test_a_record_is_entered_submitted_and_approved(cast: Cast):
    record = cast.draft(external_id="london-01", quantity="1234.5", place="gb")
    assert (record.state, record.quantity, record.place) == ("draft", Decimal("1234.5"), "GB")
    assert not EmissionRecord.objects.exists()

    submission.submit_records(record_ids=[record.pk], by=cast.contributor, at=NOON)
    (result,) = EmissionRecord.objects.all()
    assert result.market_kgco2e == Decimal("1234.5") * Decimal("0.20705")
    assert result.approval_number is None
    assert chargeable() == []

    submission.approve_records(record_ids=[record.pk], by=cast.approver, at=NOON)
    result.refresh_from_db()
    assert result.approval_number is not None
    assert [row[0] for row in chargeable()] == [result.pk]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", Decimal(-1)),
        ("quantity", "NaN"),
        ("quantity", "1e400"),
        ("quantity", "1,5"),
        ("quantity", Decimal("Infinity")),
        ("quantity", Decimal("0.00000000001")),
        ("started_on", "2024-02-01"),
        ("ended_on", "31/01/2024"),
        ("ended_on", "1024-01-31"),
        ("unit", ""),
        ("note", "x" * 501),
        ("note", "a\x00b"),
        ("department_id", 10**6),
        ("inputs", {"grid": "1"}),
        ("inputs", {"pue": "NaN"}),
        ("colour", "green"),
    ],
)
def test_what_can_not_be_true_is_refused_and_nothing_is_stored(cast: Cast, field, value):
    with pytest.raises(EntryRefused):
        cast.draft(**{field: value})

    assert not ActivityRecord.objects.exists()


def test_an_unknown_activity_is_refused_with_suggestions(cast: Cast):
    with pytest.raises(UnknownActivity, match="Did you mean electricity/grid"):
        cast.draft(activity="electricity/gird")


def test_an_external_id_is_taken_once_in_a_department(cast: Cast):
    cast.draft(external_id="a")

    with pytest.raises(ExternalIdTaken, match="CLOUD already has"):
        cast.draft(external_id="a")
    assert ActivityRecord.objects.count() == 1


def test_only_contributors_of_the_department_enter_and_only_approvers_decide(cast: Cast):
    record = cast.submitted()

    with pytest.raises(NotAllowed):
        submission.edit_record(record_id=record.pk, by=cast.outsider, at=NOON, changes={})
    with pytest.raises(NotAllowed):
        submission.approve_records(record_ids=[record.pk], by=cast.outsider, at=NOON)
    with pytest.raises(NotAllowed):
        cast.draft(department_id=cast.offices.pk)
    with pytest.raises(NotAllowed):
        submission.edit_record(
            record_id=record.pk,
            by=cast.contributor,
            at=NOON,
            changes={"department_id": cast.offices.pk},
        )
    record.refresh_from_db()
    assert (record.state, record.department_id) == ("submitted", cast.cloud.pk)


def test_whoever_entered_or_submitted_a_record_can_not_decide_it(cast: Cast):
    record = cast.draft()
    submission.submit_records(record_ids=[record.pk], by=cast.approver, at=NOON)

    with pytest.raises(DecidedBySamePerson):
        submission.approve_records(record_ids=[record.pk], by=cast.approver, at=NOON)
    with pytest.raises(DecidedBySamePerson):
        submission.return_records(record_ids=[record.pk], by=cast.approver, at=NOON, reason="wrong")
    assert chargeable() == []
    with pytest.raises(IntegrityError, match="decided_by_another_person"), transaction.atomic():
        ActivityRecord.objects.filter(pk=record.pk).update(
            state="approved", decided_by=cast.approver
        )


def test_each_step_taken_twice_changes_nothing(cast: Cast):
    record = cast.submitted()
    again = submission.submit_records(record_ids=[record.pk], by=cast.contributor, at=NOON)
    approved = submission.approve_records(record_ids=[record.pk], by=cast.approver, at=NOON)
    before = chargeable()
    twice = submission.approve_records(record_ids=[record.pk], by=cast.approver, at=NOON)

    assert (again, approved, twice) == ([], [record.pk], [])
    assert chargeable() == before


def test_a_draft_is_not_approved_and_an_approved_record_not_returned(cast: Cast):
    draft, approved = cast.draft(), cast.approved()

    with pytest.raises(RecordInWrongState, match="must be submitted"):
        submission.approve_records(record_ids=[draft.pk], by=cast.approver, at=NOON)
    with pytest.raises(RecordInWrongState):
        submission.return_records(
            record_ids=[approved.pk], by=cast.approver, at=NOON, reason="late"
        )
    with pytest.raises(RecordInWrongState):
        submission.submit_records(record_ids=[approved.pk], by=cast.contributor, at=NOON)
    with pytest.raises(RecordNotFound):
        submission.submit_records(record_ids=[draft.pk, 10**9], by=cast.contributor, at=NOON)


def test_many_records_go_together_or_not_at_all_with_every_problem(cast: Cast):
    good = cast.draft()
    bad = [cast.draft(unit="kg"), cast.draft(place="", activity="hotel-stay/uk", unit="item")]

    with pytest.raises(StepRefused) as refused:
        submission.submit_records(
            record_ids=[good.pk, *(record.pk for record in bad)], by=cast.contributor, at=NOON
        )

    assert [problem.record_id for problem in refused.value.problems] == [r.pk for r in bad]
    good.refresh_from_db()
    assert good.state == "draft"
    assert not EmissionRecord.objects.exists()


def test_a_returned_record_is_mended_and_submitted_again(cast: Cast):
    record = cast.submitted()
    with pytest.raises(ReasonMissing):
        submission.return_records(record_ids=[record.pk], by=cast.approver, at=NOON, reason=" ")
    submission.return_records(
        record_ids=[record.pk], by=cast.approver, at=NOON, reason="Which meter?"
    )
    detail = records.record_detail(record_id=record.pk, department_ids=None)
    assert detail.record.return_reason == "Which meter?"
    assert detail.history[-1].step == "returned"

    submission.edit_record(
        record_id=record.pk, by=cast.contributor, at=NOON, changes={"quantity": "900"}
    )
    submission.submit_records(record_ids=[record.pk], by=cast.contributor, at=NOON)
    submission.approve_records(record_ids=[record.pk], by=cast.approver, at=NOON)

    assert [row[1] for row in chargeable()] == [Decimal("186.345000")]
    assert EmissionRecord.objects.count() == 1


def test_editing_a_submitted_record_voids_its_submission(cast: Cast):
    record = cast.submitted()

    submission.edit_record(
        record_id=record.pk, by=cast.contributor, at=NOON, changes={"note": "second reading"}
    )

    record.refresh_from_db()
    assert (record.state, record.submitted_by) == ("draft", None)
    assert not EmissionRecord.objects.exists()
    with pytest.raises(RecordInWrongState):
        submission.approve_records(record_ids=[record.pk], by=cast.approver, at=NOON)


def test_an_approved_record_is_neither_edited_nor_deleted(cast: Cast):
    record = cast.approved()

    with pytest.raises(RecordNotEditable):
        submission.edit_record(
            record_id=record.pk, by=cast.contributor, at=NOON, changes={"quantity": "1"}
        )
    with pytest.raises(RecordNotDeletable):
        submission.delete_draft(record_id=record.pk, by=cast.contributor)
    record.refresh_from_db()
    assert record.quantity == 1000


def test_a_draft_can_be_deleted(cast: Cast):
    record = cast.draft()
    submission.delete_draft(record_id=record.pk, by=cast.contributor)

    assert not ActivityRecord.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inventory_activityrecord SET quantity = 1",
        "DELETE FROM inventory_activityrecord",
        "UPDATE inventory_emissionrecord SET market_kgco2e = 1",
        "UPDATE inventory_emissionrecord SET approval_number = approval_number + 1",
        "UPDATE inventory_emissionrecord SET approved_by_id = activity_record_id",
        "DELETE FROM inventory_emissionrecord",
    ],
)
def test_the_database_itself_keeps_what_was_approved(cast: Cast, statement: str):
    record = cast.approved()
    before = chargeable()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    record.refresh_from_db()
    assert record.quantity == 1000
    assert chargeable() == before


def test_the_database_numbers_only_what_is_approved(cast: Cast):
    cast.submitted()
    result = EmissionRecord.objects.get()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT inventory_number_approvals(%s)", [[result.pk]])
    assert chargeable() == []


def test_a_correction_supersedes_the_result_once_it_is_approved(cast: Cast):
    record = cast.approved(external_id="london-01")
    correction = submission.correct_record(
        record_id=record.pk,
        by=cast.contributor,
        at=NOON,
        changes={"quantity": "900"},
        reason="The meter was read wrongly.",
    )
    assert (correction.external_id, correction.supersedes_id) == ("london-01", record.pk)
    submission.submit_records(record_ids=[correction.pk], by=cast.contributor, at=NOON)
    assert [row[3] for row in chargeable()] == [None]

    submission.approve_records(record_ids=[correction.pk], by=cast.approver, at=NOON)

    first, second = chargeable()
    assert second[2] == first[0]
    assert first[3] is not None
    assert second[3] is None
    (newest, _) = records.list_records(department_ids=None, search="london-01", state="approved")
    assert newest.is_correction


def test_a_record_is_corrected_by_one_record_and_that_one_by_the_next(cast: Cast):
    record = cast.approved()
    first = submission.correct_record(
        record_id=record.pk, by=cast.contributor, at=NOON, changes={"quantity": 900}, reason="1"
    )
    with pytest.raises(RecordAlreadyCorrected, match=f"Go on with record {first.pk}"):
        submission.correct_record(
            record_id=record.pk, by=cast.contributor, at=NOON, changes={}, reason="again"
        )
    with pytest.raises(RecordInWrongState):
        submission.correct_record(
            record_id=first.pk, by=cast.contributor, at=NOON, changes={}, reason="not yet"
        )
    for step, by in (
        (submission.submit_records, cast.contributor),
        (submission.approve_records, cast.approver),
    ):
        step(record_ids=[first.pk], by=by, at=NOON)
    second = submission.correct_record(
        record_id=first.pk, by=cast.contributor, at=NOON, changes={"quantity": 0}, reason="2"
    )
    submission.submit_records(record_ids=[second.pk], by=cast.contributor, at=NOON)
    submission.approve_records(record_ids=[second.pk], by=cast.company_approver, at=NOON)

    assert [row[1] for row in chargeable() if row[3] is None] == [0]


def test_a_correction_that_moves_to_another_department_is_decided_for_both(cast: Cast):
    record = cast.approved()
    neighbour = User.objects.create(username="offices-approver")
    Membership.objects.create(user=neighbour, role="approver", department=cast.offices)
    moved = submission.correct_record(
        record_id=record.pk,
        by=cast.analyst,
        at=NOON,
        changes={"department_id": cast.offices.pk},
        reason="It was the offices' meter.",
    )
    submission.submit_records(record_ids=[moved.pk], by=cast.analyst, at=NOON)

    for person in (neighbour, cast.approver):
        with pytest.raises(NotAllowed):
            submission.approve_records(record_ids=[moved.pk], by=person, at=NOON)
    submission.approve_records(record_ids=[moved.pk], by=cast.company_approver, at=NOON)

    assert [row[3] is None for row in chargeable()] == [False, True]


def test_a_contracted_removal_is_approved_and_does_not_earn_yet(cast: Cast):
    facts: dict[str, Any] = {"activity": "removal/biochar", "unit": "t", "quantity": 10}
    inputs = {"durability_class": "long", "removal_state": "contracted"}
    cast.approved(**facts, inputs=inputs)
    verified = cast.approved(
        by=cast.company_approver, **facts, inputs=inputs | {"removal_state": "verified"}
    )

    assert [row[1] for row in chargeable()] == [10000]
    assert chargeable()[0][0] == verified.emission_records.get().pk


def test_a_thousand_records_take_few_statements(cast: Cast, django_assert_max_num_queries):
    ids = [cast.draft().pk for _ in range(5)]
    with django_assert_max_num_queries(17):  # five of them compare the records with the others
        submission.submit_records(record_ids=ids, by=cast.contributor, at=NOON)
    with django_assert_max_num_queries(12):
        submission.approve_records(record_ids=ids, by=cast.approver, at=NOON)

    assert len(chargeable()) == 5


def test_days_are_kept_as_days(cast: Cast):
    assert cast.draft(started_on="2024-02-01", ended_on="2024-02-29").ended_on == date(2024, 2, 29)


@pytest.mark.django_db(transaction=True)
def test_approvals_at_the_same_time_number_each_result_once(cast: Cast):
    ids = [cast.submitted().pk for _ in range(20)]

    def approve(by: User) -> int:
        try:
            return len(submission.approve_records(record_ids=ids, by=by, at=NOON))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        counts = sorted(pool.map(approve, [cast.approver, cast.company_approver] * 2))

    assert counts == [0, 0, 0, 20]
    numbers = EmissionRecord.objects.values_list("approval_number", flat=True)
    assert len(set(numbers)) == 20
    assert None not in numbers


def test_whoever_changed_a_draft_cannot_approve_it(cast: Cast) -> None:
    record = cast.draft()
    submission.edit_record(
        record_id=record.pk, by=cast.approver, at=NOON, changes={"quantity": Decimal(9)}
    )
    submission.submit_records(record_ids=[record.pk], by=cast.contributor, at=NOON)
    with pytest.raises(DecidedBySamePerson):
        submission.approve_records(record_ids=[record.pk], by=cast.approver, at=NOON)
    with pytest.raises(IntegrityError, match="approved_by_another_than_its_editor"):
        ActivityRecord.objects.filter(pk=record.pk).update(
            state="approved", decided_by=cast.approver
        )


def test_who_entered_what_comes_back_hears_of_it_once(cast: Cast):
    ids = [cast.submitted().pk, cast.submitted().pk]
    for _ in range(2):
        submission.return_records(record_ids=ids, by=cast.approver, at=NOON, reason="Which meter?")
    (notice,) = Notice.objects.all()
    assert notice.user == cast.contributor
    with translation.override("en"):
        told = sentence_of(notice)
    assert told == "2 records of CLOUD were returned by approver: Which meter?"
    assert path_of(notice) == "/departments/CLOUD/activity/?state=returned"
    again = cast.submitted()
    submission.return_records(record_ids=[again.pk], by=cast.approver, at=NOON, reason="No.")
    assert path_of(Notice.objects.get(facts__count=1)) == f"/activity/{again.pk}/"
