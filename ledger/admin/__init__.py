"""Doors. The books for people: read everywhere, written only by settling, posting and closing."""

from ledger.admin import (
    aims,
    books,
    disputes,
    exports,
    gl_mapping,
    manual_entries,
    outbox,
    periods,
    scenarios,
    settlements,
    sweet_spots,
    webhooks,
)

__all__ = [
    "aims",
    "books",
    "disputes",
    "exports",
    "gl_mapping",
    "manual_entries",
    "outbox",
    "periods",
    "scenarios",
    "settlements",
    "sweet_spots",
    "webhooks",
]
