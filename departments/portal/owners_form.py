"""Forms: whose the jobs of a file are that another program wrote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.organisation.models import Department
from departments.portal.uploads import ForeignReading

MOST_OWNERS = 200
# What these programs don't write, and every row needs or may have.
FIXED = ("place", "pue", "hardware")


class OwnersForm(forms.Form):
    """A department for each project, account or namespace; and where the machines stand."""

    place = forms.CharField(
        label=gettext_lazy("Place"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("A country code such as GB; empty if the file says it."),
    )
    pue = forms.DecimalField(
        label=gettext_lazy("PUE of the data centre"),
        required=False,
        min_value=1,
        max_digits=6,
        help_text=gettext_lazy("All energy of the building per energy of its machines: 1.2."),
    )
    hardware = forms.CharField(
        label=gettext_lazy("Accelerator"),
        required=False,
        max_length=250,
        help_text=gettext_lazy("Such as A100-80GB, where the file has hours and no energy."),
    )

    def __init__(
        self,
        *args: Any,
        owners: list[str],
        departments: Iterable[Department],
        department: str,
        file_format: str,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.owners, self.file_format = owners, file_format
        choices = [(each.code, f"{each.code} · {each.name}") for each in departments]
        codes = {code for code, _name in choices}
        if not department:
            choices.insert(0, ("", "–"))
        label = _("Department of %(owner)s")
        for number, owner in enumerate(owners):
            self.fields[f"owner_{number}"] = forms.ChoiceField(
                choices=choices,
                initial=owner if owner in codes else department,
                widget=forms.Select({"aria-label": label % {"owner": owner or "–"}}),
            )

    def pairs(self) -> Iterator[tuple[str, Any]]:
        """Each owner with its field."""
        for number, owner in enumerate(self.owners):
            yield owner, self[f"owner_{number}"]

    def settings(self) -> Iterator[Any]:
        """The fields that are about all rows."""
        return (self[name] for name in FIXED)

    def reading(self) -> ForeignReading:
        """What was said."""
        told = self.cleaned_data
        fixed = {name: str(told[name]).strip() for name in FIXED if told[name]}
        owners = {owner: told[f"owner_{number}"] for number, owner in enumerate(self.owners)}
        return ForeignReading(self.file_format, owners, fixed)
