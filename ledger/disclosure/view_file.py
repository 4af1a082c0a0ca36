"""Reads. The inventory views of the company, from the file that its settings name."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from departments.organisation.said import said
from ledger.disclosure.inventory_views import InventoryView, Stated
from ledger.errors.disclosure import InventoryViewsInvalid

PLACES = {"1", "2", "3", *(f"3.{category}" for category in range(1, 16))}
BASES = ("location", "market")


def read_views(file: Path) -> tuple[InventoryView, ...]:
    """Every view of the file, in its order. Raises: InventoryViewsInvalid, with every problem."""
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
        found = tuple(_view(each) for each in written["views"])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InventoryViewsInvalid(file.name, [str(error)]) from error
    except (KeyError, TypeError, InvalidOperation) as error:
        problem = said("a key is missing, or a number is none: %(error)s", error=str(error))
        raise InventoryViewsInvalid(file.name, [problem]) from error
    problems = [problem for view in found for problem in _problems(view)]
    if problems:
        raise InventoryViewsInvalid(file.name, problems)
    return found


def _view(written: Mapping[str, Any]) -> InventoryView:
    return InventoryView(
        code=written["code"],
        name=said(written["name"]),
        note=said(written.get("note", "")),
        scope2_basis=written["scope2_basis"],
        takes_in=tuple(written["takes_in"]),
        leaves_out=tuple(written.get("leaves_out", ())),
        stated=tuple(
            Stated(each["period"], each["place"], Decimal(each["tonnes"]), said(each["source"]))
            for each in written.get("stated", ())
        ),
    )


def _problems(view: InventoryView) -> Iterator[str]:
    named = (*view.takes_in, *view.leaves_out, *(each.place for each in view.stated))
    for code in sorted(set(named) - PLACES):
        yield said(
            "view %(view)s: %(code)s is no place; write 1, 2, 3 or 3.6",
            view=view.code,
            code=repr(code),
        )
    if view.scope2_basis not in BASES:
        yield said(
            "view %(view)s: %(basis)s is no Scope 2 basis",
            view=view.code,
            basis=repr(view.scope2_basis),
        )
    for each in view.stated:
        if not each.source or not each.tonnes.is_finite():
            yield said(
                "view %(view)s: what is stated for %(period)s needs tonnes and a source",
                view=view.code,
                period=each.period,
            )
