"""Tables: factors, activity data and what is made of the two, instruments, absorption, sites."""

from departments.inventory.models import (
    absorption,
    activity,
    emissions,
    factors,
    instruments,
    sites,
)

__all__ = ["absorption", "activity", "emissions", "factors", "instruments", "sites"]
