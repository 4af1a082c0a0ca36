"""Doors. Administration of policy."""

from pricing.admin import allocations, prices, texts

__all__ = ["allocations", "prices", "texts"]
