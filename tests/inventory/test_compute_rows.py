"""Footprints of computing as people write them down: each right to the gram, or refused kindly."""

import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from departments.inventory import activity_import
from departments.inventory.import_report import RowReport
from departments.organisation.models import Department
from tests.inventory.conftest import NOON, Cast
from tests.inventory.test_activity_import import as_csv
from tests.worked_examples.test_compute_workloads import PRINTED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]

ROW = {
    "department": "CLOUD",
    "activity": "compute/training",
    "started_on": "2022-03-11",
    "ended_on": "2022-07-06",
    "quantity": "",
    "unit": "",
}


def reports(cast: Cast, *rows: dict[str, str]) -> list[RowReport]:
    report = activity_import.import_file(
        file_name="footprints.csv",
        content=io.BytesIO(as_csv(*(ROW | row for row in rows))),
        by=cast.contributor,
        at=NOON,
        departments=Department.objects.all(),
        dry_run=True,
    )
    return list(report.rows)


def kilograms(hours: str, watts: str, pue: str, grid: str) -> Decimal:
    """hours × W × PUE × grid, to the milligram."""
    figures = (Decimal(hours), Decimal(watts), Decimal(pue), Decimal(grid))
    product = Decimal(1)
    for figure in figures:
        product *= figure
    return round(product / 1000, 6)


POWER = {"average_power_w": "310", "pue": "1.12", "grid_kgco2e_per_kwh": "0.545"}
T5 = kilograms("245760", "310", "1.12", "0.545")
RIGHT = [
    ({"accelerator_hours": "245760"} | POWER, T5),
    ({"accelerator_hours": "245760", "unit": "accelerator-hours"} | POWER, T5),
    ({"accelerator_hours": "245760", "quantity": "245760"} | POWER, T5),
    ({"quantity": "245760", "unit": "TPU hours"} | POWER, T5),
    ({"quantity": "10240", "unit": "accelerator-days"} | POWER, T5),
    ({"quantity": "245.76", "unit": "thousand GPU hours"} | POWER, T5),
    ({"quantity": "0.24576", "unit": "million GPU-hours"} | POWER, T5),
    ({"quantity": "1", "unit": "item", "accelerator_hours": "245760"} | POWER, T5),
    ({"accelerator_hours": "245760", "hardware": "TPU v3"} | POWER, T5),
    ({"accelerator_hours": "245760.000", "hardware": "anything", "utilisation": "0.4"} | POWER, T5),
    # Luccioni, Viguier and Ligozat 2023: 433,196 kWh at 57 g.
    ({"energy_kwh": "433196", "grid_kgco2e_per_kwh": "0.057"}, Decimal("24692.172")),
    ({"energy_kwh": "433196", "pue": "1", "grid_kgco2e_per_kwh": "0.057"}, Decimal("24692.172")),
    ({"quantity": "433.196", "unit": "MWh", "grid_kgco2e_per_kwh": "0.057"}, Decimal("24692.172")),
    (
        {"accelerator_hours": "1082990", "energy_kwh": "433196", "grid_kgco2e_per_kwh": "0.057"},
        Decimal("24692.172"),
    ),
    (
        {"machine_energy_kwh": "433196", "pue": "1.2", "grid_kgco2e_per_kwh": "0.057"},
        Decimal("433196") * Decimal("1.2") * Decimal("0.057"),
    ),
    # Touvron et al. 2023, Table 15, by the rated power of the hardware.
    *(
        (
            {
                "accelerator_hours": "1082880",
                "hardware": hardware,
                "utilisation": utilisation,
                "pue": "1.1",
                "grid_kgco2e_per_kwh": "0.385",
            },
            kilograms("1082880", "400", "1.1", "0.385"),
        )
        for hardware in ("A100-80GB", "NVIDIA A100-SXM4-80GB", "8 x NVIDIA A100-SXM4-80GB")
        for utilisation in ("1", "")
    ),
    (
        {
            "activity": "compute/inference",
            "accelerator_hours": "1000.5",
            "hardware": "tesla t4",
            "utilisation": "0.35",
            "pue": "1.1",
            "place": "GB",
            "ended_on": "2024-12-31",
        },
        kilograms("1000.5", "24.5", "1.1", "0.20705"),
    ),
    # Places: Ember, France 2024, 40.48 g; eGRID2023, subregion CAMX, 198.7415 g.
    ({"energy_kwh": "1000", "place": "fr", "ended_on": "2024-05-01"}, Decimal("40.48")),
    ({"energy_kwh": "1000", "place": "aws/eu-west-3", "ended_on": "2024-05-01"}, Decimal("40.48")),
    ({"energy_kwh": "1000", "place": "europe-west9", "ended_on": "2024-05-01"}, Decimal("40.48")),
    (
        {
            "accelerator_hours": "1000",
            "average_power_w": "300",
            "place": "aws/us-west-1",
            "ended_on": "2023-05-01",
        },
        kilograms("1000", "300", "1.135", "0.1987415"),
    ),
    # Requests.
    (
        {
            "activity": "compute/inference",
            "requests": "1000000",
            "energy_wh_per_request": "0.24",
            "pue": "1.09",
            "grid_kgco2e_per_kwh": "0.094",
        },
        Decimal("24.5904"),
    ),
    (
        {
            "activity": "compute/inference",
            "quantity": "2.5",
            "unit": "billion prompts",
            "energy_wh_per_request": "0.3",
            "pue": "1",
            "grid_kgco2e_per_kwh": "0.4",
        },
        Decimal("300000"),
    ),
    (
        {
            "activity": "compute/cloud/requests",
            "quantity": "1000",
            "unit": "searches",
            "energy_wh_per_request": "0.3",
            "pue": "1",
            "grid_kgco2e_per_kwh": "0.4",
        },
        Decimal("0.12"),
    ),
]


