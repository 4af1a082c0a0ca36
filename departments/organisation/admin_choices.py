"""Doors. Choosing a row of another table in the admin: from a list, or by looking for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AllValuesFieldListFilter
from django.db.models import Field, ForeignKey, Model
from django.db.models.fields import BLANK_CHOICE_DASH
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.contrib.filters.forms import AutocompleteDropdownForm

from departments.organisation.models import Department

MOST_LISTED = 200  # more than that nobody reads, and no page should carry


def is_long(model: type[Model]) -> bool:
    """Whether a table has more rows than a list shows; costs the same however many there are."""
    rows = model._default_manager.order_by().values("pk")
    return len(rows[: MOST_LISTED + 1]) > MOST_LISTED


def departments_looked_for(model: type[Model]) -> list[str]:
    """The fields of a table that name a department, where there are too many to list."""
    fields = [
        field.name
        for field in model._meta.fields
        if isinstance(field, ForeignKey) and field.remote_field.model is Department
    ]
    return fields if fields and is_long(Department) else []


class LongRelatedFilter(RelatedDropdownFilter):  # type: ignore[misc]  # untyped in the theme
    """A list of the rows to filter by; where it would be too long, one is looked for."""

    is_long = False

    def field_choices(
        self, field: Field[Any, Any], request: HttpRequest, model_admin: Any
    ) -> list[Any]:
        model = field.remote_field.model  # type: ignore[union-attr]  # a filter of related rows
        self.is_long = is_long(model)
        if self.is_long:
            return [("", BLANK_CHOICE_DASH)]
        listed: list[Any] = super().field_choices(field, request, model_admin)
        return listed

    def has_output(self) -> bool:
        return self.is_long or bool(super().has_output())

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        if not self.is_long:
            yield from super().choices(changelist)
            return
        yield {
            "form": AutocompleteDropdownForm(
                request=self.request,
                label=_(" By %(filter_title)s ") % {"filter_title": self.title},
                name=self.lookup_kwarg,
                choices=(),
                field=self.field,
                model_admin=self.model_admin,
                data={self.lookup_kwarg: self.value()},
            )
        }


def values_filter(*values: Any) -> type[AllValuesFieldListFilter]:
    """A filter by these values, None among them; nobody reads the whole table to find them."""

    class ValuesFilter(AllValuesFieldListFilter):
        def __init__(self, *args: Any, **named: Any) -> None:
            super().__init__(*args, **named)
            self.lookup_choices: Any = values

    return ValuesFilter
