"""Doors for the worker: ids in, one call, nothing else."""

from __future__ import annotations

import logging

from celery import shared_task
from celery.exceptions import OperationalError
from django.utils import timezone

from ledger import (
    budgets,
    deliveries,
    export_runs,
    scenario_runs,
    seal,
    settlement_run,
    sweet_spots,
)
from ledger.webhooks import delivering

logger = logging.getLogger(__name__)


@shared_task(name="ledger.calculate_settlement")
def calculate_settlement(settlement_id: int) -> None:
    """Calculate what waits of a settlement; several workers may do it at once.

    A bell that comes too late, or for a settlement that never was, does nothing.
    """
    if settlement_run.is_calculating(settlement_id=settlement_id):
        settlement_run.calculate(settlement_id=settlement_id, at=timezone.now())


@shared_task(name="ledger.sweep_settlements")
def sweep_settlements() -> None:
    """Ring again for every settlement that is not finished, whatever happened to the first bell."""
    for settlement_id in settlement_run.unfinished_settlement_ids():
        calculate_settlement.delay(settlement_id)


@shared_task(name="ledger.deliver_outbox")
def deliver_outbox() -> None:
    """Tell the outside world what is due; several workers may do it at once."""
    deliveries.deliver_due(at=timezone.now())


@shared_task(name="ledger.deliver_webhooks")
def deliver_webhooks() -> None:
    """Tell every endpoint what is due; several workers may do it at once."""
    delivering.deliver_due(clock=timezone.now)


@shared_task(name="ledger.watch_budgets")
def watch_budgets() -> None:
    """Tell whose carbon budget is used to 80 or 100 %; each is told once."""
    budgets.tell_reached(at=timezone.now())


@shared_task(name="ledger.seal_entries")
def seal_entries() -> None:
    """Seal what was committed since the last time."""
    seal.seal_new_entries()


@shared_task(name="ledger.estimate_sweet_spot")
def estimate_sweet_spot(run_id: int) -> None:
    """Answer an estimate that waits; a bell too many does nothing."""
    sweet_spots.estimate(run_id=run_id, at=timezone.now())


@shared_task(name="ledger.sweep_sweet_spots")
def sweep_sweet_spots() -> None:
    """Ring again for every estimate that waits, whatever happened to the first bell."""
    for run_id in sweet_spots.waiting_run_ids():
        estimate_sweet_spot.delay(run_id)


@shared_task(name="ledger.replay_scenario")
def replay_scenario(run_id: int) -> None:
    """Replay a scenario that waits; a bell too many does nothing."""
    scenario_runs.answer(run_id=run_id, at=timezone.now())


@shared_task(name="ledger.sweep_scenarios")
def sweep_scenarios() -> None:
    """Ring again for every scenario that waits, whatever happened to the first bell."""
    for run_id in scenario_runs.waiting_run_ids():
        replay_scenario.delay(run_id)


@shared_task(name="ledger.make_export")
def make_export(run_id: int) -> None:
    """Make an export that waits; a bell too many does nothing."""
    export_runs.fulfil(run_id=run_id, clock=timezone.now)


@shared_task(name="ledger.sweep_exports")
def sweep_exports() -> None:
    """Ring again for every export that waits, whatever happened to the first bell."""
    for run_id in export_runs.waiting_run_ids():
        make_export.delay(run_id)


def ring_export(run_id: int) -> None:
    """Wake a worker for an export; if the broker is down, the sweep rings a minute later."""
    try:
        make_export.delay(run_id)
    except OperationalError as error:
        logger.warning("export job %s waits for the next sweep: %s", run_id, error)


def ring_scenario(run_id: int) -> None:
    """Wake a worker for a scenario; if the broker is down, the sweep rings a minute later."""
    try:
        replay_scenario.delay(run_id)
    except OperationalError as error:
        logger.warning("scenario %s waits for the next sweep: %s", run_id, error)


def ring_sweet_spot(run_id: int) -> None:
    """Wake a worker for an estimate; if the broker is down, the sweep rings a minute later."""
    try:
        estimate_sweet_spot.delay(run_id)
    except OperationalError as error:
        logger.warning("sweet spot %s waits for the next sweep: %s", run_id, error)


def ring_webhooks() -> None:
    """Wake a worker for the webhooks; if the broker is down, the sweep delivers a minute later."""
    try:
        deliver_webhooks.delay()
    except OperationalError as error:
        logger.warning("the webhooks wait for the next sweep: %s", error)


def ring_outbox() -> None:
    """Wake a worker for the outbox; if the broker is down, the sweep delivers a minute later."""
    try:
        deliver_outbox.delay()
    except OperationalError as error:
        logger.warning("the outbox waits for the next sweep: %s", error)


def ring(settlement_id: int, *, shard_count: int) -> None:
    """Wake as many workers as there are shards; a bell too many does nothing.

    A broker that is down loses nothing: the settlement is in its rows, and the sweep rings again.
    """
    try:
        for _ in range(shard_count):
            calculate_settlement.delay(settlement_id)
    except OperationalError as error:
        logger.warning("settlement %s waits for the next sweep: %s", settlement_id, error)
