"""Tables: accounts, periods, settlements and the journal they end in."""

from ledger.models import (
    accounts,
    aims,
    disputes,
    exports,
    gl_mapping,
    journal,
    manual_entries,
    outbox,
    periods,
    scenarios,
    seals,
    settlements,
    sweet_spots,
    totals,
    webhooks,
)

__all__ = [
    "accounts",
    "aims",
    "disputes",
    "exports",
    "gl_mapping",
    "journal",
    "manual_entries",
    "outbox",
    "periods",
    "scenarios",
    "seals",
    "settlements",
    "sweet_spots",
    "totals",
    "webhooks",
]
