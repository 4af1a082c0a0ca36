"""Doors. Facts for people: records and instruments take their steps here, the rest is read."""

from departments.inventory.admin import instruments, records

__all__ = ["instruments", "records"]
