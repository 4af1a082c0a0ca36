"""Writes. Exports that are asked for, and made once by a worker; how far each is stands in its row.

Whoever dies half-way leaves the row waiting and no export: the number is drawn in the transaction
that registers the file, and another worker begins again with the same part of the journal.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import psycopg2
from django.db import Error, connection, transaction

from departments.inventory.errors import InventoryError
from departments.organisation.models import User
from ledger.errors import LedgerError
from ledger.errors.exports import ExportBroken
from ledger.errors.settlements import JobNotFound
from ledger.exports.registered import part_of, to_replace
from ledger.exports.rows import Selection, last_line_id
from ledger.exports.run import Nowhere, Order, check, make
from ledger.models.accounts import Commodity
from ledger.models.exports import ExportRun, ExportState, JournalExport
from ledger.models.periods import AccountingPeriod
from pricing import price_lookup
from pricing.errors import PricingError

MOST_ATTEMPTS = 5
MOST_PROBLEMS = 1_000  # that are kept of a file; its error says the first twenty
REFUSALS = (LedgerError, PricingError, InventoryError)
Clock = Callable[[], datetime]

logger = logging.getLogger(__name__)


def ask(
    *,
    format_name: str,
    by: User | None,
    period: str | None = None,
    scheme: str | None = None,
    commodity: str | None = None,
) -> ExportRun:
    """Leave an export for a worker. What keeps its file from leaving is only known once it is made.

    Raises: NotAllowed, ExportFormatUnknown, PeriodNotFound, SchemeNotFound, CommodityNotFound.
    """
    check(format_name, by, period, scheme, commodity)
    return _left(format_name, by, (period, scheme, commodity))


def ask_replacement(*, sequence: int, by: User | None, format_name: str | None = None) -> ExportRun:
    """Leave for a worker what stands in for a rejected export, in its format or another.

    Raises: as ask; ExportNotFound, ExportNotReplaceable.
    """
    rejected = to_replace(sequence=sequence)
    part, name = part_of(rejected), format_name or rejected.format_name
    check(name, by, *part)
    return _left(name, by, part, rejected)


def fulfil(*, run_id: int, clock: Clock) -> None:
    """Make an export that waits; one that is made, or that another worker makes, is left alone.

    What is refused is kept with its reason. What breaks is raised, and tried again by the next
    bell, five times at most.
    """
    try:
        if _begin(run_id, clock):
            _make(run_id, clock)
    except Exception as failure:
        waiting = ExportRun.objects.filter(pk=run_id, state=ExportState.WAITING)
        waiting.update(error=(str(failure) or type(failure).__name__)[:2000])
        raise


def find(*, run_id: int) -> ExportRun:
    """An export that was asked for, with what came of it.

    Raises: JobNotFound.
    """
    found = ExportRun.objects.select_related(
        *("period", "scheme", "asked_by", "export__exported_by", "export__replaces"),
        *("export__acknowledgement__acknowledged_by", "export__rejection__rejected_by"),
        "export__replacement",
    )
    run = found.filter(pk=run_id).first()
    if run is None:
        raise JobNotFound(f"export_{run_id}")
    return run


def waiting_run_ids() -> list[int]:
    """Exports that are not made yet, the oldest first."""
    waiting = ExportRun.objects.filter(state=ExportState.WAITING)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def _left(
    format_name: str,
    by: User | None,
    part: tuple[str | None, str | None, str | None],
    replaces: JournalExport | None = None,
) -> ExportRun:
    period, scheme, commodity = part
    run = ExportRun.objects.create(
        format_name=format_name,
        period=AccountingPeriod.objects.filter(code=period).first(),
        scheme_id=None if scheme is None else price_lookup.scheme_terms(code=scheme).id,
        commodity=Commodity.objects.filter(code=commodity).first(),
        replaces=replaces,
        asked_by=by,
    )
    run.refresh_from_db()
    return run


@transaction.atomic
def _begin(run_id: int, clock: Clock) -> bool:
    """Count the attempt, and fix once up to which line the export goes.

    In a transaction of its own: to know the last line, posting has to wait, and it shall not wait
    for a whole file.
    """
    run = _claimed(run_id)
    if run is None:
        return False
    if run.attempts >= MOST_ATTEMPTS:
        _fail(run, ExportBroken(run.attempts, run.error), clock())
        return False
    run.attempts, run.started_at = run.attempts + 1, clock()
    if run.through_line_id is None:
        run.through_line_id = last_line_id(period=run.period.code if run.period else None)
    run.save(update_fields=["attempts", "started_at", "through_line_id"])
    return True


@transaction.atomic
def _make(run_id: int, clock: Clock) -> None:
    run = _claimed(run_id)
    if run is None:
        return
    try:
        with transaction.atomic(), _Progress(run_id) as progress:
            export = make(_order_of(run), into=Nowhere(), progress=progress.tell)
    except REFUSALS as refusal:
        logger.warning("export job %s has no file: %s", run_id, refusal)
        _fail(run, refusal, clock())
        return
    run.state, run.export, run.error = ExportState.DONE, export, ""
    run.lines_done = run.line_count = export.line_count
    run.done_at = clock()
    run.save(update_fields=["state", "export", "error", "lines_done", "line_count", "done_at"])


def _claimed(run_id: int) -> ExportRun | None:
    """The run, if it waits and no other worker is at it; ours until the transaction ends.

    The row itself stays free, so that its progress can be written beside.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('export job', %s))", [run_id]
        )
        if not cursor.fetchone()[0]:
            return None
    waiting = ExportRun.objects.filter(pk=run_id, state=ExportState.WAITING)
    return waiting.select_related("period", "scheme", "asked_by", "replaces").first()


def _order_of(run: ExportRun) -> Order:
    """Raises: as ask, if what was allowed and there no longer is."""
    scheme = run.scheme.code if run.scheme else None
    part = (run.period.code if run.period else None, scheme, run.commodity_id)
    layout = check(run.format_name, run.asked_by, *part)
    assert run.through_line_id is not None
    return Order(layout, Selection(*part, run.through_line_id), run.asked_by, run.replaces)


def _fail(run: ExportRun, refusal: Any, at: datetime) -> None:
    run.state, run.error, run.done_at = ExportState.FAILED, str(refusal), at
    run.error_code = refusal.code
    run.problems = list(getattr(refusal, "problems", ()))[:MOST_PROBLEMS]
    run.save(update_fields=["state", "error", "done_at", "error_code", "problems"])


class _Progress:
    """Tells how far a file is by a connection of its own: ours is busy with COPY until the end."""

    def __init__(self, run_id: int) -> None:
        self._run_id, self._beside = run_id, connection.copy()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._beside.close()

    def tell(self, done: int, total: int) -> None:
        """A file is not given up because nobody could be told of it."""
        try:
            self._beside.ensure_connection()
            with self._beside.connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE ledger_exportrun SET lines_done = %s, line_count = %s WHERE id = %s",
                    [done, total, self._run_id],
                )
        except (Error, psycopg2.Error) as failure:
            logger.warning("export job %s can't say how far it is: %s", self._run_id, failure)
