"""Doors. Facts for people: records, instruments, readings and keys take their steps here."""

from departments.inventory.admin import allocation, evidence, instruments, records, sites

__all__ = ["allocation", "evidence", "instruments", "records", "sites"]
