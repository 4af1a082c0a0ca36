"""Writes. Estimates of the sweet spot: asked for with their panel, answered once by any worker.

The panel is kept as it was read when somebody asked, so that an answer can be worked out again.
"""

from __future__ import annotations

import csv
import hashlib
import io
import logging
from datetime import datetime

from django.db import transaction

from departments.organisation.access import Permission, may
from departments.organisation.models import User
from departments.organisation.said import said
from ledger.errors.settlements import NotAllowed
from ledger.models.sweet_spots import SweetSpotRun, SweetSpotState
from ledger.sweet_spot_panel import settled_panel
from pricing.errors import PricingError
from pricing.price_lookup import scheme_terms
from pricing.sweet_spot.estimate import estimate_sweet_spot
from pricing.sweet_spot.panel import COLUMNS, Panel, panel_of, read_panel

logger = logging.getLogger(__name__)


def ask(*, scheme_code: str, seed: int, by: User | None) -> SweetSpotRun:
    """Fix the panel of a scheme's posted settlements as an estimate that waits for a worker.

    `by` is None on the command line, which works for whoever may run it.
    Raises: NotAllowed, SchemeNotFound.
    """
    if by is not None and not may(by, Permission.ESTIMATE_SWEET_SPOT):
        roles = Permission.ESTIMATE_SWEET_SPOT.roles_text
        raise NotAllowed(by.get_username(), said("estimate the sweet spot"), roles)
    terms = scheme_terms(code=scheme_code)
    panel = settled_panel(scheme_code=scheme_code)
    text = as_csv(panel)
    return SweetSpotRun.objects.create(
        scheme_id=terms.id,
        panel=text,
        panel_sha256=hashlib.sha256(text.encode()).hexdigest(),
        cell_count=len(panel.cells),
        seed=seed,
        asked_by=by,
    )


@transaction.atomic
def estimate(*, run_id: int, at: datetime) -> None:
    """Answer an estimate that waits; one that has its answer, or another worker's, is left alone.

    Whoever dies in between leaves it waiting. What can't be worked out is kept with its reason.
    """
    run = (
        SweetSpotRun.objects.select_for_update(skip_locked=True)
        .filter(pk=run_id, state=SweetSpotState.WAITING)
        .first()
    )
    if run is None:
        return
    try:
        answer = estimate_sweet_spot(_panel(run), seed=run.seed)
    except (PricingError, ArithmeticError, ValueError) as error:
        logger.exception("sweet spot %s has no answer", run_id)
        run.state, run.error = SweetSpotState.FAILED, str(error) or type(error).__name__
    else:
        run.state, run.answer = SweetSpotState.DONE, answer.as_json()
    run.done_at = at
    run.save(update_fields=["state", "answer", "error", "done_at"])


def waiting_run_ids() -> list[int]:
    """Estimates that no worker has answered yet, the oldest first."""
    waiting = SweetSpotRun.objects.filter(state=SweetSpotState.WAITING)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def as_csv(panel: Panel) -> str:
    """A panel as the file that `read_panel` reads."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for cell in panel.cells:
        driver = "" if cell.driver is None else f"{cell.driver:f}"
        figures = f"{cell.emissions_kgco2e:f}", f"{cell.price_per_tonne:f}", driver
        writer.writerow((cell.department, cell.category, cell.period, *figures))
    return text.getvalue()


def _panel(run: SweetSpotRun) -> Panel:
    return read_panel(run.panel.encode()) if run.cell_count else panel_of([])
