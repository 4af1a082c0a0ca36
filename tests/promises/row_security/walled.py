"""The walled tables, and how to look at them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2.extensions import connection as PsycopgConnection

from config.row_security import WALLS

WALLED = [wall.table for wall in WALLS]
POSTED = ["ledger_settlementline", "ledger_settledrecord", "ledger_journalentry"]
POSTED += ["ledger_journalline"]
OF_NOBODY = {"ledger_journalline": 4, "ledger_periodbalance": 2}  # the fund's, the atmosphere's
OF_NOBODY |= {"ledger_webhookevent": 3}  # calculated, approved, posted
OF_NOBODY |= {"ledger_linetotal": 2, "inventory_daytotal": 1}  # sums of the company
OF_THE_COMPANY = "organisation_auditevent"  # a row a change, of whatever department
# In these books nobody proposed an entry, bought electricity, absorbed anything, shares a pool's
# emissions, has sites, asked for a grant or an export, replayed, estimated or disputed anything,
# listens to webhooks, chose how to be told or was mailed.
EMPTY = {"ledger_manualentry", "ledger_manualentryline"}
EMPTY |= {"ledger_sweetspotrun", "ledger_scenariorun", "ledger_climateaim", "ledger_dispute"}
EMPTY |= {"ledger_exportrun"}
EMPTY |= {"ledger_webhookendpoint", "ledger_webhookdelivery", "ledger_webhookattempt"}
EMPTY |= {"inventory_instrumentuse", "inventory_absorptionclaim"}
EMPTY |= {"inventory_allocationkey", "inventory_allocationshare", "inventory_allocatedpart"}
EMPTY |= {"organisation_noticesetting", "organisation_noticemail"}
EMPTY |= {"inventory_site", "inventory_sitereading"}
EMPTY |= {"pricing_baseline"}
EMPTY |= {"pricing_grantapplication", "pricing_grantmilestone", "pricing_grantmeasurement"}


@contextmanager
def seeing(raw: PsycopgConnection, sees: str | int, person: int | str = "") -> Iterator[Any]:
    """A transaction that sees; it is taken back."""
    with raw.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('carbon.sees', %s, true), set_config('carbon.person', %s, true)",
            [str(sees), str(person)],
        )
        try:
            yield cursor
        finally:
            raw.rollback()


def counts(cursor: Any) -> dict[str, int]:
    found = {}
    for table in WALLED:
        cursor.execute(f"SELECT count(*) FROM {table}")
        found[table] = cursor.fetchone()[0]
    return found
