"""Tables: factors, activity data and the emission records made of the two."""

from departments.inventory.models import activity, emissions, factors

__all__ = ["activity", "emissions", "factors"]
