"""Published sets are loaded whole, once, and never edited."""

import csv
from datetime import date
from pathlib import Path

import pytest

from departments.inventory import factor_release
from departments.inventory.errors.factors import FactorFileRefused, ReleaseChanged
from departments.inventory.models.factors import (
    EmissionFactor,
    FactorSet,
    GlobalWarmingPotential,
)
from tests.inventory.conftest import FIXTURES, excerpt

pytestmark = pytest.mark.django_db
SETS = FIXTURES / "emission_factors"


def test_a_set_is_loaded_with_every_row_and_a_second_time_unchanged():
    first = factor_release.load_factor_set(SETS / "grid_ember_owid")
    again = factor_release.load_factor_set(SETS / "grid_ember_owid")

    assert (first.rows, first.loaded) == (6332, 6332)
    assert again.is_unchanged
    assert EmissionFactor.objects.count() == 6332


def test_the_outside_scope_and_open_ranges_are_kept_as_nothing(tmp_path: Path):
    folder = excerpt("desnz_2024", lambda row: row["scope"] == "outside", tmp_path)
    factor_release.load_factor_set(folder)

    row = EmissionFactor.objects.first()
    assert row is not None
    assert (row.scope, row.category, row.place) == (None, None, "GB")
    assert (row.in_force.lower, row.in_force.upper) == (date(2024, 1, 1), date(2025, 1, 1))


def test_a_changed_file_under_the_same_code_is_refused(tmp_path: Path):
    folder = excerpt("grid_desnz_uk", lambda row: True, tmp_path)
    factor_release.load_factor_set(folder)
    path = folder / "factors.csv"
    path.write_text(path.read_text().replace("0.28307", "0.1"))

    with pytest.raises(ReleaseChanged, match="set with a code of its own"):
        factor_release.load_factor_set(folder)

    assert EmissionFactor.objects.filter(kgco2e_per_unit="0.28307").count() == 1


def test_every_problem_of_a_file_is_named_at_once(tmp_path: Path):
    folder = excerpt("grid_desnz_uk", lambda row: True, tmp_path)
    path = folder / "factors.csv"
    lines = path.read_text().splitlines()
    lines[1] = lines[1].replace("0.41205", "0,41205x")
    lines[2] = lines[2].replace("0.35156", "-0.35156")
    lines[3] = lines[3].replace(",kWh,", ",kWhh,")
    lines[4] = lines[5]
    path.write_text("\n".join(lines))

    with pytest.raises(FactorFileRefused) as refused:
        factor_release.load_factor_set(folder)

    found = {(problem.line, problem.column) for problem in refused.value.problems}
    assert {(3, "kgco2e_per_unit"), (4, "unit"), (6, "factor_id")} <= found
    assert any(line == 2 for line, _ in found)
    assert not FactorSet.objects.exists()


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "column", "reason"),
    [
        ("2024-01-01", "9999-12-31", "valid_to", "Days run from 1990-01-01 to 2100-12-31."),
        ("2024-W01-1", "", "valid_from", "This is not a day as it is read here."),
        ("2024-02-30", "", "valid_from", "There is no such day."),
        ("2024-12-31", "2024-01-01", "valid_to", "It is before valid_from."),
    ],
)
def test_days_that_are_none_or_run_backwards_are_refused_in_words(
    tmp_path: Path, valid_from: str, valid_to: str, column: str, reason: str
):
    folder = excerpt("grid_desnz_uk", lambda row: True, tmp_path)
    path = folder / "factors.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0] |= {"valid_from": valid_from, "valid_to": valid_to}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)

    with pytest.raises(FactorFileRefused) as refused:
        factor_release.load_factor_set(folder)

    assert [(p.line, p.column, p.reason) for p in refused.value.problems] == [(2, column, reason)]


def test_a_folder_that_is_not_there_is_refused_in_words(tmp_path: Path):
    with pytest.raises(FactorFileRefused, match=r"set\.toml and factors\.csv"):
        factor_release.load_factor_set(tmp_path / "nowhere")


def test_gwps_load_once_and_never_change(tmp_path: Path):
    source = FIXTURES / "gwp" / "gwp.csv"
    assert factor_release.load_gwps(source).loaded == 711
    assert factor_release.load_gwps(source).is_unchanged

    changed = tmp_path / "gwp.csv"
    changed.write_text(source.read_text().replace(",AR5,1924,", ",AR5,1925,"))
    with pytest.raises(FactorFileRefused, match="is loaded as 1924"):
        factor_release.load_gwps(changed)
    assert not GlobalWarmingPotential.objects.filter(kgco2e_per_kg=1925).exists()
