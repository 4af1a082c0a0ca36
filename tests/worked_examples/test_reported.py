"""Ready-made tonnes add up to the totals that a company published."""

from decimal import Decimal

import pytest

from departments.inventory.calculation import reported


@pytest.mark.parametrize(
    ("scope_1", "market_based", "subtotal"),
    [
        ("118100", "456119", "574219"),  # FY20
        ("123704", "429405", "553109"),  # FY21
        ("139413", "288029", "427442"),  # FY22
        ("144960", "393134", "538094"),  # FY23
    ],
)
def test_microsoft_scopes_1_and_2(scope_1: str, market_based: str, subtotal: str) -> None:
    """Microsoft 2024 Environmental Sustainability Report, Data Fact Sheet, market-based."""
    first = reported.calculate(quantity=Decimal(scope_1))
    second = reported.calculate_scope2(market_based=Decimal(market_based))

    assert second.market_based is not None
    kilograms = first.emissions_kgco2e + second.market_based.emissions_kgco2e
    assert kilograms == Decimal(subtotal) * 1000
    assert second.location_based is None
