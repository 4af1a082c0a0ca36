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


# Published models: hours, watts, PUE, kg per kWh; the MWh and tonnes that are printed.
PRINTED = [
    # Touvron et al. 2023, LLaMA, Table 15: whole MWh and tonnes, at a common PUE and grid.
    ("OPT-175B", "809472", "400", "1.1", "0.385", "356", "137"),
    ("LLaMA-7B", "82432", "400", "1.1", "0.385", "36", "14"),
    ("LLaMA-13B", "135168", "400", "1.1", "0.385", "59", "23"),
    ("LLaMA-33B", "530432", "400", "1.1", "0.385", "233", "90"),
    ("LLaMA-65B", "1022362", "400", "1.1", "0.385", "449", "173"),
    # Touvron et al. 2023, Llama 2, Table 2: hours, watts and tonnes alone; PUE and grid as before.
    ("Llama 2 7B", "184320", "400", "1.1", "0.385", "", "31.22"),
    ("Llama 2 13B", "368640", "400", "1.1", "0.385", "", "62.44"),
    ("Llama 2 34B", "1038336", "350", "1.1", "0.385", "", "153.90"),
    ("Llama 2 70B", "1720320", "400", "1.1", "0.385", "", "291.42"),
    # Patterson et al. 2021, Table 4: 10,000 V100 for 14.8 days, which are rounded.
    ("GPT-3", "3552000", "330", "1.1", "0.429", "1287", "552.1"),
]


@pytest.mark.parametrize(("model", "hours", "watts", "pue", "per_kwh", "mwh", "tonnes"), PRINTED)
def test_published_models(
    model: str, hours: str, watts: str, pue: str, per_kwh: str, mwh: str, tonnes: str
) -> None:
    """LLaMA and Llama 2 (Touvron et al. 2023) within a digit, GPT-3 (Patterson et al.) in 0.2 %."""
    result = compute_workload.calculate(
        accelerator_hours=Decimal(hours),
        average_power_w=Decimal(watts),
        pue=Decimal(pue),
        grid=grid(per_kwh),
    )

    product = Decimal(hours) * Decimal(watts) * Decimal(pue) * Decimal(per_kwh) / 1000
    assert result.emissions_kgco2e == product
    worked = {
        mwh: result.steps[0].value / 1000,
        tonnes: result.emissions_kgco2e / 1000,
    }
    for printed, figure in worked.items():
        if printed:
            digit = Decimal(1).scaleb(int(Decimal(printed).as_tuple().exponent))
            most = Decimal(printed) * Decimal("0.002") if model == "GPT-3" else digit
            assert abs(figure - Decimal(printed)) <= most, (model, printed, figure)


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
