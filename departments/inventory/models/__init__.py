"""Tables: activity data, factors, their results; instruments, absorption, sites, allocation."""

from departments.inventory.models import (
    absorption,
    activity,
    allocation,
    emissions,
    evidence,
    factors,
    history,
    instruments,
    mappings,
    sites,
    totals,
)

__all__ = [
    "absorption",
    "activity",
    "allocation",
    "emissions",
    "evidence",
    "factors",
    "history",
    "instruments",
    "mappings",
    "sites",
    "totals",
]
