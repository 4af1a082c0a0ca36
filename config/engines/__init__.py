"""The embedded PostgreSQL and Valkey: where they live, who starts them, who stops them."""

from config.engines.lease import ensure
from config.engines.places import APP_ROLE, DATABASE, OWNER_ROLE, Engines, here
from config.engines.programs import EnginesUnavailable

__all__ = ["APP_ROLE", "DATABASE", "OWNER_ROLE", "Engines", "EnginesUnavailable", "ensure", "here"]
