"""Reads. What people enter about webhooks in the ledger's admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from departments.organisation.models import Department
from ledger.webhooks.endpoints import LONGEST_OVERLAP_HOURS, OVERLAP_HOURS
from ledger.webhooks.events import TESTED, TYPES
from ledger.webhooks.targets import LONGEST


class NewEndpointForm(forms.Form):
    """Where a program listens, and to what."""

    url = forms.CharField(
        label="URL",
        max_length=LONGEST,
        widget=forms.URLInput(attrs={"placeholder": "https://hooks.example.com/carbon-fee"}),
        help_text=_("It begins with https:// and lies on the open internet."),
    )
    description = forms.CharField(label=_("Description"), max_length=200, required=False)
    event_types = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(kind, kind) for kind in TYPES if kind != TESTED],
        help_text=_("None chosen: all of them."),
    )
    departments = forms.MultipleChoiceField(
        label=_("Departments"),
        required=False,
        help_text=_(
            "None chosen: the whole company. Otherwise these and those below them: it then hears "
            "of their statements alone."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["departments"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (code, f"{code} {name}")
            for code, name in Department.objects.order_by("code").values_list("code", "name")
        ]


class RotateForm(forms.Form):
    """How long the secret before signs as well."""

    overlap_hours = forms.IntegerField(
        label=_("Hours for which the old secret signs as well"),
        initial=OVERLAP_HOURS,
        min_value=0,
        max_value=LONGEST_OVERLAP_HOURS,
        help_text=_("Give the receiver the new secret within them. 0 if the old one leaked."),
    )


class WindowForm(forms.Form):
    """From when until when everything is sent again."""

    since = forms.DateTimeField(
        label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    until = forms.DateTimeField(
        label=_("Until, without it"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
