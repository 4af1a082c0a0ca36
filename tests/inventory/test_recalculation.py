"""A new factor gives a new result; the old one stays."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from departments.inventory import recalculation, records, submission, totals
from departments.inventory.errors.records import (
    DecidedBySamePerson,
    RecalculationNotPending,
    RecordAlreadyCorrected,
    RecordInWrongState,
    ResultSuperseded,
)
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.models.factors import EmissionFactor, FactorSet
from tests.inventory.conftest import NOON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]


def publish(value: str) -> None:
    """A corrected release of the British grid factor of 2024."""
    old = EmissionFactor.objects.get(factor_set__code="desnz_2024", activity="electricity/grid")
    release = FactorSet.objects.create(
        code="desnz_2024_v2",
        publisher="DESNZ",
        title="2024 v2",
        year=2024,
        licence="OGL",
        sha256="0",
    )
    old.pk, old.factor_set, old.kgco2e_per_unit = None, release, Decimal(value)
    old.save()


def propose(cast: Cast, *record_ids: int) -> list[int]:
    return recalculation.propose_recalculation(
        record_ids=record_ids, by=cast.analyst, at=NOON, reason="DESNZ corrected its factor."
    )


def test_a_recalculation_is_proposed_approved_and_supersedes(cast: Cast):
    record = cast.approved()
    publish("0.3")

    assert propose(cast, record.pk) == [record.pk]
    detail = records.record_detail(record_id=record.pk, department_ids=None)
    assert detail.emission is not None
    assert detail.pending is not None
    assert detail.emission.market_kgco2e == Decimal("207.05")
    assert detail.pending.market_kgco2e == 300

    recalculation.approve_recalculation(record_ids=[record.pk], by=cast.approver, at=NOON)
    detail = records.record_detail(record_id=record.pk, department_ids=None)
    assert detail.emission is not None
    assert detail.emission.market_kgco2e == 300
    assert detail.pending is None
    assert detail.emission.supersedes_id == detail.earlier[0].emission_record_id
    (total,) = totals.monthly_totals(department_ids=None)
    assert total.market_kgco2e == 300


def test_the_same_factor_is_no_recalculation(cast: Cast):
    record = cast.approved()

    assert propose(cast, record.pk) == []
    with pytest.raises(RecalculationNotPending):
        recalculation.approve_recalculation(record_ids=[record.pk], by=cast.approver, at=NOON)
    assert EmissionRecord.objects.count() == 1


def test_another_person_approves_it(cast: Cast):
    record = cast.approved()
    publish("0.3")
    recalculation.propose_recalculation(
        record_ids=[record.pk], by=cast.approver, at=NOON, reason="new factor"
    )

    with pytest.raises(DecidedBySamePerson):
        recalculation.approve_recalculation(record_ids=[record.pk], by=cast.approver, at=NOON)
    pending = EmissionRecord.objects.get(approval_number__isnull=True)
    with pytest.raises(IntegrityError, match="approved_by_another_person"), transaction.atomic():
        EmissionRecord.objects.filter(pk=pending.pk).update(
            approved_by=cast.approver, approval_number=10**6
        )


def test_drafts_and_corrected_records_are_not_recalculated(cast: Cast):
    with pytest.raises(RecordInWrongState):
        propose(cast, cast.draft().pk)
    record = cast.approved()
    submission.correct_record(
        record_id=record.pk, by=cast.contributor, at=NOON, changes={"quantity": 1}, reason="typo"
    )
    with pytest.raises(RecordAlreadyCorrected):
        propose(cast, record.pk)


def test_a_correction_and_a_recalculation_can_not_both_supersede(cast: Cast):
    record = cast.approved()
    publish("0.3")
    propose(cast, record.pk)
    correction = submission.correct_record(
        record_id=record.pk, by=cast.contributor, at=NOON, changes={"quantity": 1}, reason="typo"
    )
    submission.submit_records(record_ids=[correction.pk], by=cast.contributor, at=NOON)
    recalculation.approve_recalculation(record_ids=[record.pk], by=cast.approver, at=NOON)

    with pytest.raises(ResultSuperseded, match="submit it again"):
        submission.approve_records(record_ids=[correction.pk], by=cast.approver, at=NOON)

    submission.return_records(
        record_ids=[correction.pk], by=cast.approver, at=NOON, reason="factor changed"
    )
    submission.submit_records(record_ids=[correction.pk], by=cast.contributor, at=NOON)
    submission.approve_records(record_ids=[correction.pk], by=cast.approver, at=NOON)
    (total,) = totals.monthly_totals(department_ids={cast.cloud.pk})
    assert total.market_kgco2e == Decimal("0.3")
