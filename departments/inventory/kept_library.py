"""Reads. A library of factors that a process keeps between questions, until a release is added."""

from __future__ import annotations

from django.db import connection

from departments.inventory.factor_choice import FactorLibrary

# A new one now and then: it keeps what it was asked, and suggests spellings a hundred times.
MOST_USES = 50

# Loaded releases and their factors never change; the company's own count from their approval on.
_NEWEST = """
    SELECT (SELECT max(id) FROM inventory_emissionfactor),
           (SELECT max(id) FROM inventory_globalwarmingpotential),
           (SELECT count(*) FROM inventory_factorset),
           (SELECT count(approved_by_id) FROM inventory_factorset)
"""


class _Kept:
    """The library, what it has seen of the releases, and how often it was taken."""

    library: FactorLibrary | None = None
    newest: tuple[object, ...] = ()
    uses = 0


def kept_library() -> FactorLibrary:
    """A library that has every release of this moment, and what it was asked before."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        newest = tuple(cursor.fetchone())
    library = _Kept.library
    if library is None or newest != _Kept.newest or _Kept.uses >= MOST_USES:
        library = FactorLibrary()
        _Kept.library, _Kept.newest, _Kept.uses = library, newest, 0
    _Kept.uses += 1
    return library
