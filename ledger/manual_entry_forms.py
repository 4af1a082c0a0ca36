"""Reads. What people enter for entries by hand, and where a problem of it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext_lazy as _

from ledger.errors import FieldProblem
from ledger.manual_lines import MOST_LINES, WrittenLine
from pricing.sentences import told

MORE_LINES = 4
FIELDS = ("account", "commodity", "debit", "credit")


class ReasonForm(forms.Form):
    """Why something is decided."""

    reason = forms.CharField(
        label=_("Reason"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3})
    )


class DisputeRemedyForm(ReasonForm):
    """How an accepted dispute is put right: by one of the two, never both."""

    record_id = forms.IntegerField(
        label=_("Record to correct"),
        required=False,
        min_value=1,
        help_text=_("One of the records that the line is made of."),
    )
    manual_entry_id = forms.TypedChoiceField(
        label=_("Entry by hand"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("A manual entry that is proposed or approved."),
    )

    def __init__(self, *args: Any, entries: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["manual_entry_id"].choices = [("", "–"), *entries]  # type: ignore[attr-defined]


class ReversalForm(ReasonForm):
    """When an entry is taken back, and why."""

    entry_date = forms.DateField(
        label=_("Entry date"),
        help_text=_("A day of an open period."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    field_order = ["entry_date", "reason"]


class ProposalForm(forms.Form):
    """What an entry by hand says, apart from its lines; blanks come with the lines' problems."""

    entry_date = forms.DateField(
        label=_("Entry date"),
        help_text=_("A day of an open period."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    description = forms.CharField(
        label=_("Description"), required=False, help_text=_("As the journal says it.")
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        help_text=_("Why it is needed, for whoever approves it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    evidence = forms.CharField(
        label=_("Evidence"), required=False, help_text=_("A link, or words.")
    )


class LineForm(forms.Form):
    """One line; a row without anything is left out."""

    account = forms.CharField(required=False, label=_("Account"))
    commodity = forms.CharField(required=False, label=_("Unit"))
    debit = forms.CharField(required=False, label=_("Debit"))
    credit = forms.CharField(required=False, label=_("Credit"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = field.label  # the column's head says it to the eye
            if name in ("debit", "credit"):
                field.widget.attrs.update(inputmode="decimal", **{"class": "right"})
        self.fields["account"].widget.attrs["list"] = "accounts"


LineFormSet: type[BaseFormSet[LineForm]] = forms.formset_factory(
    LineForm, extra=MORE_LINES, max_num=MOST_LINES, absolute_max=MOST_LINES
)


def with_more_lines(sent: Any) -> BaseFormSet[LineForm]:
    """The same lines and some empty ones, nothing checked."""
    data = sent.copy()
    count = data.get("lines-TOTAL_FORMS", "")
    shown = int(count) if count.isdecimal() and len(count) <= 4 else 0
    data["lines-TOTAL_FORMS"] = str(min(shown + MORE_LINES, MOST_LINES))
    return LineFormSet(data, prefix="lines")


def written(lines: BaseFormSet[LineForm]) -> list[WrittenLine]:
    """The rows in which something is written."""
    return [
        WrittenLine(**{name: form.cleaned_data.get(name, "") for name in FIELDS})
        for form in _filled(lines)
    ]


def show_problems(
    problems: Sequence[FieldProblem], form: ProposalForm, lines: BaseFormSet[LineForm]
) -> None:
    """Put each problem beside the field it is about."""
    rows = list(_filled(lines))
    for problem in problems:
        words = told(problem.reason)
        match problem.field.split("."):
            case ["lines", number, field]:
                rows[int(number)].add_error(field, words)
            case ["lines"]:
                form.add_error(None, words)
            case _:
                form.add_error(problem.field, words)


def _filled(lines: BaseFormSet[LineForm]) -> Iterator[LineForm]:
    for form in lines.forms:
        if any(form.data.get(form.add_prefix(name), "").strip() for name in FIELDS):
            yield form
