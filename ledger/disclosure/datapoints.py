"""Calculates. A framework's version: its tables, and the datapoint that each column is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

LAYOUTS = ("table", "form")
EVIDENCE = ("read", "secondary", "none")


@dataclass(frozen=True, slots=True)
class Column:
    """A datapoint: its identifiers in the framework, our label, and what computes it.

    `datapoint` is empty where the framework gives none, or where none could be looked up.
    """

    label: str
    computation: str
    reference: str
    datapoint: str = ""
    datapoint_of: Mapping[str, str] | None = None
    evidence: str = "none"

    def datapoint_at(self, tag: str) -> str:
        """Its identifier in a row: some differ by scope."""
        return (self.datapoint_of or {}).get(tag, self.datapoint)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a framework: rows of one kind, columns of datapoints."""

    code: str
    requirement: str
    title: str
    rows: str
    layout: str
    note: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class DatapointMap:
    """One version of a framework's datapoints; `words` are what it calls our answers."""

    framework: str
    version: str
    title: str
    status: str
    source: str
    years_from: date | None
    words: Mapping[str, Mapping[str, str]]
    tables: tuple[Table, ...]

    @property
    def code(self) -> str:
        return f"{self.framework}-{self.version}"
