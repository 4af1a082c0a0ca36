"""Doors. The admin's pages of this app."""

from departments.inventory.admin import (
    absorption,
    allocation,
    evidence,
    factor_sets,
    imports,
    instruments,
    records,
    sites,
)

__all__ = [
    "absorption",
    "allocation",
    "evidence",
    "factor_sets",
    "imports",
    "instruments",
    "records",
    "sites",
]
