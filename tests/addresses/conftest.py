"""One company for all tests of a file; what a test does is undone, as ever."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from celery.app.task import Task
from django.db import transaction

from tests.addresses.company import Company, found_company


@pytest.fixture(scope="module")
def company(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    """The company, rolled back when the file's tests are done."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(Task, "apply_async", lambda *_, **__: None)  # no broker is told
        patch.setattr(Celery, "send_task", lambda *_, **__: None)
        yield found_company(tmp_path_factory.mktemp("factors"))
        transaction.set_rollback(True)
