"""Writes. Scenarios: replays that are asked for with their settings and answered once, and kept.

A replay itself leaves nothing; only the row of its answer is written, and never the books.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from departments.inventory.errors import InventoryError
from departments.organisation.access import Permission, may
from departments.organisation.models import User
from departments.organisation.said import said
from ledger.errors import LedgerError
from ledger.errors.calendar import PeriodNotFound
from ledger.errors.settlements import NotAllowed
from ledger.models.periods import AccountingPeriod
from ledger.models.scenarios import ScenarioRun, ScenarioState
from ledger.replay import Replay, replay
from ledger.scenario_settings import Settings, settings_of
from ledger.scenarios import replay_content
from pricing.errors import PricingError
from pricing.price_lookup import scheme_terms

logger = logging.getLogger(__name__)


def ask(
    *,
    name: str,
    scheme_code: str,
    period_code: str,
    settings: Settings,
    as_billed: bool = False,
    by: User | None,
) -> ScenarioRun:
    """Fix a scenario's settings as a replay that waits for a worker.

    `by` is None on the command line, which works for whoever may run it.
    Raises: NotAllowed, SchemeNotFound, PeriodNotFound.
    """
    if by is not None and not may(by, Permission.RUN_SCENARIO):
        roles = Permission.RUN_SCENARIO.roles_text
        raise NotAllowed(by.get_username(), said("replay a period"), roles)
    terms = scheme_terms(code=scheme_code)
    period = AccountingPeriod.objects.filter(code=period_code).first()
    if period is None:
        raise PeriodNotFound(period_code)
    return ScenarioRun.objects.create(
        name=name,
        scheme_id=terms.id,
        period=period,
        settings=settings.content(),
        is_as_billed=as_billed,
        asked_by=by,
    )


@transaction.atomic
def answer(*, run_id: int, at: datetime) -> None:
    """Replay a scenario that waits; one that has its answer, or another worker's, is left alone.

    Whoever dies in between leaves it waiting. What can't be replayed is kept with its reason.
    """
    run = (
        ScenarioRun.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("scheme", "period")
        .filter(pk=run_id, state=ScenarioState.WAITING)
        .first()
    )
    if run is None:
        return
    try:
        found = replay(
            scheme_code=run.scheme.code,
            period_code=run.period.code,
            settings=settings_of(run.settings),
            as_billed=run.is_as_billed,
        )
    except (LedgerError, PricingError, InventoryError) as refusal:
        logger.warning("scenario %s has no answer: %s", run_id, refusal)
        run.state, run.error = ScenarioState.FAILED, str(refusal)
        run.done_at = at
        run.save(update_fields=["state", "error", "done_at"])
    else:
        _keep(run, found, at)


@transaction.atomic
def save(found: Replay, *, name: str, at: datetime) -> ScenarioRun:
    """Keep a replay that was made on the command line, as a scenario with its answer.

    Raises: SchemeNotFound, PeriodNotFound.
    """
    run = ask(
        name=name,
        scheme_code=found.scheme,
        period_code=found.period,
        settings=found.settings,
        as_billed=found.is_as_billed,
        by=None,
    )
    _keep(run, found, at)
    return run


def _keep(run: ScenarioRun, found: Replay, at: datetime) -> None:
    run.state, run.answer = ScenarioState.DONE, replay_content(found)
    run.answer_sha256 = sha256(answer_text(run.answer).encode()).hexdigest()
    run.done_at = at
    run.save(update_fields=["state", "answer", "answer_sha256", "done_at"])


def answer_text(content: dict[str, Any]) -> str:
    """An answer as its SHA-256 is made over: JSON with sorted keys and no spaces."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def waiting_run_ids() -> list[int]:
    """Scenarios that no worker has replayed yet, the oldest first."""
    waiting = ScenarioRun.objects.filter(state=ScenarioState.WAITING)
    return list(waiting.order_by("pk").values_list("pk", flat=True))
