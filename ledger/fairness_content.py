"""Calculates. Who pays and who receives, as JSON keeps it and as people read it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ledger.fairness import Fairness, Marginal, Position


def fairness_content(found: Fairness) -> dict[str, Any]:
    """Everything; amounts as text in whole units of the currency."""
    return {
        "scheme": found.scheme,
        "mechanism": found.mechanism,
        "period": found.period,
        "currency": found.currency,
        "payers": len(found.payers),
        "receivers": len(found.receivers),
        "company": _position(found, found.company),
        "with_headcount": _position(found, found.counted),
        "departments": [
            {"department": each.department, "name": each.name, **_position(found, each)}
            | {"one_more_tonne": [_marginal(found, one) for one in each.marginals]}
            for each in found.departments
        ],
    }


def whole(found: Fairness, amount_minor: Decimal | int | None) -> str | None:
    """An amount in whole units, e.g. `-12.50`; None stays None."""
    if amount_minor is None:
        return None
    return f"{Decimal(amount_minor).scaleb(-found.currency_exponent):f}"


def place(one: Marginal) -> str:
    """`2`, or `3.6`."""
    return str(one.scope) + (f".{one.category}" if one.category else "")


def _position(found: Fairness, each: Position) -> dict[str, Any]:
    return {
        "charged": whole(found, each.charged_minor),
        "levied": whole(found, each.levied_minor),
        "earned": whole(found, each.earned_minor),
        "returned": whole(found, each.returned_minor),
        "net": whole(found, each.net_minor),
        "charged_kgco2e": f"{each.charged_kgco2e:f}",
        "charged_per_tonne": whole(found, each.charged_per_tonne_minor),
        "headcount": None if each.headcount is None else f"{each.headcount.normalize():f}",
        "net_per_head": whole(found, each.net_per_head_minor),
        "kgco2e_per_head": None if each.kgco2e_per_head is None else f"{each.kgco2e_per_head:f}",
    }


def _marginal(found: Fairness, one: Marginal) -> dict[str, Any]:
    return {
        "scope": one.scope,
        "category": one.category,
        "price_per_tonne": f"{one.price_per_tonne.normalize():f}",
        "costs": whole(found, one.costs_minor),
    }


def fairness_table(found: Fairness) -> Iterator[str]:
    """Lines for a terminal."""
    yield f"{found.scheme} {found.period}, {found.currency}: {found.mechanism}"
    yield _row("", "tonnes", "net", "charged a tonne", "net per head", "one more tonne")
    for each in found.departments:
        yield _department(found, each.department, each)
    yield _department(found, "total", found.company)
    yield f"{len(found.payers)} pay on balance, {len(found.receivers)} receive."


def _department(found: Fairness, name: str, each: Position) -> str:
    costs = sorted({one.costs_minor for one in each.marginals})
    span = " – ".join(_grouped(found, one) for one in (costs[:1] + costs[-1:])[: len(costs)])
    return _row(
        name,
        f"{each.charged_kgco2e.scaleb(-3):,.3f}",
        _grouped(found, each.net_minor),
        _grouped(found, each.charged_per_tonne_minor),
        _grouped(found, each.net_per_head_minor),
        span or "–",
    )


def _grouped(found: Fairness, amount_minor: Decimal | int | None) -> str:
    text = whole(found, amount_minor)
    return "–" if text is None else f"{Decimal(text):,f}"


def _row(name: str, *figures: str) -> str:
    return f"{name:16}" + "".join(f"{figure:>18}" for figure in figures)
