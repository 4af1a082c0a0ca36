"""The embedded PostgreSQL and Valkey: where they live, who starts them, who stops them."""

from config.engines.lease import ensure
from config.engines.places import (
    APP_ROLE,
    BACKUP_ROLE,
    DATABASE,
    OWNER_ROLE,
    READER_ROLE,
    Engines,
    here,
)
from config.engines.programs import EnginesUnavailable

__all__ = [
    "APP_ROLE",
    "BACKUP_ROLE",
    "DATABASE",
    "OWNER_ROLE",
    "READER_ROLE",
    "Engines",
    "EnginesUnavailable",
    "ensure",
    "here",
]
