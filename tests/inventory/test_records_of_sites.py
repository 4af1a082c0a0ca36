"""Records that name a site: its place is theirs, and it has a share of renewable electricity."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest

from departments.inventory import activity_import
from departments.inventory.errors import EntryRefused
from departments.inventory.errors.imports import ImportRefused
from departments.inventory.models.activity import ActivityRecord
from departments.inventory.renewable_share import renewable_shares, renewable_shares_of_sites
from departments.organisation.models import Department
from tests.inventory.conftest import NOON, Cast
from tests.inventory.test_activity_import import as_csv
from tests.inventory.test_sites import site_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]

ROW = {
    "department": "CLOUD",
    "activity": "electricity/grid",
    "started_on": "2024-01-01",
    "ended_on": "2024-01-31",
    "quantity": "1000",
    "unit": "kWh",
}
TRAINING = {
    "activity": "compute/training",
    "quantity": "",
    "unit": "",
    "accelerator_hours": "1000",
    "average_power_w": "300",
    "pue": "1.1",
}


def take_in(cast: Cast, *rows: dict[str, str]) -> activity_import.ImportReport:
    return activity_import.import_file(
        file_name="sites.csv",
        content=io.BytesIO(as_csv(*(ROW | row for row in rows))),
        by=cast.contributor,
        at=NOON,
        departments=Department.objects.all(),
        dry_run=False,
    )


@pytest.mark.parametrize("is_streamed", [False, True])
def test_a_row_that_names_its_site_has_the_grid_of_its_place(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, is_streamed: bool
):
    """Ember, France 2024: 40.48 g; a place of the row's own goes before the site's."""
    site_of(cast, code="PARIS-1", place="FR")
    if is_streamed:
        monkeypatch.setattr(activity_import, "MOST_HELD_BYTES", 0)

    report = take_in(
        cast,
        {"site": "PARIS-1", "external_id": "a"},
        {"site": "paris-1", "external_id": "b", "quantity": "2000"},
        {"site": "PARIS-1", "external_id": "c", "place": "GB"},
        {"site": "PARIS-1", "external_id": "d"} | TRAINING,
    )

    assert report.accepted == 4
    kept = {record.external_id: record for record in ActivityRecord.objects.all()}
    assert {key: (r.place, r.inputs["site"]) for key, r in kept.items()} == {
        "a": ("FR", "PARIS-1"),
        "b": ("FR", "PARIS-1"),
        "c": ("GB", "PARIS-1"),
        "d": ("FR", "PARIS-1"),
    }
    expected = [
        Decimal("40.48"),
        Decimal("80.96"),
        Decimal("207.05"),
        Decimal("1000") * 300 * Decimal("1.1") * Decimal("0.04048") / 1000,
    ]
    assert report.market_kgco2e == sum(expected)


def test_a_site_that_there_is_not_is_refused_with_the_nearest(cast: Cast):
    site_of(cast, code="PARIS-1", place="FR")

    with pytest.raises(ImportRefused) as refused:
        take_in(cast, {"site": "PARIS-2"})

    (problem,) = [each for each in refused.value.problems if each.column == "site"]
    assert (problem.reason, problem.hint) == ("There is no such site.", "Did you mean PARIS-1?")
    with pytest.raises(EntryRefused, match="no such site"):
        cast.draft(place="", inputs={"site": "NOWHERE"})
    assert not ActivityRecord.objects.exists()


def test_the_share_of_renewable_electricity_of_a_site(cast: Cast):
    """600 of 1,000 kWh in Paris are covered at 0 kg, and none of 1,000 kWh of no site."""
    site_of(cast, code="PARIS-1", place="FR")
    covered = {"covered_kwh": "600", "instrument_kgco2e_per_kwh": "0", "instrument": "wind"}
    record = cast.approved(place="", inputs={"site": "paris-1"} | covered)
    cast.approved(place="FR")

    assert (record.place, record.inputs["site"]) == ("FR", "PARIS-1")
    (paris,) = renewable_shares_of_sites(year=2024)
    assert (paris.site, paris.electricity_kwh) == ("PARIS-1", Decimal(1000))
    assert paris.renewable_kwh == 600
    assert paris.percent == "60.00"
    company, (france,) = renewable_shares(year=2024)
    assert company.percent == france.percent == "30.00"
