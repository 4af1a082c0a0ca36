"""Forms: which column of a file is which of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.inventory.activity_file import OPTIONAL, REQUIRED
from departments.inventory.column_mapping.inspection import Inspection
from departments.inventory.column_mapping.plan import ColumnPlan
from departments.portal.forms import FurtherInputs

ASKED = (*REQUIRED, *OPTIONAL)


class ColumnsForm(forms.Form):
    """For each of our columns one of the file's, or a value for all rows; guesses stand in it."""

    day_order = forms.ChoiceField(
        label=gettext_lazy("Days whose year is last"),
        required=False,
        choices=[
            ("", gettext_lazy("told from the whole file")),
            ("dmy", gettext_lazy("day first: 31.01.2024")),
            ("mdy", gettext_lazy("month first: 01/31/2024")),
        ],
    )
    decimal_sign = forms.ChoiceField(
        label=gettext_lazy("Decimal sign"),
        required=False,
        choices=[
            ("", gettext_lazy("told from the whole column")),
            ("point", gettext_lazy("a point: 1,234.5")),
            ("comma", gettext_lazy("a comma: 1.234,5")),
        ],
    )
    units = FurtherInputs(
        label=gettext_lazy("Words for units"),
        required=False,
        help_text=gettext_lazy("If the file has its own words, one a line: Stück = item"),
    )
    save_as = forms.CharField(
        label=gettext_lazy("Save this reading as"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("A file with the same columns is offered it again."),
    )

    def __init__(self, *args: Any, seen: Inspection, department: str, **options: Any) -> None:
        super().__init__(*args, **options)
        plan = seen.plan
        names = [(name, name) for name in dict.fromkeys(seen.header) if name]
        fixed = dict(plan.fixed)
        if "department" not in plan.columns:
            fixed.setdefault("department", department)
        for ours in ASKED:
            which, every = _("Column for %(ours)s"), _("In every row for %(ours)s")
            self.fields[f"column_{ours}"] = forms.ChoiceField(
                required=False,
                widget=forms.Select({"aria-label": which % {"ours": ours}}),
                choices=[("", "–"), *names],
                initial=plan.columns.get(ours, ""),
            )
            self.fields[f"value_{ours}"] = forms.CharField(
                required=False,
                widget=forms.TextInput({"aria-label": every % {"ours": ours}}),
                max_length=250,
                initial=fixed.get(ours, ""),
            )
        for name in ("day_order", "decimal_sign", "units"):
            self.fields[name].initial = getattr(plan, name)

    def pairs(self) -> Iterator[tuple[str, bool, Any, Any]]:
        """Our column, whether it is needed, and its two fields."""
        for ours in ASKED:
            yield ours, ours in REQUIRED, self[f"column_{ours}"], self[f"value_{ours}"]

    def settings(self) -> Iterator[Any]:
        """The fields that are about all columns."""
        return (self[name] for name in ("day_order", "decimal_sign", "units", "save_as"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for ours in REQUIRED:
            if not cleaned.get(f"column_{ours}") and not cleaned.get(f"value_{ours}"):
                self.add_error(f"column_{ours}", _("Choose a column, or enter a value."))
        return cleaned

    def plan(self, start: ColumnPlan) -> ColumnPlan:
        """The reading that was asked for; a column goes before a value for all rows."""
        told = self.cleaned_data
        columns = {ours: told[f"column_{ours}"] for ours in ASKED if told[f"column_{ours}"]}
        values = {ours: told[f"value_{ours}"].strip() for ours in ASKED if ours not in columns}
        return ColumnPlan(
            columns=columns,
            fixed={ours: text for ours, text in values.items() if text},
            units=told["units"] or {},
            day_order=told["day_order"],
            decimal_sign=told["decimal_sign"],
            encoding=start.encoding,
            skip_rows=start.skip_rows,
        )
