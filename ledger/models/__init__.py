"""Tables: accounts, periods, settlements and the journal they end in."""

from ledger.models import (
    accounts,
    exports,
    journal,
    manual_entries,
    outbox,
    periods,
    seals,
    settlements,
)

__all__ = [
    "accounts",
    "exports",
    "journal",
    "manual_entries",
    "outbox",
    "periods",
    "seals",
    "settlements",
]
