"""Forms. What somebody would like to know the carbon fee of, one form a kind; all by address."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy

from departments.inventory.calculation.methods import METHODS
from departments.inventory.compute_tables import known_accelerators, known_equipment
from departments.inventory.errors.entering import TrialRefused
from departments.inventory.sentences import told
from departments.portal.choices import Offer
from departments.portal.forms import FurtherInputs

FLIGHTS: list[tuple[str, Any]] = [
    ("long-haul/economy-class", gettext_lazy("Long haul, economy")),
    ("long-haul/premium-economy-class", gettext_lazy("Long haul, premium economy")),
    ("long-haul/business-class", gettext_lazy("Long haul, business")),
    ("long-haul/first-class", gettext_lazy("Long haul, first")),
    ("short-haul/economy-class", gettext_lazy("Short haul, economy")),
    ("short-haul/business-class", gettext_lazy("Short haul, business")),
    ("domestic/average-passenger", gettext_lazy("Domestic (within the United Kingdom)")),
]


def _figure(label: Any, *, help_text: Any = "", required: bool = True) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=required,
        min_value=Decimal(0),
        max_digits=20,
        decimal_places=10,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
        help_text=help_text,
    )


def _place(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Place"),
        max_length=60,
        help_text=help_text,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class QuoteForm(forms.Form):
    """Who asks, and for which day; each kind adds what it is about.

    `column_fields` says which field of the page a column of the activity's row comes from.
    """

    kind: ClassVar[str]
    name: ClassVar[Any]
    column_fields: ClassVar[dict[str, str]] = {}

    department = forms.ChoiceField(label=gettext_lazy("Department"))
    on = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=gettext_lazy("The price and the factor of this day count."),
    )

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if offer.asks_code:
            self.fields["department"] = forms.CharField(
                label=gettext_lazy("Department"),
                max_length=200,
                widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
                help_text=gettext_lazy("Code or name"),
            )
            return
        choices = [(each.code, f"{each.code} · {each.name}") for each in offer.departments]
        self.fields["department"].choices = choices  # type: ignore[attr-defined]

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """The fields of this kind alone."""
        return [self[name] for name in self.fields if name not in ("department", "on")]

    def row(self) -> dict[str, str]:
        """The cells of the row that a record of this activity would have."""
        raise NotImplementedError

    def field_of(self, column: str) -> str:
        """The field of the page that a column of the row comes from."""
        return self.column_fields.get(column, column)

    def show_refusal(self, refusal: TrialRefused) -> None:
        """Put each problem beside the field that it is about."""
        for problem in refusal.field_problems:
            column = self.field_of(problem.field)
            beside = column if column in self.fields else None
            words = told(problem.reason)
            self.add_error(beside, words if beside else f"{problem.field}: {words}")


class FlightForm(QuoteForm):
    """A flight, by its length and class."""

    kind, name = "flight", gettext_lazy("A flight")
    column_fields = {"quantity": "distance_km", "activity": "flight_class", "ended_on": "on"}

    flight_class = forms.ChoiceField(label=gettext_lazy("Flight and class"), choices=FLIGHTS)
    distance_km = _figure(
        gettext_lazy("Distance in km"), help_text=gettext_lazy("One way, for example 8850.")
    )
    passengers = forms.IntegerField(
        label=gettext_lazy("Passengers"), min_value=1, max_value=100_000, initial=1
    )
    is_return = forms.BooleanField(label=gettext_lazy("There and back"), required=False)

    def row(self) -> dict[str, str]:
        found = self.cleaned_data
        quantity = found["distance_km"] * found["passengers"] * (2 if found["is_return"] else 1)
        return {
            # With what contrails and other effects at altitude add, as the publisher recommends.
            "activity": f"business-travel-air/flights/{found['flight_class']}/with-rf",
            "quantity": f"{quantity:f}",
            "unit": "passenger.km",
            "place": "GB",
        }


class ComputeForm(QuoteForm):
    """A job on GPUs or TPUs, by their number and hours."""

    kind, name = "compute", gettext_lazy("A GPU job")
    column_fields = {"accelerator_hours": "hours", "quantity": "hours", "ended_on": "on"}

    where = forms.ChoiceField(
        label=gettext_lazy("Where it runs"),
        choices=[
            ("compute/training", gettext_lazy("In our own data centre (Scope 2)")),
            ("compute/cloud", gettext_lazy("Rented from a cloud (Scope 3)")),
        ],
    )
    hardware = forms.CharField(
        label=gettext_lazy("Accelerator"),
        max_length=100,
        widget=forms.TextInput({"list": "known-hardware", "autocomplete": "off"}),
        help_text=gettext_lazy("For example H100 SXM."),
    )
    accelerators = forms.IntegerField(
        label=gettext_lazy("How many"), min_value=1, max_value=10_000_000, initial=8
    )
    hours = _figure(gettext_lazy("Hours each"))
    place = _place(gettext_lazy("A cloud region (aws/us-east-1) or a country (US, KR)."))
    utilisation = _figure(
        gettext_lazy("Utilisation"),
        required=False,
        help_text=gettext_lazy("0 to 1; left out, full load is assumed."),
    )
    pue = _figure(
        gettext_lazy("PUE"),
        required=False,
        help_text=gettext_lazy("Energy of the building over that of its machines, such as 1.2."),
    )

    @property
    def suggestions(self) -> dict[str, list[str]]:
        """Names to choose from, by the list of a field."""
        return {"known-hardware": known_accelerators()}

    def row(self) -> dict[str, str]:
        found = self.cleaned_data
        rest = {name: found[name] for name in ("utilisation", "pue") if found[name] is not None}
        return {
            "activity": found["where"],
            "accelerator_hours": f"{found['accelerators'] * found['hours']:f}",
            "hardware": found["hardware"],
            "place": found["place"],
            **{name: f"{figure:f}" for name, figure in rest.items()},
        }


class ServerForm(QuoteForm):
    """Equipment to be bought, by what its making emits."""

    kind, name = "server", gettext_lazy("A server purchase")
    column_fields = {"quantity": "pieces", "ended_on": "on"}

    hardware = forms.ChoiceField(label=gettext_lazy("What is bought"))
    pieces = forms.IntegerField(
        label=gettext_lazy("How many"), min_value=1, max_value=10_000_000, initial=1
    )
    embodied_kgco2e = _figure(
        gettext_lazy("kgCO2e of making one"),
        required=False,
        help_text=gettext_lazy("The maker's own figure, if there is one; else that of its kind."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each, each) for each in known_equipment()]
        self.fields["hardware"].choices = choices  # type: ignore[attr-defined]

    def row(self) -> dict[str, str]:
        found = self.cleaned_data
        own = found["embodied_kgco2e"]
        return {
            "activity": "hardware/server",
            "quantity": str(found["pieces"]),
            "unit": "item",
            **({"hardware": found["hardware"]} if own is None else {"embodied_kgco2e": f"{own:f}"}),
        }


class ElectricityForm(QuoteForm):
    """Electricity from the grid."""

    kind, name = "electricity", gettext_lazy("Electricity")
    column_fields = {"quantity": "energy_kwh", "ended_on": "on"}

    energy_kwh = _figure(gettext_lazy("kWh"))
    place = _place(gettext_lazy("A country or state: GB, KR, US-CA."))

    def row(self) -> dict[str, str]:
        found = self.cleaned_data
        return {
            "activity": "electricity/grid",
            "quantity": f"{found['energy_kwh']:f}",
            "unit": "kWh",
            "place": found["place"],
        }


class OtherForm(QuoteForm):
    """Any activity that can be recorded."""

    kind, name = "other", gettext_lazy("Anything else")
    column_fields = {"ended_on": "on"}
    given_inputs: frozenset[str] = frozenset()

    activity = forms.CharField(
        label=gettext_lazy("Activity"),
        max_length=250,
        widget=forms.TextInput({"list": "known-activities", "autocomplete": "off"}),
        help_text=gettext_lazy("A path such as electricity/grid or gaseous-fuels/natural-gas."),
    )
    quantity = _figure(gettext_lazy("Quantity"))
    unit = forms.CharField(
        label=gettext_lazy("Unit"), max_length=60, help_text=gettext_lazy("For example kWh, kg, km")
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=60, required=False)
    inputs = FurtherInputs(
        label=gettext_lazy("Further inputs"),
        required=False,
        help_text=gettext_lazy("Some activities need more, one a line: average_power_w = 310"),
    )

    @property
    def suggestions(self) -> dict[str, list[str]]:
        """Names to choose from, by the list of a field."""
        return {"known-activities": sorted(METHODS)}

    def row(self) -> dict[str, str]:
        found = self.cleaned_data
        cells = {name: found[name] for name in ("activity", "unit", "place")}
        self.given_inputs = frozenset(found["inputs"] or {})
        return (found["inputs"] or {}) | cells | {"quantity": f"{found['quantity']:f}"}

    def field_of(self, column: str) -> str:
        """What is wrong with a further input stands beside them all."""
        return "inputs" if column in self.given_inputs else super().field_of(column)


FORMS: dict[str, type[QuoteForm]] = {
    form.kind: form for form in (FlightForm, ComputeForm, ServerForm, ElectricityForm, OtherForm)
}


def kinds() -> list[tuple[str, str]]:
    """What may be asked about, in the order of the page."""
    return [(kind, str(form.name)) for kind, form in FORMS.items()]
