"""Tables: factors, activity data, the emission records made of the two, and instruments."""

from departments.inventory.models import activity, emissions, factors, instruments

__all__ = ["activity", "emissions", "factors", "instruments"]
