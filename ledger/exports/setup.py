"""Reads. What an ERP export is written by: the system's layout and the companies' own constants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from departments.organisation.models import LegalEntity
from ledger.exports.layouts import Layout, layout_as_written, layout_of
from ledger.models.exports import ExportConstant
from pricing.exchange_lookup import Rate, Rates, approved_rates

RATE_IS_GIVEN = "User"  # what Oracle calls a conversion by the rate that stands in the file


@dataclass(frozen=True, slots=True)
class Setup:
    """A layout, constants by legal entity, the currency that each keeps its books in, and rates.

    `rates` is None for an export of before there were any: its ERP converts.
    """

    layout: Layout
    written: Mapping[str, Any]
    constants: Mapping[str, Mapping[str, str]]
    currencies: Mapping[str, str]
    rates: Rates | None = None

    def constant(self, legal_entity: str, name: str) -> str:
        """The company's own, or the layout's default, or nothing."""
        known = self.layout.constants.get(name)
        default = known.default if known else ""
        return self.constants.get(legal_entity, {}).get(name) or default

    def converts_itself(self, legal_entity: str) -> bool:
        """Whether a company lets its system convert, by a conversion type of the system's own."""
        return self.constant(legal_entity, "conversion_type") not in ("", RATE_IS_GIVEN)

    def trading_partner(self, legal_entity: str) -> str:
        """What others call a company in their lines with it."""
        if not legal_entity:
            return ""
        return self.constant(legal_entity, "trading_partner") or legal_entity

    def kept(self) -> dict[str, Any]:
        """As plain data, from which the same file can be written again."""
        return {
            "layout": dict(self.written),
            "constants": {entity: dict(named) for entity, named in self.constants.items()},
            "currencies": dict(self.currencies),
            **self._rates_kept(),
        }

    def _rates_kept(self) -> dict[str, Any]:
        """The rates that were used, by the day they were used for."""
        if self.rates is None:
            return {}
        kept = [
            {
                "for": on.isoformat(),
                "from": rate.from_currency,
                "to": rate.to_currency,
                "rate": f"{rate.rate:f}",
                "date": rate.rate_on.isoformat(),
                "source": rate.source,
            }
            for (_, _, on), rate in sorted(self.rates.used.items())
        ]
        return {"rates": kept}


def layout_now(format_name: str) -> Layout:
    """The layout of today."""
    return layout_of(format_name, layout_as_written(format_name))


def setup_now(format_name: str) -> Setup:
    """By which an export of today is written."""
    written = layout_as_written(format_name)
    layout = layout_of(format_name, written)
    currencies = dict(LegalEntity.objects.order_by("code").values_list("code", "currency"))
    return Setup(
        layout=layout,
        written=written,
        constants=constants_of(format_name),
        currencies=currencies,
        rates=approved_rates(set(currencies.values())) if layout.converts else None,
    )


def setup_kept(format_name: str, kept: Mapping[str, Any]) -> Setup:
    """By which a registered export was written."""
    return Setup(
        layout=layout_of(format_name, kept["layout"]),
        written=kept["layout"],
        constants=kept["constants"],
        currencies=kept["currencies"],
        rates=_rates_of(kept["rates"]) if "rates" in kept else None,
    )


def _rates_of(kept: Sequence[Mapping[str, str]]) -> Rates:
    """The rates of a registered export: each is of the day that it was used for."""
    by_pair: dict[tuple[str, str], list[Rate]] = {}
    for row in kept:
        rate = Rate(
            row["from"],
            row["to"],
            Decimal(row["rate"]),
            date.fromisoformat(row["date"]),
            row["source"],
        )
        known = by_pair.setdefault((rate.from_currency, rate.to_currency), [])
        if rate not in known:
            known.append(rate)
    return Rates(
        {pair: sorted(rates, key=lambda rate: rate.rate_on) for pair, rates in by_pair.items()}
    )


def constants_of(format_name: str) -> dict[str, dict[str, str]]:
    """The newest value of each constant, by legal entity and name; an empty one is none."""
    found: dict[str, dict[str, str]] = {}
    rows = ExportConstant.objects.filter(format_name=format_name).order_by("pk")
    for entity, name, value in rows.values_list("legal_entity__code", "name", "value"):
        found.setdefault(entity, {})[name] = value
    return {
        entity: {name: value for name, value in sorted(named.items()) if value}
        for entity, named in sorted(found.items())
    }
