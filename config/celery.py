"""The worker app and the whole timetable.

Rows in PostgreSQL say what is done; Celery only rings. So no result is kept, a task is acknowledged
before it runs, and whatever is lost the sweep rings for again.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("CFL_DATABASE_SEES", "all")  # where settings come first, they have decided

from django.conf import settings

from config import engines

app = Celery("carbon-fee-ledger")
app.conf.update(
    broker_url=settings.BROKER_URL,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 3600},
    task_always_eager=bool(settings.SANDBOX),  # no bell of a sandbox reaches the books' workers
    task_ignore_result=True,
    task_acks_late=False,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    timezone="UTC",
    enable_utc=True,
    beat_schedule={
        **(
            {
                "take in the files of the watched folder": {
                    "task": "inventory.take_in_watched_folder",
                    "schedule": 60.0,
                },
            }
            if settings.WATCHED_FOLDER
            else {}
        ),
        "ring again for unfinished settlements": {
            "task": "ledger.sweep_settlements",
            "schedule": 60.0,
        },
        "ring again for estimates of the sweet spot": {
            "task": "ledger.sweep_sweet_spots",
            "schedule": 60.0,
        },
        "ring again for scenarios": {
            "task": "ledger.sweep_scenarios",
            "schedule": 60.0,
        },
        "ring again for exports": {
            "task": "ledger.sweep_exports",
            "schedule": 60.0,
        },
        "deliver what waits in the outbox": {
            "task": "ledger.deliver_outbox",
            "schedule": 60.0,
        },
        "deliver webhooks that are due": {
            "task": "ledger.deliver_webhooks",
            "schedule": 60.0,
        },
        "send the mails about notices that are due": {
            "task": "organisation.send_notices",
            "schedule": 60.0,
        },
        "look which budgets are used up": {
            "task": "ledger.watch_budgets",
            "schedule": 3600.0,
        },
        "seal what was committed": {
            "task": "ledger.seal_entries",
            "schedule": 60.0,
        },
        "forget answers that were kept for a day": {
            "task": "organisation.forget_old_replies",
            "schedule": 3600.0,
        },
        "forget counts whose while has ended": {
            "task": "organisation.forget_ended_tallies",
            "schedule": 3600.0,
        },
    },
    beat_schedule_filename=str(settings.BEAT_SCHEDULE_FILE),
)
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def _ensure_engines(**_: Any) -> None:
    """A worker and a beat keep the engines running while they run."""
    engines.ensure()
