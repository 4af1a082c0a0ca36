"""SIGKILL before and after every SQL statement of a step; taken again, the books are the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count, takewhile
from typing import Any

import pytest

from departments.inventory import activity_import
from departments.inventory.models.activity import ActivityRecord, ImportBatch
from departments.organisation.models import Department, User
from ledger import balances, export_runs, period_close, posting, settlement_run, verification
from ledger.models.accounts import Account
from ledger.models.exports import ExportRun, JournalExport
from ledger.models.journal import JournalEntry
from ledger.models.periods import AccountingPeriod, PeriodSeal
from ledger.models.settlements import SettledRecord, Settlement, SettlementLine, SettlementShard
from tests.ledger.books import NOON, open_books
from tests.promises.kill_points import Snapshot, Step, is_killed, take
from tests.promises.thorough import THOROUGH

pytestmark = pytest.mark.django_db(transaction=True)

FEBRUARY, MAY = date(2023, 2, 1), date(2023, 5, 1)
FILE = b"""\
department,activity,started_on,ended_on,quantity,unit,external_id
CLOUD,reported/scope-1,2023-08-01,2023-08-31,12.5,t,a
CLOUD,reported/scope-1,2023-09-01,2023-09-30,13.5,t,b
"""


def fill() -> None:
    """A first quarter that is closed; late, restated and new results that wait for the second."""
    books = open_books()
    first = books.emit("CLOUD", FEBRUARY, "1000")
    books.emit("OFFICES", FEBRUARY, "2000.4", scope=2, location_kgco2e="2500")
    books.settle("2023Q1")
    period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
    books.emit("CLOUD", FEBRUARY, "1500.3", supersedes=first)
    books.emit("OFFICES", FEBRUARY, "300")
    books.emit("CLOUD", MAY, "100.4")
    books.emit("CLOUD", MAY, "3000", durability_class="medium", removal_state="verified")
    books.emit("OFFICES", MAY, "7000", scope=3, category=1)


# --- the steps, each as a person would take it again ---------------------------------------------


def who(username: str) -> User:
    return User.objects.get(username=username)


def newest() -> int:
    return Settlement.objects.order_by("-pk")[0].pk


def take_in() -> None:
    if not activity_import.is_imported(FILE):
        activity_import.import_file(
            file_name="august.csv",
            content=FILE,
            by=who("contributor"),
            at=NOON,
            departments=Department.objects.all(),
        )


def prepare() -> None:
    settlement_run.prepare(scheme_code="fee", period_code="2023Q2", by=who("analyst"))


def calculate() -> None:
    while settlement_run.calculate_next_shard(settlement_id=newest(), at=NOON):
        pass


def finish() -> None:
    settlement_run.finish_if_whole(settlement_id=newest(), at=NOON)


def approve() -> None:
    settlement_run.approve(settlement_id=newest(), by=who("approver"), at=NOON)


def post() -> None:
    settlement_run.post(settlement_id=newest(), by=who("finance"), at=NOON)


def post_by_hand() -> int:
    fee = Account.objects.get(code="Expenses:Carbon-Fee:FEE:CLOUD")
    fund = Account.objects.get(code="Equity:Carbon-Fund:FEE")
    return posting.post(
        entry_date=MAY,
        description="by hand",
        lines=[posting.Line(fee.pk, "USD", debit=100), posting.Line(fund.pk, "USD", credit=100)],
        source=posting.Source("note", "1", "charge"),
        by=who("finance"),
    )


def reverse() -> None:
    entry = JournalEntry.objects.get(source_type="note")
    if not JournalEntry.objects.filter(reverses=entry).exists():
        posting.reverse(entry_id=entry.pk, entry_date=MAY, reason="a slip", by=who("finance"))


def close() -> None:
    period_close.close(period_code="2023Q2", by=who("finance"), at=NOON)


def export() -> None:
    run = ExportRun.objects.first()
    if run is None:
        run = export_runs.ask(format_name="jsonl", by=who("finance"), period="2023Q2")
    export_runs.fulfil(run_id=run.pk, clock=lambda: NOON)


STEPS: dict[str, Step] = {
    "import": take_in,
    "prepare": prepare,
    "calculate": calculate,
    "finish": finish,
    "approve": approve,
    "post": post,
    "post by hand": post_by_hand,
    "reverse": reverse,
    "close": close,
    "export": export,
}


# --- what must be the same -----------------------------------------------------------------------


def everything() -> dict[str, Any]:
    """The books without the ids and moments that a second try gives anew."""
    return {
        "balances": [(row.account, row.debit, row.credit) for row in balances.trial_balance()],
        "entries": listed(
            JournalEntry, "entry_date", "description", "purpose", "reverses__description"
        ),
        "settlements": listed(
            Settlement, "period__code", "revision", "state", "record_count", "input_sha256"
        ),
        "shards": listed(
            SettlementShard, "settlement__period__code", "number", "state", "attempts"
        ),
        "lines": listed(
            SettlementLine,
            *("settlement__period__code", "department__code", "activity_period__code", "kind"),
            *("settled_mgco2e", "settled_before_mgco2e", "amount_minor", "amount_before_minor"),
        ),
        "settled": listed(SettledRecord, "emission_record", "sign"),
        "periods": listed(AccountingPeriod, "code", "state"),
        "seals": listed(PeriodSeal, "number", "period__code", "line_count"),
        "exports": listed(JournalExport, "sequence", "sha256", "line_count", "run__state"),
        "records": listed(ActivityRecord, "external_id", "state", "quantity"),
        "files": listed(ImportBatch, "file_name", "row_count"),
        "findings": [str(finding) for finding in verification.verify().findings],
    }


def listed(model: Any, *names: str) -> list[list[str]]:
    return sorted([str(value) for value in row] for row in model.objects.values_list(*names))


# --- the test ------------------------------------------------------------------------------------


@pytest.fixture
def snapshot() -> Iterator[list[Snapshot]]:
    """Taken by the test; gone after it."""
    taken: list[Snapshot] = []
    yield taken
    for found in taken:
        found.drop()


@pytest.mark.parametrize("name", STEPS)
def test_a_step_killed_anywhere_and_taken_again_leaves_the_same_books(
    name: str, snapshot: list[Snapshot]
) -> None:
    fill()
    for earlier in takewhile(lambda step: step != name, STEPS):
        STEPS[earlier]()
    snapshot.append(Snapshot())
    take(STEPS[name])
    undisturbed = everything()
    assert undisturbed["findings"] == []

    for number, after in kill_points():
        snapshot[0].restore()
        if not is_killed(STEPS[name], at=number, after=after):
            assert number > 3, "hardly a statement was met"
            return
        take(STEPS[name])
        assert everything() == undisturbed, f"killed {'after' if after else 'before'} {number}"


def kill_points() -> Iterator[tuple[int, bool]]:
    """Before and after each statement.

    To die after one is to die before the next: what lies between is memory, and dies as well. So
    each moment is tried once, or with CFL_THOROUGH=1 from both sides.
    """
    for number in count(1):
        if number == 1 or THOROUGH:
            yield number, False
        yield number, True
