"""Reads. The names that the resolver knows, and the address of each, filled in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.addresses.table import ADDRESSES

HOW = """
Add {name!r} to tests/addresses/table.py: whom it opens to, what fills its places, and what it
gives. Then its pages are looked at by axe in both languages, light and dark (make axe), every
person of the test's company tries it, and its queries are counted. What fills a new kind of place
is made in tests/addresses/company.py.
"""


def names() -> list[str]:
    """Every name, with its namespaces; what has none only leads to the page beside it."""
    return sorted(set(_names(get_resolver())))


def _names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for found in resolver.url_patterns:
        if isinstance(found, URLPattern):
            if found.name:
                yield space + found.name
        else:
            yield from _names(found, space + (f"{found.namespace}:" if found.namespace else ""))


def filled(name: str, known: dict[str, Any]) -> str:
    """The address of a name; a place that nothing is known for is filled with its own word."""
    row = ADDRESSES[name]
    places = []
    for need in row.needs:
        if need.startswith("row "):
            places.append(known["rows"][need.removeprefix("row ")])
        else:
            places.append(known.get(need, need))
    return reverse(name, args=places) + (f"?{row.query}" if row.query else "")
