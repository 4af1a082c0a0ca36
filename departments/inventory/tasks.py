"""Doors for the worker: one call, nothing else."""

from __future__ import annotations

import logging
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from departments.inventory import watched_folder
from departments.organisation.models import User

logger = logging.getLogger(__name__)


@shared_task(name="inventory.take_in_watched_folder")
def take_in_watched_folder() -> None:
    """Import what lies in the watched folder, if there is one."""
    if not settings.WATCHED_FOLDER:
        return
    by = User.objects.filter(username=settings.WATCHED_FOLDER_USER, is_active=True).first()
    if by is None:
        logger.error("WATCHED_FOLDER_USER=%r is no active user", settings.WATCHED_FOLDER_USER)
        return
    found = watched_folder.take_in_folder(Path(settings.WATCHED_FOLDER), by=by, at=timezone.now())
    for each in found:
        done = "taken in" if each.is_done else "refused"
        logger.info("%s was %s and moved to %s", each.name, done, each.moved_to)
