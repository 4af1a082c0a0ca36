"""Published footprints of AI training, worked again from the inputs that their papers print."""

from decimal import Decimal

import pytest

from departments.inventory.calculation import compute_workload, hardware
from departments.inventory.calculation.result import Factor


def grid(kgco2e_per_kwh: str) -> Factor:
    return Factor(kgco2e_per_unit=Decimal(kgco2e_per_kwh), unit="kWh")


def test_t5_11b() -> None:
    """Patterson et al. 2021, Table 4: 512 TPU v3 × 480 h at 310 W, PUE 1.12, 0.545 kg/kWh.

    The paper prints 85.7 MWh and 46.7 t, from inputs that it rounded.
    """
    result = compute_workload.calculate(
        accelerator_hours=Decimal(512 * 480),
        average_power_w=Decimal(310),
        pue=Decimal("1.12"),
        grid=grid("0.545"),
    )

    energy, electricity = result.steps
    assert energy.value == Decimal("85327.872")
    assert energy.expression == "245,760 h × 310 W ÷ 1,000 × 1.12 PUE"
    assert electricity.expression == "85,327.872 kWh × 0.545 kgCO2e/kWh"
    assert result.emissions_kgco2e == Decimal("46503.69024")
    assert result.path == "average power"


def test_evolved_transformer() -> None:
    """Patterson et al. 2021, Table 4: 200 TPU v2 × 163.2 h at 208 W, PUE 1.10, 0.431 kg/kWh.

    The paper prints 7.5 MWh and 3.2 t.
    """
    result = compute_workload.calculate(
        accelerator_hours=Decimal("32640"),
        average_power_w=Decimal("208"),
        pue=Decimal("1.1"),
        grid=grid("0.431"),
    )

    assert result.steps[0].value == Decimal("7468.032")
    assert result.emissions_kgco2e == Decimal("3218.721792")


def test_bloom_in_the_tables_of_llama() -> None:
    """Touvron et al. 2023, Table 15: 1,082,880 A100 hours at 400 W (TDP), PUE 1.1, 0.385 kg/kWh.

    The paper prints 475 MWh and 183 t.
    """
    result = compute_workload.calculate(
        accelerator_hours=Decimal("1082880"),
        tdp_w=Decimal("400"),
        utilisation=Decimal(1),
        pue=Decimal("1.1"),
        grid=grid("0.385"),
    )

    assert result.steps[0].value == Decimal("476467.2")
    assert result.emissions_kgco2e == Decimal("183439.872")
    assert result.path == "TDP × utilisation"


def test_bloom_by_measured_energy() -> None:
    """Luccioni, Viguier and Ligozat 2023, JMLR 24(253): 433,196 kWh at 57 g/kWh are 24.69 t."""
    result = compute_workload.calculate(
        energy_kwh=Decimal("433196"), average_power_w=Decimal(1), grid=grid("0.057")
    )

    assert result.emissions_kgco2e == Decimal("24692.172")
    assert result.path == "measured at the facility"


def test_embodied_carbon_of_a_server_by_hours() -> None:
    """Boavizta's archetype of a Dell R740, 1,200 kg, over four years of 8,760 h: 300 kg a year."""
    result = compute_workload.embodied_share(
        embodied_kgco2e=Decimal(1200),
        accelerator_hours=Decimal(8760),
        lifetime_hours=Decimal(4 * 8760),
    )

    assert result.emissions_kgco2e == Decimal(300)
    assert result.steps[0].expression == "1,200 kgCO2e × 8,760 h ÷ 35,040 h"


@pytest.mark.parametrize("basis", ["location_based", "market_based"])
def test_training_at_home_is_scope_2_on_both_bases(basis: str) -> None:
    """T5-11B again, in an own data centre with no instruments: both bases carry the grid."""
    dual = compute_workload.calculate_scope2(
        accelerator_hours=Decimal(245760),
        average_power_w=Decimal(310),
        pue=Decimal("1.12"),
        grid=grid("0.545"),
    )

    result = getattr(dual, basis)
    assert result.emissions_kgco2e == Decimal("46503.69024")
    assert result.steps[0].label == "Energy, average power"


def test_a_server_bought_is_counted_whole() -> None:
    """Boavizta's archetype of a Dell R740: 1,200 kg, in a range of 634 to 2,102."""
    bought = [
        hardware.calculate(units=Decimal(1), embodied_kgco2e=Decimal(figure)).emissions_kgco2e
        for figure in ("634", "1200", "2102")
    ]

    assert bought == [634, 1200, 2102]


def test_reuse_of_servers_is_avoided_and_no_removal() -> None:
    """The same server kept six years instead of four: 300 − 200 = 100 kg for each year of its life.

    Derived from Boavizta's figure; the range 634 to 2,102 kg gives 53 to 175 kg.
    """
    avoided = [
        hardware.calculate_reuse(
            units=Decimal(1),
            embodied_kgco2e=Decimal(figure),
            lifetime_years=Decimal(4),
            extended_lifetime_years=Decimal(6),
        )
        for figure in ("634", "1200", "2102")
    ]

    assert [result.emissions_kgco2e for result in avoided] == [0, 0, 0]
    assert [round(result.avoided_kgco2e or 0) for result in avoided] == [53, 100, 175]
