"""Door. A step somebody takes: say what was done, or why it was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest

from departments.inventory.errors import InventoryError
from departments.organisation.errors import OrganisationError

Result = TypeVar("Result")

REFUSALS = (InventoryError, OrganisationError)


def take(request: HttpRequest, step: Callable[[], Result], *, done: str) -> Result | None:
    """Take a step and say so; a refusal is shown in its own words, and nothing has changed."""
    try:
        result = step()
    except REFUSALS as error:
        messages.error(request, str(error))
        return None
    messages.success(request, done)
    return result
