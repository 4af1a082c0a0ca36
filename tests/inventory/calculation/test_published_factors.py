"""The shipped factor sets: whole, unambiguous, decimal, explained, adding up as published."""

import re
import tomllib
from collections import Counter
from decimal import Decimal

import pytest

from tests.worked_examples.published import FACTOR_SETS, FIXTURES, gwps, rows_of

HEADER = (
    "factor_id,source_factor_id,activity,activity_group,scope,scope3_category,place,year,"
    "valid_from,valid_to,unit,kgco2e_per_unit,co2_kgco2e,ch4_kgco2e,n2o_kgco2e,biogenic_kgco2e,"
    "boundary,gwp_set,suspect,notes,source_url"
)
COLUMNS = HEADER.split(",")
KEY = ("activity", "place", "year", "unit", "boundary")
PLAIN_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
# How far CO2 + CH4 + N2O may lie from the printed sum, kgCO2e per unit: publishers round each.
ROUNDING = {
    "desnz_2023": Decimal("0.0000005"),
    "desnz_2024": Decimal("0.000005"),
    "desnz_2025": Decimal("0.00001"),
    "epa_hub_2025": Decimal("0.0000000001"),
    "grid_egrid_2023": Decimal("0.00000025"),
}
ROWS = {
    "desnz_2023": 2643,
    "desnz_2024": 2672,
    "desnz_2025": 2672,
    "epa_hub_2025": 613,
    "grid_desnz_uk": 7,
    "grid_egrid_2023": 108,
    "grid_ember_owid": 6332,
}


def test_every_set_is_shipped_whole() -> None:
    assert {name: len(rows_of(name)) for name in FACTOR_SETS} == ROWS


def test_one_key_one_factor_across_all_sets() -> None:
    """Two sets that answered the same question differently would leave the choice to chance."""
    keys = Counter(tuple(row[c] for c in KEY) for name in FACTOR_SETS for row in rows_of(name))
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("name", FACTOR_SETS)
class TestFactorSet:
    def test_layout_and_ids(self, name: str) -> None:
        rows = rows_of(name)
        assert list(rows[0]) == COLUMNS
        assert len({row["factor_id"] for row in rows}) == len(rows)

    def test_figures_are_plain_decimals(self, name: str) -> None:
        figures = [c for c in COLUMNS if c.endswith("_kgco2e") or c == "kgco2e_per_unit"]
        for row in rows_of(name):
            assert PLAIN_DECIMAL.fullmatch(row["kgco2e_per_unit"]), row["factor_id"]
            assert all(PLAIN_DECIMAL.fullmatch(row[c] or "0") for c in figures), row["factor_id"]

    def test_activities_are_readable_paths(self, name: str) -> None:
        path = re.compile(r"[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*)*")
        assert all(path.fullmatch(row["activity"]) for row in rows_of(name))
        assert all(row["place"] and row["boundary"] and row["unit"] for row in rows_of(name))

    def test_parts_add_up_as_closely_as_published(self, name: str) -> None:
        for row in rows_of(name):
            parts = [row[c] for c in ("co2_kgco2e", "ch4_kgco2e", "n2o_kgco2e")]
            if all(parts):
                distance = abs(sum(map(Decimal, parts)) - Decimal(row["kgco2e_per_unit"]))
                assert distance <= ROUNDING[name], row["factor_id"]

    def test_source_and_terms_are_beside_it(self, name: str) -> None:
        folder = FIXTURES / "emission_factors" / name
        terms = tomllib.loads((folder / "set.toml").read_text(encoding="utf-8"))
        source = (folder / "SOURCE.md").read_text(encoding="utf-8")
        assert terms["code"] == name
        assert terms["rows"] == ROWS[name]
        for fact in ("publisher", "title", "licence", "attribution", "source_url"):
            assert terms[fact] in source, fact
        assert {row["boundary"] for row in rows_of(name)} == set(terms["boundaries"])


def test_a_zero_or_partial_grid_year_is_suspect() -> None:
    """22 country-years of Ember are 0 and 2025 is partial: nobody's grid is that clean."""
    rows = rows_of("grid_ember_owid")
    zeros = [row for row in rows if Decimal(row["kgco2e_per_unit"]) == 0]
    assert len(zeros) == 22
    doubtful = [r for r in rows if "provisional" in r["notes"] or r in zeros]
    assert doubtful == [row for row in rows if row["suspect"] == "1"]


def test_waste_of_the_epa_hub_is_ar4_and_the_rest_ar5() -> None:
    for row in rows_of("epa_hub_2025"):
        assert row["gwp_set"] == ("AR4" if row["activity_group"] == "waste" else "AR5")


@pytest.mark.parametrize("later", ["desnz_2024", "desnz_2025"])
def test_the_same_activity_has_the_same_path_every_year(later: str) -> None:
    """At least 97 % of 2023's paths go on; the rest are columns that the publisher renamed."""
    before = {row["activity"] for row in rows_of("desnz_2023")}
    after = {row["activity"] for row in rows_of(later)}
    assert len(before & after) / len(before) > 0.97


def test_gwps_are_unambiguous_and_whole() -> None:
    rows = gwps()
    assert len(rows) == 711
    assert max(Counter((row["gas"], row["gwp_set"]) for row in rows).values()) == 1
    assert all(Decimal(row["value"]) >= 0 for row in rows)
    assert (FIXTURES / "gwp" / "SOURCE.md").exists()


@pytest.mark.parametrize(
    ("gas", "gwp_set", "value"),
    [
        ("ch4", "AR4GWP100", "25"),
        ("ch4", "AR5GWP100", "28"),
        ("n2o", "AR4GWP100", "298"),
        ("n2o", "AR5GWP100", "265"),
        ("n2o", "AR6GWP100", "273"),
        ("hfc-134a", "AR4GWP100", "1430"),
        ("hfc-134a", "AR5GWP100", "1300"),
        ("hfc-134a", "AR6GWP100", "1530"),
        ("sf6", "AR5GWP100", "23500"),
    ],
)
def test_gwps_of_the_ipcc(gas: str, gwp_set: str, value: str) -> None:
    """IPCC AR4 WG1 Table 2.14; AR5 WG1 Table 8.A.1; AR6 WG1 Table 7.SM.7."""
    (row,) = [r for r in gwps() if (r["gas"], r["gwp_set"]) == (gas, gwp_set)]
    assert Decimal(row["value"]) == Decimal(value)
