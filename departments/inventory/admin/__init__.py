"""Doors. Facts for people: records, instruments and readings take their steps here."""

from departments.inventory.admin import instruments, records, sites

__all__ = ["instruments", "records", "sites"]
