"""Doors. Administration of policy."""

from pricing.admin import allocations, exchange_rates, grant_budgets, prices, texts

__all__ = ["allocations", "exchange_rates", "grant_budgets", "prices", "texts"]
