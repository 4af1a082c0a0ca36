"""Tables: factors, activity data, the emission records made of the two, instruments and sites."""

from departments.inventory.models import activity, emissions, factors, instruments, sites

__all__ = ["activity", "emissions", "factors", "instruments", "sites"]
