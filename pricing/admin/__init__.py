"""Doors. Administration of policy."""

from pricing.admin import allocations, grant_budgets, prices, texts

__all__ = ["allocations", "grant_budgets", "prices", "texts"]
