"""What money bought and what was invested in: the examples of the Scope 3 Calculation Guidance.

GHG Protocol, Technical Guidance for Calculating Scope 3 Emissions (version 1.0, 2013). Its figures
are illustrative, as it says itself; its totals are printed.
"""

from decimal import Decimal

from departments.inventory.calculation import investments, purchased_goods, spend
from departments.inventory.calculation.result import Factor


def bought(money: str, kgco2e_per_usd: str) -> Decimal:
    factor = Factor(kgco2e_per_unit=Decimal(kgco2e_per_usd), unit="USD")
    return spend.calculate(quantity=Decimal(money), unit="USD", factor=factor).emissions_kgco2e


def held(tonnes: str, share: str) -> Decimal:
    """Tonnes of an investee that fall on who holds a share of it."""
    result = investments.calculate(
        quantity=Decimal(tonnes), unit="tCO2e", ownership_share=Decimal(share)
    )
    return result.emissions_kgco2e / 1000


def test_components_by_mass_and_raw_materials_by_spend() -> None:
    """Example 1.4, Company E: six components by kilogram, nine materials by dollar, 54,100 kg."""
    by_mass = [
        ("400", "20"),  # hard drives
        ("200", "10"),  # integrated circuits
        ("500", "40"),  # displays
        ("100", "70"),  # semiconductors
        ("1500", "3"),  # batteries
        ("300", "3"),  # keyboards
    ]
    by_spend = [
        ("5000", "0.3"),  # polystyrene
        ("3000", "0.3"),  # ABS
        ("4000", "0.3"),  # PET
        ("6000", "0.5"),  # aluminium
        ("1500", "0.2"),  # steel
        ("5000", "0.2"),  # cyclohexane
        ("5000", "0.3"),  # epoxy resin
        ("1000", "0.3"),  # copper
        ("5000", "0.4"),  # glass
    ]

    components = [
        purchased_goods.calculate(
            quantity=Decimal(mass),
            unit="kg",
            factor=Factor(kgco2e_per_unit=Decimal(per_kg), unit="kg"),
        ).emissions_kgco2e
        for mass, per_kg in by_mass
    ]
    materials = [bought(*each) for each in by_spend]

    assert sum(components) + sum(materials) == Decimal("54100")


def test_investees_by_their_own_inventories() -> None:
    """Example 15.1: two subsidiaries and two joint ventures by share of equity, 493,000 t."""
    shares = [
        held("120000", "0.40"),
        held("200000", "0.15"),
        held("1600000", "0.25"),
        held("60000", "0.25"),
    ]

    assert shares == [48000, 30000, 400000, 15000]
    assert sum(shares) == Decimal("493000")


def test_investees_by_revenue_and_the_factor_of_their_sector() -> None:
    """Example 15.2: revenue × kgCO2e per dollar × share: 90,000, 562,500 and 690,000 kg.

    The guidance prints 900,000 for the fourth, whose own arithmetic is 990,000 (5,500,000 × 0.6 × 2
    + 5,500,000 × 0.4 × 1.5, of which a tenth); and tonnes, where its factors are kilograms.
    """
    revenue = [
        (bought("3000000", "0.6"), "0.05"),
        (bought("7500000", "0.5"), "0.15"),
        (bought("1150000", "3.0"), "0.20"),
        (bought("3300000", "2.0") + bought("2200000", "1.5"), "0.10"),  # 60 and 40 % of 5,500,000
    ]

    shares = [
        investments.calculate(
            quantity=kilograms, unit="kgCO2e", ownership_share=Decimal(share)
        ).emissions_kgco2e
        for kilograms, share in revenue
    ]

    assert shares == [90000, 562500, 690000, 990000]
    assert sum(shares[:3]) == Decimal("1342500")  # 2,242,500 printed, less 900,000


def test_projects_by_share_of_their_cost() -> None:
    """Example 15.3: four projects by share of equity and debt, 26,833 t, of rounded shares."""
    shares = [
        held("200000", "0.05"),
        held("10000", "0.1"),
        held("250000", "0.05"),
        held("30000", "0.1111"),
    ]

    assert sum(shares) == Decimal("26833")


def test_projects_by_what_was_built_and_earned() -> None:
    """Example 15.4: a bridge, a hospital, a paper mill, a power plant: 434 + 260 + 75 + 6,750 t.

    Millions of dollars × tonnes per million are dollars × kilograms per 1,000 of them.
    """
    projects = [
        (bought("20000000", "0.310"), "0.07"),
        (bought("8000000", "0.325"), "0.10"),
        (bought("3000000", "0.500"), "0.05"),
        (bought("15000000", "9.000"), "0.05"),
    ]

    shares = [
        investments.calculate(
            quantity=kilograms, unit="kgCO2e", ownership_share=Decimal(share)
        ).emissions_kgco2e
        / 1000
        for kilograms, share in projects
    ]

    assert shares == [434, 260, 75, 6750]
    assert sum(shares) == Decimal("7519")
