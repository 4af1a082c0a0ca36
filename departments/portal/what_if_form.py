"""Forms. What of a bill would be other: all by address, so that it can be kept and passed on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from departments.portal import figures, words
from ledger.bill_facts import BillFacts, BillSettings, Place
from ledger.bill_scenario import HIGHEST_PRICE

PRICE, RAIL, CERTIFICATES = "price", "rail", "certificates"


class PercentField(forms.DecimalField):
    """0 to 100; a percent sign is welcome."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            min_value=Decimal(0),
            max_value=Decimal(100),
            decimal_places=4,
            widget=_figure(),
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace("%", "").strip() if value else value)


def _figure() -> forms.TextInput:
    return forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})


class WhatIfForm(forms.Form):
    """A field for everything that this bill lets change; an empty one changes nothing."""

    def __init__(self, *args: Any, facts: BillFacts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places: dict[str, Place] = {}
        if facts.places and not facts.keeps_price:
            self.fields[PRICE] = forms.DecimalField(
                label=_("Price per tonne, %(currency)s") % {"currency": facts.terms.currency},
                required=False,
                min_value=Decimal(0),
                max_value=HIGHEST_PRICE,
                decimal_places=6,
                widget=_figure(),
                help_text=_("On the bill: %(prices)s.") % {"prices": _prices(facts)},
            )
        for place, kgco2e in facts.places.items():
            self._add_reduction(place, kgco2e)
        if facts.swaps.flights:
            self.fields[RAIL] = PercentField(
                label=_("Flights by rail instead, %"),
                help_text=_("Of %(distance)s passenger-km flown, %(tonnes)s; by national rail.")
                % {
                    "distance": figures.plain_number(facts.swaps.flown),
                    "tonnes": figures.tonnes(facts.swaps.flown_kgco2e),
                },
            )
        if facts.swaps.bought:
            self.fields[CERTIFICATES] = PercentField(
                label=_("Grid electricity covered by certificates, %"),
                help_text=_("Of %(tonnes)s, market-based; a certificate counts as 0 kg a kWh.")
                % {"tonnes": figures.tonnes(facts.swaps.bought_kgco2e)},
            )

    def _add_reduction(self, place: Place, kgco2e: Decimal) -> None:
        scope, category = place
        name = f"reduce_{scope}" + (f"_{category}" if category else "")
        self.places[name] = place
        self.fields[name] = PercentField(
            label=words.emission_name(scope, category),
            help_text=_("Less of %(tonnes)s, in percent.") % {"tonnes": figures.tonnes(kgco2e)},
        )

    @property
    def price_field(self) -> forms.BoundField | None:
        return self[PRICE] if PRICE in self.fields else None

    @property
    def swap_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in (RAIL, CERTIFICATES) if name in self.fields]

    @property
    def reduction_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.places]

    def settings(self) -> BillSettings:
        """What is changed; 0 % is no change."""
        found = self.cleaned_data
        return BillSettings(
            price_per_tonne=found.get(PRICE),
            reductions=tuple(
                (place, found[name]) for name, place in self.places.items() if found.get(name)
            ),
            rail_percent=found.get(RAIL) or Decimal(0),
            certificate_percent=found.get(CERTIFICATES) or Decimal(0),
        )


def _prices(facts: BillFacts) -> str:
    """The prices of the bill's own charges, the lowest first."""
    charged = [each.line for each in facts.lines if each.is_charged_anew]
    decimals = facts.terms.currency_exponent
    prices = sorted({line.price_per_tonne for line in charged if line.price_per_tonne is not None})
    return ", ".join(f"{facts.terms.currency} {figures.price(each, decimals)}" for each in prices)
