"""Forms: what people choose, type and hand in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.inventory.seen import seen_results

MOST_UPLOADED_BYTES = 5 * 1024 * 1024
MOST_EVIDENCE_BYTES = 10 * 1024 * 1024


class BillChoice:
    """Which bill somebody would like to see; what is left open is empty."""

    def __init__(self, query: QueryDict) -> None:
        self.department = query.get("department", "")
        self.scheme = query.get("scheme", "")
        self.period = query.get("period", "").replace("\x00", "")
        self.sort = query.get("sort", "")


class LineFilter:
    """Which lines to show, in which order; the address says it all."""

    FIELDS = ("kind", "scope", "true_up", "sort")

    def __init__(self, query: QueryDict) -> None:
        self.kind = query.get("kind", "")
        self.scope = query.get("scope", "")
        self.true_up = query.get("true_up", "")
        self.sort = query.get("sort", "")

    @property
    def sort_by(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def is_narrowed(self) -> bool:
        return bool(self.kind or self.scope or self.true_up)

    @property
    def address(self) -> str:
        """The query of this very view, e.g. `?kind=charge&sort=-amount`."""
        return self._address(self.sort)

    def sorted_by(self, column: str) -> str:
        """The query that sorts by a column: descending first, the other way when asked again."""
        return self._address(column if self.sort == f"-{column}" else f"-{column}")

    def _address(self, sort: str) -> str:
        wanted = {
            "kind": self.kind,
            "scope": self.scope,
            "true_up": self.true_up,
            "sort": sort,
        }
        query = urlencode({name: value for name, value in wanted.items() if value})
        return f"?{query}" if query else "?"


class ActivityFilter:
    """Which activity records to list, and from where on."""

    STATES = ("draft", "submitted", "returned", "approved")

    def __init__(self, query: QueryDict) -> None:
        self.state = query.get("state", "") if query.get("state") in self.STATES else ""
        self.search = query.get("search", "").strip()[:100]
        before = query.get("before", "")
        self.before_id = int(before) if before.isdecimal() and len(before) < 18 else None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.state or self.search)

    @property
    def address(self) -> str:
        """The query of this list from its beginning."""
        return self._address("")

    def older(self, last_id: int) -> str:
        """The query for the page after the record with this id."""
        return self._address(str(last_id))

    def _address(self, before: str) -> str:
        wanted = {"state": self.state, "search": self.search, "before": before}
        return "?" + urlencode({name: value for name, value in wanted.items() if value})


class FurtherInputs(forms.CharField):
    """`name = value` lines as a dict of texts, and back."""

    widget = forms.Textarea(attrs={"rows": 4})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        found: dict[str, str] = {}
        for place, line in enumerate(text.splitlines(), start=1):
            if not line.strip():
                continue
            name, is_there, given = line.partition("=")
            if not is_there or not name.strip() or not given.strip():
                raise forms.ValidationError(
                    _("Line %(line)s: write a name, an equals sign and a value.") % {"line": place}
                )
            found[name.strip()] = given.strip()
        return found

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{name} = {given}" for name, given in value.items())
        return value


class ActivityForm(forms.Form):
    """An activity as somebody types it; whether it can be calculated, the inventory decides."""

    activity = forms.CharField(
        label=gettext_lazy("Activity"),
        max_length=250,
        widget=forms.TextInput({"list": "known-activities", "autocomplete": "off"}),
        help_text=gettext_lazy("A path such as electricity/grid or gaseous-fuels/natural-gas."),
    )
    started_on = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    ended_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=gettext_lazy("It decides the period and the price."),
    )
    quantity = forms.DecimalField(
        label=gettext_lazy("Quantity"),
        max_digits=30,
        decimal_places=10,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
        help_text=gettext_lazy("A point for decimals, no thousands separators: 412500.5"),
    )
    unit = forms.CharField(
        label=gettext_lazy("Unit"), max_length=60, help_text=gettext_lazy("For example kWh, kg, km")
    )
    place = forms.CharField(
        label=gettext_lazy("Place"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("Country code (GB, KR, US-CA) where it happened."),
    )
    inputs = FurtherInputs(
        label=gettext_lazy("Further inputs"),
        required=False,
        help_text=gettext_lazy("Some activities need more, one a line: average_power_w = 310"),
    )
    external_id = forms.CharField(
        label=gettext_lazy("Your reference"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("An invoice or meter number; it can be used once."),
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=500, required=False)
    is_estimated = forms.BooleanField(
        label=gettext_lazy("This quantity is an estimate"), required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("started_on"), cleaned.get("ended_on")
        if first and last and last < first:
            self.add_error("ended_on", _("The last day is before the first day."))
        return cleaned


class CorrectionForm(ActivityForm):
    """A new version of an approved record, with the reason why."""

    external_id = None  # type: ignore[assignment]  # the record keeps its reference
    reason = forms.CharField(
        label=gettext_lazy("Why is it corrected?"),
        max_length=500,
        help_text=gettext_lazy(
            "The approver and the auditor read this. A quantity of 0 takes the record back."
        ),
    )


class UploadForm(forms.Form):
    """A file of activity records."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=255,
        widget=forms.FileInput({"accept": ".csv,.xlsx,.txt,.json,text/csv"}),
        help_text=gettext_lazy(
            "CSV, a workbook (.xlsx), or what CodeCarbon, sacct of Slurm or OpenCost wrote; "
            "at most 5 MB."
        ),
    )

    def clean_file(self) -> Any:
        found = self.cleaned_data["file"]
        if found.size > MOST_UPLOADED_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB. Split it."))
        return found