def test_each_shape_agrees_with_hours_power_pue_and_grid_to_the_milligram(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    """As a small file, each row by itself; and once more with every row streamed."""
    found = reports(cast, *(row for row, _ in RIGHT))

    assert [report.problems for report in found] == [()] * len(RIGHT)
    for report, (row, expected) in zip(found, RIGHT, strict=True):
        assert report.emissions is not None
        assert report.emissions.market_kgco2e == expected, row
        assert report.emissions.location_kgco2e == expected, row

    monkeypatch.setattr(activity_import, "MOST_HELD_BYTES", 0)
    content = as_csv(*(ROW | row for row, _ in RIGHT))
    streamed = activity_import.import_file(
        file_name="footprints.csv",
        content=io.BytesIO(content),
        by=cast.contributor,
        at=NOON,
        departments=Department.objects.all(),
        dry_run=True,
    )
    assert (streamed.accepted, streamed.rejected) == (len(RIGHT), 0)
    assert streamed.market_kgco2e == sum(expected for _, expected in RIGHT)


def test_published_models_through_the_command_to_the_gram(cast: Cast, tmp_path: Path):
    """Of each model hours × W × PUE × grid, by average power and by rated power."""
    rows, expected = [], []
    for number, (_, hours, watts, pue, per_kwh, *_) in enumerate(PRINTED):
        common = {"pue": pue, "grid_kgco2e_per_kwh": per_kwh, "accelerator_hours": hours}
        for by, figures in {
            "average": {"average_power_w": watts},
            "rated": {"tdp_w": watts, "utilisation": "1"},
        }.items():
            rows.append(ROW | common | figures | {"external_id": f"{by}-{number}"})
            expected.append(kilograms(hours, watts, pue, per_kwh))
    path = tmp_path / "footprints.csv"
    path.write_bytes(as_csv(*rows))

    out = io.StringIO()
    call_command(
        "import_activity", str(path), by="contributor", dry_run=True, json=True, stdout=out
    )
    told = json.loads(out.getvalue())

    assert (told["accepted"], told["rejected"]) == (len(rows), 0)
    for row, kgco2e in zip(told["rows"], expected, strict=True):
        shown = {
            Decimal(row[name])
            for name in (
                "emissions_kgco2e",
                "emissions_location_kgco2e",
                "emissions_market_kgco2e",
            )
        }
        assert shown == {kgco2e}, row
        assert row["errors"] == []


GRID = {"grid_kgco2e_per_kwh": "0.545"}
REFUSED = [
    ({"accelerator_hours": "2.4576e5"} | POWER, "accelerator_hours", "Write 245760."),
    ({"accelerator_hours": "245,760"} | POWER, "accelerator_hours", "Write 245760;"),
    ({"accelerator_hours": "100"} | POWER | {"pue": ""}, "pue", "1 where the energy already"),
    ({"accelerator_hours": "100"} | POWER | {"pue": "110"}, "pue", "110 % is written 1.1"),
    ({"accelerator_hours": "100"} | POWER | {"pue": "0.9"}, "pue", "110 % is written 1.1"),
    ({"accelerator_hours": "100", "pue": "1.1"} | GRID, "average_power_w", "hardware"),
    (
        {"accelerator_hours": "1", "pue": "1", "hardware": "A100"} | GRID,
        "hardware",
        "Write A100 PCIe 40/80GB (250 W) or A100 SXM4 80GB (400 W), or enter average_power_w.",
    ),
    (
        {"accelerator_hours": "1", "pue": "1", "hardware": "TPU v9"} | GRID,
        "hardware",
        "Did you mean TPU v",
    ),
    (
        {"accelerator_hours": "1", "pue": "1", "hardware": "T4", "utilisation": "37"} | GRID,
        "utilisation",
        "37 % is written 0.37",
    ),
    (
        {"accelerator_hours": "1", "pue": "1", "hardware": "T4", "utilisation": "37%"} | GRID,
        "utilisation",
        "Write 0.37 where a share",
    ),
    ({"energy_kwh": "1"} | {"grid_kgco2e_per_kwh": "545"}, "grid_kgco2e_per_kwh", "are 0.545"),
    ({"energy_kwh": "1"}, "place", "grid_kgco2e_per_kwh"),
    ({"energy_kwh": "1", "place": "France"}, "place", "ISO 3166"),
    ({"energy_kwh": "1", "place": "FRA"}, "place", "Did you mean FR?"),
    (
        {"activity": "compute/inference", "requests": "10", "energy_wh_per_request": "1"} | GRID,
        "pue",
        "1 where the energy already",
    ),
    (
        {"activity": "compute/inference", "requests": "10", "pue": "1"} | GRID,
        "energy_kwh",
        "energy_wh_per_request",
    ),
    (
        {"pue": "1.1"} | GRID,
        "quantity",
        "machine_energy_kwh or requests",
    ),
    ({"quantity": "5", "unit": "PF-days"} | POWER, "unit", ""),
    ({"quantity": "5", "unit": "kg"} | POWER, "unit", "accelerator-hours, kWh or requests"),
    ({"quantity": "5", "accelerator_hours": "6"} | POWER, "unit", ""),
]


@pytest.mark.parametrize(("row", "column", "hint"), REFUSED)
def test_what_cannot_be_worked_out_says_how_to_write_it(
    cast: Cast, row: dict[str, str], column: str, hint: str
):
    (report,) = reports(cast, row)

    assert report.emissions is None
    problem = next(problem for problem in report.problems if problem.column == column)
    assert hint in f"{problem.reason} {problem.hint}"


def test_a_pue_beside_the_buildings_meter_is_not_applied_and_that_is_said(cast: Cast):
    (report,) = reports(cast, {"energy_kwh": "100", "pue": "1.2"} | GRID)

    assert report.emissions is not None
    assert report.emissions.market_kgco2e == Decimal("54.5")
    (note,) = [n for n in report.emissions.trace["fallbacks"] if "PUE" in n]
    assert "machine_energy_kwh" in note


def test_a_utilisation_beside_measured_power_is_not_applied_and_that_is_said(cast: Cast):
    (report,) = reports(cast, {"accelerator_hours": "100", "utilisation": "0.5"} | POWER)

    assert report.emissions is not None
    assert report.emissions.market_kgco2e == kilograms("100", "310", "1.12", "0.545")
    assert "Utilisation 0.5 is not applied" in report.emissions.trace["fallbacks"][-1]


def test_full_load_and_a_mean_pue_are_said_and_lower_the_quality(cast: Cast):
    sure, unsure = reports(
        cast,
        {"accelerator_hours": "10", "average_power_w": "70", "pue": "1.135", "place": "FR"},
        {"accelerator_hours": "10", "hardware": "T4", "place": "aws/eu-west-3"},
    )

    assert sure.emissions is not None
    assert unsure.emissions is not None
    assert sure.emissions.market_kgco2e == unsure.emissions.market_kgco2e
    assert (sure.emissions.quality_tier, unsure.emissions.quality_tier) == (2, 5)
    assert unsure.emissions.country == "FR"
    assert [note.partition(":")[0] for note in unsure.emissions.trace["fallbacks"]] == [
        "No utilisation is given",
        "No PUE is given",
    ]
    assert unsure.emissions.trace["steps"][0]["value"] == "70"
