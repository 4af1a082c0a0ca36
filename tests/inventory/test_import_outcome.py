"""What became of the records of an import, as its page says it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from departments.inventory import activity_import, batch_steps, recalculation
from departments.inventory.import_outcome import outcome_of
from departments.organisation.models import Department
from tests.inventory.conftest import NOON, Cast
from tests.inventory.test_activity_import import GOOD, as_csv
from tests.inventory.test_recalculation import propose, publish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]

REMOVAL = {
    "department": "CLOUD",
    "activity": "removal",
    "external_id": "trees",
    "quantity": "2",
    "unit": "t",
    "started_on": "2024-01-01",
    "ended_on": "2024-12-31",
    "durability_class": "long",
    "removal_state": "contracted",
}


def test_a_record_that_is_calculated_again_counts_by_what_is_approved(cast: Cast) -> None:
    """1,000 kWh at 0.20705 kg, then at 0.3; two tonnes that were absorbed are no part of it."""
    report = activity_import.import_file(
        file_name="rows.csv",
        content=as_csv(GOOD, REMOVAL),
        by=cast.contributor,
        at=NOON,
        departments=Department.objects.all(),
    )
    batch = report.batch_id
    assert batch is not None
    batch_steps.submit_batch(batch_id=batch, by=cast.contributor, at=NOON)
    batch_steps.approve_batch(batch_id=batch, by=cast.approver, at=NOON)
    reading = report.record_ids[0]
    publish("0.3")

    propose(cast, reading)
    (proposed,) = outcome_of(batch)
    recalculation.approve_recalculation(record_ids=[reading], by=cast.approver, at=NOON)
    (approved,) = outcome_of(batch)

    assert (proposed.approved, proposed.kgco2e) == (2, Decimal("207.05"))
    assert (approved.approved, approved.kgco2e) == (2, Decimal("300"))