class EvidenceForm(forms.Form):
    """A file that proves a record; what it is, the inventory tells from its bytes."""

    evidence = forms.FileField(
        label=gettext_lazy("Attach a file"),
        max_length=255,
        widget=forms.FileInput({"accept": ".pdf,.jpg,.jpeg,.png,.csv,.xlsx,.txt"}),
        help_text=gettext_lazy(
            "An invoice, a photo of a meter: PDF, JPEG, PNG, CSV, workbook or plain text, "
            "at most 10 MB."
        ),
    )

    def clean_evidence(self) -> Any:
        found = self.cleaned_data["evidence"]
        if found.size > MOST_EVIDENCE_BYTES:
            raise forms.ValidationError(_("The file is larger than 10 MB."))
        return found


class ChosenForm(forms.Form):
    """Some records of a list, by their ids."""

    records = forms.TypedMultipleChoiceField(coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.data.getlist("records") if isinstance(self.data, QueryDict) else []
        numbers = [each for each in asked if each.isdecimal() and len(each) < 18]
        self.fields["records"].choices = [(each, each) for each in numbers]  # type: ignore[attr-defined]


class DecisionForm(ChosenForm):
    """What an approver decides about some records; a return needs its reason.

    The page says of each record which result it shows: `seen` holds `record:result`.
    """

    decision = forms.ChoiceField(choices=[("approve", ""), ("return", "")])
    reason = forms.CharField(max_length=500, required=False)

    @property
    def seen(self) -> dict[int, int]:
        """The results that the page showed, by record."""
        return seen_results(self.data.getlist("seen") if isinstance(self.data, QueryDict) else [])

    def problem(self) -> str:
        """The first thing that is wrong, for people; empty if nothing is."""
        if "records" in self.errors:
            return _("Choose at least one record.")
        if "decision" in self.errors:
            return _("Choose to approve or to return.")
        if self.cleaned_data["decision"] == "return" and not self.cleaned_data["reason"].strip():
            return _("Say why you return it, so that it can be mended.")
        return ""


class DisputeForm(forms.Form):
    """Why a line is held to be wrong."""

    reason = forms.CharField(
        label=gettext_lazy("What is wrong?"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("With figures, so that somebody else can follow it."),
    )
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        max_length=2_000,
        required=False,
        help_text=gettext_lazy("A link to an invoice or a reading, or where it is kept."),
    )
