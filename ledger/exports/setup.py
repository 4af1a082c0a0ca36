"""Reads. What an ERP export is written by: the system's layout and the companies' own constants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from departments.organisation.models import LegalEntity
from ledger.exports.layouts import Layout, layout_as_written, layout_of
from ledger.models.exports import ExportConstant


@dataclass(frozen=True, slots=True)
class Setup:
    """A layout, constants by legal entity, and the currency that each keeps its books in."""

    layout: Layout
    written: Mapping[str, Any]
    constants: Mapping[str, Mapping[str, str]]
    currencies: Mapping[str, str]

    def constant(self, legal_entity: str, name: str) -> str:
        """The company's own, or the layout's default, or nothing."""
        known = self.layout.constants.get(name)
        default = known.default if known else ""
        return self.constants.get(legal_entity, {}).get(name) or default

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
        }


def layout_now(format_name: str) -> Layout:
    """The layout of today."""
    return layout_of(format_name, layout_as_written(format_name))


def setup_now(format_name: str) -> Setup:
    """By which an export of today is written."""
    written = layout_as_written(format_name)
    return Setup(
        layout=layout_of(format_name, written),
        written=written,
        constants=constants_of(format_name),
        currencies=dict(LegalEntity.objects.order_by("code").values_list("code", "currency")),
    )


def setup_kept(format_name: str, kept: Mapping[str, Any]) -> Setup:
    """By which a registered export was written."""
    return Setup(
        layout=layout_of(format_name, kept["layout"]),
        written=kept["layout"],
        constants=kept["constants"],
        currencies=kept["currencies"],
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
