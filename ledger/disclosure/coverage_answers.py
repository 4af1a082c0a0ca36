"""Calculates. Which part of the inventory any scheme charges: each tonne once, on both bases."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from departments.organisation.said import said
from ledger.disclosure.answers import (
    BASES,
    UNSETTLED,
    Answer,
    Origin,
    added_up,
    share,
    shown,
    sources_of,
)
from ledger.disclosure.facts import ZERO, Facts, tonnes, total
from ledger.disclosure.rows import InventoryRow


def gross_by_location(facts: Facts, row: InventoryRow) -> Answer:
    return added_up(row.books, row.lines, basis="location")


def gross_by_market(facts: Facts, row: InventoryRow) -> Answer:
    return added_up(row.books, row.lines, basis="market")


def covered_by_location(facts: Facts, row: InventoryRow) -> Answer:
    return _covered(facts, row, "location")


def covered_by_market(facts: Facts, row: InventoryRow) -> Answer:
    return _covered(facts, row, "market")


def share_by_location(facts: Facts, row: InventoryRow) -> Answer:
    return _share(covered_by_location(facts, row), gross_by_location(facts, row))


def share_by_market(facts: Facts, row: InventoryRow) -> Answer:
    return _share(covered_by_market(facts, row), gross_by_market(facts, row))


def uncovered_by_market(facts: Facts, row: InventoryRow) -> Answer:
    """What no scheme charges."""
    whole, part = gross_by_market(facts, row), covered_by_market(facts, row)
    assert isinstance(whole.value, Decimal)
    assert isinstance(part.value, Decimal)
    left = whole.value - part.value
    sentence = said(
        "%(settled)s t settled − %(charged)s t charged by any scheme = %(left)s t.",
        settled=whole.shown,
        charged=part.shown,
        left=shown(left),
    )
    return replace(whole, value=left, arithmetic=(sentence, *whole.arithmetic))


def unsettled_by_market(facts: Facts, row: InventoryRow) -> Answer:
    """Approved results of the year's days that the inventory's scheme has not settled."""
    approved = total(each.market_kgco2e for each in facts.approved if each.scope == row.scope)
    settled = total(each.market_kgco2e for each in row.lines)
    left = tonnes(approved - settled)
    sentence = said(
        UNSETTLED,
        approved=shown(tonnes(approved)),
        settled=shown(tonnes(settled)),
        scheme=row.books.code,
        left=shown(left),
    )
    return Answer(left, Origin.APPROVED, "tCO2e", (sentence,))


def _covered(facts: Facts, row: InventoryRow, basis: str) -> Answer:
    """Results that at least one scheme charges; those that several charge count once."""
    found = next((each for each in facts.covered if each.scope == row.scope), None)
    kgco2e = ZERO
    if found is not None:
        kgco2e = found.location_kgco2e if basis == "location" else found.market_kgco2e
    charging = [
        (scheme, lines)
        for scheme in facts.schemes
        if (lines := [each for each in scheme.charged if each.scope == row.scope])
    ]
    names = ", ".join(scheme.code for scheme, _lines in charging)
    once = said(
        "%(tonnes)s t are charged by %(schemes)s, %(basis)s."
        if len(charging) < 2
        else "%(tonnes)s t are charged by %(schemes)s, %(basis)s, each result counted once.",
        tonnes=shown(tonnes(kgco2e)),
        schemes=names or said("no scheme"),
        basis=BASES[basis],
    )
    sentences = [
        said("%(scheme)s: %(sentence)s", scheme=scheme.code, sentence=sentence)
        for scheme, lines in charging
        for sentence in added_up(scheme, lines, basis=basis).arithmetic
    ]
    sources = [each for scheme, lines in charging for each in sources_of(scheme, lines)]
    return Answer(tonnes(kgco2e), Origin.SETTLED, "tCO2e", (once, *sentences), tuple(sources))


def _share(part: Answer, whole: Answer) -> Answer:
    return share(part, whole, places=1)
