"""Calculates. The rows that a table may have: schemes, their prices, their scopes, removals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from departments.organisation.said import said
from ledger.disclosure.answers import shown
from ledger.disclosure.facts import Facts, Removal, SchemeFacts, Settled

COUNTED, CREDITED = ("verified",), ("contracted", "delivered", "retired")


@dataclass(frozen=True, slots=True)
class SchemeRow:
    """A scheme as a whole."""

    scheme: SchemeFacts


@dataclass(frozen=True, slots=True)
class PriceRow:
    """What a scheme charged at one price; no price, where it charges nothing by tonnes."""

    scheme: SchemeFacts
    price_per_tonne: Decimal | None
    lines: tuple[Settled, ...]


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """A scope as a scheme settled it."""

    scheme: SchemeFacts
    scope: int
    lines: tuple[Settled, ...]

    @property
    def charged(self) -> tuple[Settled, ...]:
        return tuple(each for each in self.lines if each.kind == "charge")

    @property
    def uncharged(self) -> tuple[Settled, ...]:
        return tuple(each for each in self.lines if each.kind != "charge")


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """A scope of the inventory, and which of it any scheme has charged."""

    books: SchemeFacts
    scope: int
    lines: tuple[Settled, ...]


@dataclass(frozen=True, slots=True)
class RemovalRow:
    """Removals, or credits, of one activity, project, durability class and state."""

    activity: str
    project: str
    durability_class: str
    state: str
    removals: tuple[Removal, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its key within the table, what it is called, a tag that datapoints may depend on."""

    key: str
    label: str
    subject: Any
    tag: str = ""


def rows_of(kind: str, facts: Facts) -> list[Row]:
    """The rows of a table of that kind, always in the same order."""
    return list(KINDS[kind](facts))


def _schemes(facts: Facts) -> Iterator[Row]:
    for scheme in facts.schemes:
        yield Row(scheme.code, f"{scheme.code} · {scheme.name}", SchemeRow(scheme))


def _prices(facts: Facts) -> Iterator[Row]:
    for scheme in facts.schemes:
        prices = sorted(
            {each.price_per_tonne for each in scheme.charged if each.price_per_tonne is not None}
        )
        for price in prices:
            lines = tuple(each for each in scheme.charged if each.price_per_tonne == price)
            label = said("%(scheme)s at %(price)s", scheme=scheme.code, price=shown(price))
            yield Row(f"{scheme.code}/{shown(price)}", label, PriceRow(scheme, price, lines))
        if not prices:
            yield Row(scheme.code, scheme.code, PriceRow(scheme, None, ()))


def _scopes(facts: Facts) -> Iterator[Row]:
    for scheme in facts.schemes:
        for scope in (1, 2, 3):
            lines = tuple(each for each in scheme.emissions if each.scope == scope)
            label = said("%(scheme)s, Scope %(scope)s", scheme=scheme.code, scope=scope)
            yield Row(f"{scheme.code}/{scope}", label, ScopeRow(scheme, scope, lines), str(scope))


def _inventory(facts: Facts) -> Iterator[Row]:
    books = facts.books
    for scope in (1, 2, 3) if books is not None else ():
        assert books is not None
        lines = tuple(each for each in books.emissions if each.scope == scope)
        label = said("Scope %(scope)s", scope=scope)
        yield Row(str(scope), label, InventoryRow(books, scope, lines), str(scope))


def _removals(facts: Facts) -> Iterator[Row]:
    yield from _grouped(facts, COUNTED)


def _credits(facts: Facts) -> Iterator[Row]:
    yield from _grouped(facts, CREDITED)


def _grouped(facts: Facts, states: tuple[str, ...]) -> Iterator[Row]:
    groups: dict[tuple[str, str, str, str], list[Removal]] = {}
    for each in facts.removals:
        if each.state in states:
            key = (each.activity, each.project, each.durability_class, each.state)
            groups.setdefault(key, []).append(each)
    for key in sorted(groups):
        activity, project, durability_class, state = key
        name = project or activity
        yield Row(
            "/".join(part for part in key if part),
            said(
                "%(name)s, %(durability)s, %(state)s",
                name=name,
                durability=said(durability_class),
                state=said(state),
            ),
            RemovalRow(*key, tuple(groups[key])),
            state,
        )


KINDS: Mapping[str, Callable[[Facts], Iterator[Row]]] = {
    "scheme": _schemes,
    "scheme_price": _prices,
    "scheme_scope": _scopes,
    "inventory_scope": _inventory,
    "removal": _removals,
    "credit": _credits,
}
