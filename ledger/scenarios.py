"""Calculates. A replay as JSON keeps it and as people read it: winners, losers and totals."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ledger.replay import Amounts, DepartmentReplay, Replay
from ledger.scenario_settings import Settings


def replay_content(replay: Replay) -> dict[str, Any]:
    """Everything of a replay; amounts as text in whole units, and in minor units beside."""
    return {
        "scheme": replay.scheme,
        "period": replay.period,
        "currency": replay.currency,
        "as_billed": replay.is_as_billed,
        "settings": replay.settings.content(),
        "in_words": replay.settings.sentences(),
        "total": {
            **_both(replay, replay.billed, replay.replayed),
            "winners": len(replay.winners),
            "losers": len(replay.losers),
        },
        "departments": [
            {
                "department": each.department,
                "name": each.name,
                **_both(replay, each.billed, each.replayed),
            }
            for each in replay.departments
        ],
    }


def _both(replay: Replay, billed: Amounts, replayed: Amounts) -> dict[str, Any]:
    difference = replayed.net_minor - billed.net_minor
    return {
        "billed": _amounts(replay, billed),
        "replayed": _amounts(replay, replayed),
        "difference": whole(replay, difference),
        "difference_minor": difference,
    }


def _amounts(replay: Replay, amounts: Amounts) -> dict[str, Any]:
    return {
        "charged": whole(replay, amounts.charged_minor),
        "earned": whole(replay, amounts.earned_minor),
        "levied": whole(replay, amounts.levied_minor),
        "returned": whole(replay, amounts.returned_minor),
        "net": whole(replay, amounts.net_minor),
        "net_minor": amounts.net_minor,
        "charged_kgco2e": f"{amounts.charged_kgco2e:f}",
    }


def whole(replay: Replay, amount_minor: int) -> str:
    """An amount in whole units, e.g. `-12.50`."""
    return f"{Decimal(amount_minor).scaleb(-replay.currency_exponent):f}"


def command_of(*, scheme: str, period: str, settings: Settings, as_billed: bool) -> str:
    """The command that replays the same."""
    words = ["manage.py", "replay", "--scheme", scheme, "--period", period]
    words += ["--as-billed"] if as_billed else []
    return shlex.join(words + settings.arguments())


def replay_table(replay: Replay) -> Iterator[str]:
    """Lines for a terminal."""
    yield f"{replay.scheme} {replay.period}, {replay.currency}: " + " ".join(
        replay.settings.sentences()
    )
    yield _row("", "billed", "replayed", "difference")
    for each in replay.departments:
        yield _department_row(replay, each)
    total = replay.replayed.net_minor - replay.billed.net_minor
    figures = (replay.billed.net_minor, replay.replayed.net_minor, total)
    yield _row("total", *(_grouped(replay, figure) for figure in figures))
    yield f"{len(replay.losers)} would pay more, {len(replay.winners)} less."


def _department_row(replay: Replay, each: DepartmentReplay) -> str:
    figures = (each.billed.net_minor, each.replayed.net_minor, each.difference_minor)
    return _row(each.department, *(_grouped(replay, figure) for figure in figures))


def _grouped(replay: Replay, amount_minor: int) -> str:
    return f"{Decimal(whole(replay, amount_minor)):,f}"


def _row(name: str, *figures: str) -> str:
    return f"{name:20}" + "".join(f"{figure:>20}" for figure in figures)
