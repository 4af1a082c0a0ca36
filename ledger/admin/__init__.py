"""Doors. The books for people: read everywhere, written only by settling, posting and closing."""

from ledger.admin import (
    aims,
    audit_trail,
    books,
    disputes,
    export_jobs,
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
    "audit_trail",
    "books",
    "disputes",
    "export_jobs",
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
