"""Reads. What people enter in the ledger's admin, checked before it is asked of the ledger."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.dates import MONTHS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from departments.organisation.calendar import Calendar
from ledger.desk.words import first_day_of, last_day_of
from ledger.exports.registry import FORMATS
from ledger.models.periods import AccountingPeriod, PeriodState
from ledger.periods import YEARS
from pricing import price_lookup


class NewSettlementForm(forms.Form):
    """Which scheme and period to settle."""

    scheme = forms.ChoiceField(label=_("Scheme"))
    period = forms.ChoiceField(
        label=_("Period"), help_text=_("Open periods. Late tonnes of earlier ones come along.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        schemes = [(terms.code, terms.name) for terms in price_lookup.all_scheme_terms()]
        periods = AccountingPeriod.objects.filter(state=PeriodState.OPEN).order_by("days")
        self.choose("scheme", schemes)
        self.choose("period", [(period.code, describe(period)) for period in periods])

    def choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Offer these; a single one is chosen already."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices if len(choices) == 1 else [("", _("Choose …")), *choices]


class NewExportForm(forms.Form):
    """Which part of the journal to export, and as what."""

    format_name = forms.ChoiceField(label=_("Format"))
    period = forms.ChoiceField(label=_("Period"), required=False)
    scheme = forms.ChoiceField(label=_("Scheme"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        periods = AccountingPeriod.objects.order_by("-days")
        schemes = [(terms.code, terms.name) for terms in price_lookup.all_scheme_terms()]
        self._choose(
            "format_name",
            [(one.name, f"{one.name}: {gettext(one.description)}") for one in FORMATS.values()],
        )
        self._choose("period", [("", _("all")), *((one.code, describe(one)) for one in periods)])
        self._choose("scheme", [("", _("all")), *schemes])

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class SweetSpotForm(forms.Form):
    """Whose settlements to estimate from."""

    scheme = forms.ChoiceField(label=_("Scheme"))
    seed = forms.IntegerField(
        label=_("Seed"), initial=1, min_value=0, help_text=_("Kept with the answer.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["scheme"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(terms.code, terms.name) for terms in price_lookup.all_scheme_terms()]


class NewPeriodForm(forms.Form):
    """A period by its first and last day."""

    code = forms.CharField(
        label=_("Code"), max_length=20, help_text=_("For example FY24 or 2024-Q1.")
    )
    first_day = forms.DateField(
        label=_("First day"),
        validators=[MinValueValidator(date(YEARS[0], 1, 1))],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last_day = forms.DateField(
        label=_("Last day"),
        help_text=_("This day belongs to the period."),
        validators=[MaxValueValidator(date(YEARS[-1], 12, 31))],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        facts: dict[str, Any] = super().clean() or {}
        first, last = facts.get("first_day"), facts.get("last_day")
        if not (facts.get("code") and first and last):
            return facts
        if last < first:
            raise ValidationError({"last_day": _("The last day is before the first day.")})
        period = AccountingPeriod(code=facts["code"], days=(first, last + timedelta(days=1)))
        try:
            period.full_clean(exclude=["closed_by", "closed_at"])
        except ValidationError as problem:
            for field, errors in problem.message_dict.items():
                known = field if field in self.fields else NON_FIELD_ERRORS
                self.add_error(None if known == NON_FIELD_ERRORS else known, errors)
        return facts


class OpenPeriodsForm(forms.Form):
    """How a fiscal year is cut, when it begins, and how many periods to open."""

    calendar = forms.ChoiceField(
        label=_("Calendar"),
        choices=[
            (Calendar.MONTH, _("months")),
            (Calendar.QUARTER, _("quarters")),
            (Calendar.YEAR, _("years")),
            (Calendar.WEEKS, _("4-4-5 weeks")),
        ],
    )
    first_month = forms.TypedChoiceField(
        label=_("The fiscal year begins in"),
        coerce=int,
        choices=list(MONTHS.items()),
        help_text=_("It is called after the calendar year it ends in."),
    )
    from_on = forms.DateField(
        label=_("First day"),
        help_text=_("In a 4-4-5 calendar, weeks begin on its weekday."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    how_many = forms.IntegerField(label=_("How many"), initial=12, min_value=1)

    def clean_calendar(self) -> Calendar:
        return Calendar(self.cleaned_data["calendar"])


class AcknowledgeForm(forms.Form):
    """What finance calls the export in its own books, if anything."""

    reference = forms.CharField(
        label=_("Reference"),
        required=False,
        max_length=120,
        help_text=_("For example the document number. May be left empty."),
    )


class RejectForm(forms.Form):
    """Why finance could not take an export."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What has to be mended, for example a blocked account."),
    )


class BookedForm(forms.Form):
    """What the ERP booked of an export."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV: legal_entity, currency, account, amount (or debit and credit); and cost_centre "
            "and document, if the system tells them."
        ),
    )


def describe(period: AccountingPeriod) -> str:
    """`FY23 · 2022-07-01 to 2023-06-30`."""
    return f"{period.code} · {first_day_of(period)} – {last_day_of(period)}"
