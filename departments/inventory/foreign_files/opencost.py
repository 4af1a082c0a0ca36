"""Calculates. OpenCost's answer to /allocation (JSON): GPU-hours of each allocation and window.

Idle GPU-hours (`__idle__`) of a window are shared out over its allocations in the same cluster by
their own GPU-hours, so that all of them add up to what the nodes had.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from departments.inventory.calculation.shares import split
from departments.inventory.foreign_files.rows import (
    DECIMALS,
    ForeignFile,
    ForeignRow,
    LeftOut,
    is_in_range,
    moment,
    rounded,
    written,
)
from departments.organisation.said import said

IDLE = "__idle__"
HINT = said("Save the answer of /allocation?window=…&aggregate=namespace as it is.")


@dataclass(slots=True)
class Allocation:
    """GPU-hours of an allocation between two moments; `number` counts them in the file, from 1."""

    number: int
    name: str
    cluster: str
    owner: str
    started_at: datetime
    ended_at: datetime
    gpu_hours: Decimal

    @property
    def external_id(self) -> str:
        """Window, cluster and name; long ones by their hash."""
        said = (
            f"{self.started_at.isoformat()}/{self.ended_at.isoformat()}|{self.cluster}|{self.name}"
        )
        return f"opencost:{self.started_at:%Y-%m-%d}:{sha256(said.encode()).hexdigest()[:32]}"


def read(text: str) -> ForeignFile:
    """The allocations of an answer."""
    file = ForeignFile()
    try:
        answer = json.loads(text, parse_float=Decimal)
        windows = answer["data"] if isinstance(answer, dict) else answer
        found = [each for window in windows or () for each in (window or {}).items()]
    except (ValueError, ArithmeticError, KeyError, TypeError, AttributeError, RecursionError):
        file.refuse(0, "", "", said("This is not an answer of OpenCost's allocation API."), HINT)
        return file
    allocations = [
        allocation
        for number, (name, facts) in enumerate(found, start=1)
        if (allocation := _allocation(number, name, facts, file))
    ]
    _refuse_overlaps(allocations, file)
    for allocation in _with_idle(allocations, file):
        _add(allocation, file)
    return file


def _allocation(number: int, name: str, facts: Any, file: ForeignFile) -> Allocation | None:
    facts = _object(facts)
    properties, window = _object(facts.get("properties")), _object(facts.get("window"))
    start = _moment(window.get("start") or facts.get("start"))
    end = _moment(window.get("end") or facts.get("end"))
    if start is None or end is None or end <= start:
        file.refuse(number, "window", name, said("Its window has no start before its end."), HINT)
        return None
    hours = _hours(facts.get("gpuHours", 0))
    if hours is None:
        file.refuse(
            number, "gpuHours", str(facts["gpuHours"])[:100], said("These are no hours."), HINT
        )
        return None
    return Allocation(
        number=number,
        name=str(facts.get("name") or name),
        cluster=str(properties.get("cluster") or ""),
        owner=str(properties.get("namespace") or facts.get("name") or name),
        started_at=start,
        ended_at=end,
        gpu_hours=rounded(hours),
    )


def _moment(found: Any) -> datetime | None:
    """OpenCost counts in UTC, also where it does not say so."""
    said = moment(str(found or ""))
    return said.replace(tzinfo=UTC) if said is not None and said.tzinfo is None else said


def _object(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _hours(found: Any) -> Decimal | None:
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        return None
    hours = Decimal(found)
    return hours if hours >= 0 and is_in_range(hours) else None


def _refuse_overlaps(allocations: list[Allocation], file: ForeignFile) -> None:
    """The same allocation in two windows that overlap would be counted twice."""
    last: dict[tuple[str, str], Allocation] = {}
    for each in sorted(allocations, key=lambda each: each.started_at):
        before = last.get((each.cluster, each.name))
        if before is not None and each.started_at < before.ended_at:
            reason = said(
                "Its window overlaps that of allocation %(number)s.", number=before.number
            )
            hint = said("Ask for windows one after another, with step=.")
            file.refuse(each.number, "window", each.name, reason, hint)
        last[(each.cluster, each.name)] = each


def _with_idle(allocations: list[Allocation], file: ForeignFile) -> list[Allocation]:
    """The allocations that had GPUs, with their shares of the idle hours."""
    together: dict[Any, list[Allocation]] = defaultdict(list)
    for each in allocations:
        together[(each.started_at, each.ended_at)].append(each)
    for group in together.values():
        for idle in [each for each in group if _is_idle(each) and each.gpu_hours]:
            _share(idle, [each for each in group if _shares(each, idle)], file)
    return [each for each in allocations if not (_is_idle(each) and not each.gpu_hours)]


def _is_idle(allocation: Allocation) -> bool:
    return allocation.name.split("/")[-1] == IDLE or allocation.name.startswith(IDLE)


def _shares(allocation: Allocation, idle: Allocation) -> bool:
    same = allocation.cluster == idle.cluster or not idle.cluster or not allocation.cluster
    return same and not _is_idle(allocation) and allocation.gpu_hours > 0


def _share(idle: Allocation, users: list[Allocation], file: ForeignFile) -> None:
    """By largest remainder; idle hours that nobody worked beside stay a row of their own."""
    if not users:
        return
    weights = {each.number: each.gpu_hours for each in users}
    parts = split(idle.gpu_hours, weights, decimals=DECIMALS)
    for each in users:
        each.gpu_hours += parts[each.number]
    why = said(
        "its %(hours)s GPU-hours are shared out over %(count)s allocations",
        hours=f"{idle.gpu_hours.normalize():f}",
        count=len(users),
    )
    file.left_out.append(LeftOut(idle.number, idle.name, why))
    idle.gpu_hours = Decimal(0)


def _add(allocation: Allocation, file: ForeignFile) -> None:
    if not allocation.gpu_hours:
        file.left_out.append(LeftOut(allocation.number, allocation.name, said("it had no GPU")))
        return
    last = allocation.ended_at - timedelta(microseconds=1)  # a window ends before its end
    file.rows.append(
        ForeignRow(
            allocation.number,
            allocation.owner,
            {
                "activity": "compute/cloud/training",
                "started_on": allocation.started_at.date().isoformat(),
                "ended_on": last.date().isoformat(),
                "external_id": allocation.external_id,
                "quantity": written(allocation.gpu_hours),
                "unit": "accelerator-hours",
                "note": f"OpenCost {allocation.cluster} {allocation.name}"[:500],
            },
        )
    )
