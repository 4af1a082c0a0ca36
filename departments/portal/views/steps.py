"""Door. A step somebody takes: say what was done, or why it was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from departments.inventory.errors import EntryRefused, InventoryError
from departments.inventory.errors.entering import UnknownActivity
from departments.inventory.sentences import told
from departments.organisation.errors import OrganisationError
from departments.organisation.telling import refusal_told
from ledger.errors import LedgerError
from pricing.errors import PricingError

Result = TypeVar("Result")

REFUSALS = (InventoryError, OrganisationError, PricingError, LedgerError)


def take(request: HttpRequest, step: Callable[[], Result], *, done: str) -> Result | None:
    """Take a step and say so; a refusal is shown in its own words, and nothing has changed."""
    try:
        result = step()
    except REFUSALS as error:
        messages.error(request, refusal_told(error))
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
        form.add_error(field, _beside(error) if field else refusal_told(error))
    except UnknownActivity as error:
        form.add_error("activity", _beside(error))
    except REFUSALS as error:
        form.add_error(None, refusal_told(error))
    else:
        messages.success(request, done)
        return result
    return None


def _beside(error: EntryRefused | UnknownActivity) -> str:
    """A field's name stands above already."""
    return f"{told(error.reason)} {told(error.hint)}"
