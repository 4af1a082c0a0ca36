"""The product's Celery app with an impatient beat: unfinished settlements ring each second."""

from config.celery import app

SWEEP_SECONDS = 1.0

for bell in app.conf.beat_schedule.values():
    if bell["task"] == "ledger.sweep_settlements":
        bell["schedule"] = SWEEP_SECONDS
