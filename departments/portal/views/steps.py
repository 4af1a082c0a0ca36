"""Door. A step somebody takes: say what was done, or why it was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from departments.inventory.errors import EntryRefused, InventoryError, UnknownActivity
from departments.organisation.errors import OrganisationError
from ledger.errors import LedgerError
from pricing.errors import PricingError

Result = TypeVar("Result")

REFUSALS = (InventoryError, OrganisationError, PricingError, LedgerError)


def take(request: HttpRequest, step: Callable[[], Result], *, done: str) -> Result | None:
    """Take a step and say so; a refusal is shown in its own words, and nothing has changed."""
    try:
        result = step()
    except REFUSALS as error:
        messages.error(request, str(error))
        return None
    messages.success(request, done)
    return result


def take_form(
    request: HttpRequest, form: forms.Form, step: Callable[[], Result], *, done: str
) -> Result | None:
    """The same for what a form says; a refusal stands beside the field that it is about."""
    try:
        result = step()
    except EntryRefused as error:
        field = error.field if error.field in form.fields else None
        form.add_error(field, f"{error.reason} {error.hint}" if field else str(error))
    except UnknownActivity as error:
        form.add_error("activity", f"{error.reason} {error.hint}")
    except REFUSALS as error:
        form.add_error(None, str(error))
    else:
        messages.success(request, done)
        return result
    return None
