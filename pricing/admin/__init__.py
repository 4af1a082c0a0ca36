"""Doors. Administration of policy."""

from pricing.admin import allocations, prices

__all__ = ["allocations", "prices"]
