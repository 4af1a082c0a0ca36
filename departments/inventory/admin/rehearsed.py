"""Doors. What the admin's pages share that enter rows by a function of the domain."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest

from departments.inventory.admin.records import REFUSALS, ReadAdmin, person_of
from departments.inventory.errors import EntryRefused
from departments.inventory.sentences import told
from departments.organisation.models import User
from departments.organisation.telling import refusal_told


class RehearsedForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript when it runs
    """Facts of a row; entering it is rehearsed, so that a refusal stands beside its field."""

    by: User

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            with transaction.atomic():
                self.carry_out()
                transaction.set_rollback(True)
        except EntryRefused as refusal:
            name = refusal.field if refusal.field in self.fields else None
            self.add_error(name, f"{told(refusal.reason)} {told(refusal.hint)}")
        except REFUSALS as refusal:
            raise forms.ValidationError(refusal_told(refusal)) from refusal
        return cleaned

    def carry_out(self) -> Model:
        """Enter the row."""
        raise NotImplementedError

    def _post_clean(self) -> None:
        """The function above has checked more than the model would; it is not filled in here."""


class EnteredAdmin(ReadAdmin):
    """Rows that are entered by their form, approved by another person, and never edited."""

    entered: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is never edited; without it the list would have no actions."""
        return obj is None and (
            super().has_change_permission(request) or self.has_approve_permission(request)
        )

    def has_approve_permission(self, request: HttpRequest) -> bool:
        """Whether the person's role lets rows count."""
        raise NotImplementedError

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.entered if obj is None else self.shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.shown

    def get_form(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        if obj is not None:
            options["help_texts"] = {}  # nothing is entered here any more
        form = super().get_form(request, obj, **options)
        form.by = person_of(request)
        return form

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return form.instance

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Only through the function that enters such rows."""
        obj.__dict__.update(form.carry_out().__dict__)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Rows beside it are written by steps of their own alone."""
