"""Forms: an application for a grant, and what the steps of a grant ask."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pricing.grant_reading import AskedMilestone

ROWS = 4
_DAY: dict[str, Any] = {"widget": forms.DateInput({"type": "date"}, "%Y-%m-%d")}


def _amount(label: Any, help_text: Any = "", **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        max_digits=30,
        decimal_places=9,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
        **options,
    )


class GrantForm(forms.Form):
    """What a department asks of the fund and promises; what fits, pricing decides."""

    title = forms.CharField(label=gettext_lazy("What is done"), max_length=200)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
    )
    effect = forms.ChoiceField(
        label=gettext_lazy("Effect"),
        choices=[
            ("abatement", gettext_lazy("Emits less")),
            ("absorption", gettext_lazy("Absorbs carbon")),
        ],
    )
    starts_on = forms.DateField(label=gettext_lazy("First day of the project"), **_DAY)
    cost = _amount(gettext_lazy("Whole cost"), gettext_lazy("In the currency of the scheme."))
    asked = _amount(gettext_lazy("Asked of the fund"))
    saved_per_year = _amount(
        gettext_lazy("Saved a year"),
        gettext_lazy("Money that it saves each year; below zero if running it costs."),
        required=False,
    )
    tonnes_per_year = _amount(gettext_lazy("Tonnes a year"), gettext_lazy("tCO2e, promised."))
    lifetime_years = forms.IntegerField(
        label=gettext_lazy("Lifetime, years"), min_value=1, max_value=100
    )
    uncertainty_percent = _amount(
        gettext_lazy("Uncertainty, ± %"), gettext_lazy("How far the tonnes may be off.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in range(ROWS):
            first = row == 0
            self.fields[f"title_{row}"] = forms.CharField(
                label=_("What is shown"), max_length=200, required=first
            )
            self.fields[f"due_on_{row}"] = forms.DateField(
                label=_("By the day"), required=first, **_DAY
            )
            self.fields[f"amount_{row}"] = _amount(_("Paid for it"), required=first)

    @property
    def milestone_rows(self) -> list[list[forms.BoundField]]:
        """The fields of each milestone, for the page."""
        names = ("title", "due_on", "amount")
        return [[self[f"{name}_{row}"] for name in names] for row in range(ROWS)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for row in range(1, ROWS):
            names = (f"{name}_{row}" for name in ("title", "due_on", "amount"))
            given = [cleaned.get(name) not in (None, "") for name in names]
            if any(given) and not all(given):
                self.add_error(f"title_{row}", _("Fill in all three, or none."))
        return cleaned

    def field_of(self, problem: str) -> str | None:
        """The field of the page that a problem's own name means; None for none of them."""
        match problem.split("."):
            case ["milestones"]:  # they don't add up
                return "asked"
            case ["milestones", number, name]:
                filled = [row for row in range(ROWS) if self[f"title_{row}"].value()]
                return f"{name}_{filled[int(number)]}"
            case _:
                return problem if problem in self.fields else None

    def facts(self) -> dict[str, Any]:
        """What pricing is asked to write."""
        found = dict(self.cleaned_data)
        milestones = []
        for row in range(ROWS):
            title, due_on, amount = (
                found.pop(f"{name}_{row}") for name in ("title", "due_on", "amount")
            )
            if title:
                milestones.append(AskedMilestone(title, due_on, amount))
        found["saved_per_year"] = found["saved_per_year"] or Decimal(0)
        return {**found, "milestones": milestones}


class StepForm(forms.Form):
    """What any step of a grant may ask; each step reads what it needs."""

    step = forms.CharField(max_length=30)
    number = forms.IntegerField(required=False, min_value=1)
    reason = forms.CharField(required=False, max_length=2000)
    evidence = forms.CharField(required=False, max_length=2000)
    discount_percent = forms.DecimalField(required=False, max_digits=9, decimal_places=3)
    on = forms.DateField(required=False)
    starts_on = forms.DateField(required=False)
    ends_before = forms.DateField(required=False)
    tonnes = forms.DecimalField(required=False, max_digits=30, decimal_places=9)
    uncertainty_percent = forms.DecimalField(required=False, max_digits=9, decimal_places=3)
