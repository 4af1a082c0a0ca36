"""Calculates. Slurm's `sacct --parsable2`: a job is one row; its steps are parts of it.

`.batch`, `.extern` and numbered steps are not counted beside their job. Energy that Slurm measured
is that of whole nodes, and so a job's own only where the job had its nodes to itself: jobs that
share a node share its energy by GPUs (or CPUs) if they ran at the same time throughout, and are
else counted by GPU-hours.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from departments.inventory.calculation.arithmetic import per
from departments.inventory.calculation.shares import split
from departments.inventory.foreign_files.rows import (
    DECIMALS,
    ForeignFile,
    ForeignRow,
    LeftOut,
    missing_columns,
    number,
    rounded,
    wall_clock,
    written,
)
from departments.organisation.said import said

NEEDED = ("JobID", "State", "Start", "End", "ElapsedRaw", "AllocTRES")
HINT = said(
    "Ask for it: sacct --parsable2 --format=JobID,Account,State,Start,End,ElapsedRaw,AllocTRES,"
    "ReqTRES,ConsumedEnergyRaw,NodeList"
)
UNDER_WAY = ("PENDING", "RUNNING", "SUSPENDED", "REQUEUED", "RESIZING", "CONFIGURING", "COMPLETING")
NO_VALUE = Decimal(2) ** 63  # Slurm writes 2^64 − 2 for “not set”
MOST_NODES = 100_000  # in a range; no machine has as many
JOULES_PER_KWH = Decimal(3_600_000)
_GPU = re.compile(r"gres/gpu(?::(?P<kind>[^=,]+))?=(?P<count>[0-9]+)")
_CPU = re.compile(r"(?:^|,)cpu=([0-9]+)")
_NUMBERED = re.compile(r"[0-9]{1,9}(-[0-9]{1,9})?")
_NODES = re.compile(r"([^,\[]+)(?:\[([^\]]*)\])?(?:,|$)")


@dataclass(slots=True)
class Job:
    """A job that has ended: what it had, for how long, and the energy of its nodes in joules."""

    line: int
    cells: dict[str, str]
    started_at: datetime
    ended_at: datetime
    seconds: Decimal
    gpus: int
    cpus: int
    kinds: tuple[str, ...]
    joules: Decimal | None
    nodes: frozenset[str]
    energy_kwh: Decimal | None = None

    @property
    def external_id(self) -> str:
        """Slurm counts its jobs anew after a reset, so the start belongs to the id."""
        return f"slurm:{self.cells['JobID']}@{self.cells['Start']}"[:100]


def read(text: str) -> ForeignFile:
    """The jobs of a file."""
    file = ForeignFile()
    header, *lines = text.splitlines() or [""]
    names = [name.strip() for name in header.rstrip("|").split("|")]
    file.problems += missing_columns(names, NEEDED, HINT)
    if file.problems:
        return file
    jobs: list[Job] = []
    steps: dict[str, Decimal] = defaultdict(Decimal)
    for line, content in enumerate(lines, start=2):
        cells = dict(zip(names, (cell.strip() for cell in content.split("|")), strict=False))
        if not content.strip():
            continue
        if not cells.get("JobID"):
            file.refuse(
                line, "JobID", content[:100], said("The row breaks off, or has no job."), HINT
            )
        elif "." in cells["JobID"]:
            job_id = cells["JobID"].partition(".")[0]
            steps[job_id] = max(steps[job_id], _joules(cells) or Decimal(0))
        elif job := _job(line, cells, file):
            jobs.append(job)
    for job in jobs:
        job.joules = job.joules or steps[job.cells["JobID"]] or None
    _share_nodes(jobs)
    for job in jobs:
        _add(job, file)
    return file


def _job(line: int, cells: dict[str, str], file: ForeignFile) -> Job | None:
    state, job_id = cells.get("State", "").partition(" ")[0].rstrip("+"), cells["JobID"]
    seconds, job = number(cells.get("ElapsedRaw", "")), said("job %(id)s", id=job_id)
    if state in UNDER_WAY:
        file.left_out.append(
            LeftOut(line, job, said("it is %(state)s, not over", state=state.lower()))
        )
        return None
    if seconds == 0:
        file.left_out.append(LeftOut(line, job, said("it never ran")))
        return None
    started_at, ended_at = (wall_clock(cells.get(name, "")) for name in ("Start", "End"))
    for name, read in (("ElapsedRaw", seconds), ("Start", started_at), ("End", ended_at)):
        if read is None:
            file.refuse(line, name, cells.get(name, ""), said("This can't be read."), HINT)
    if seconds is None or started_at is None or ended_at is None:
        return None
    tres = cells.get("AllocTRES", "") or cells.get("ReqTRES", "")
    gpus, kinds = _gpus(tres)
    cpus = _CPU.search(tres)
    return Job(
        line=line,
        cells=cells,
        started_at=started_at,
        ended_at=ended_at,
        seconds=seconds,
        gpus=gpus,
        cpus=int(cpus[1]) if cpus else 0,
        kinds=kinds,
        joules=_joules(cells),
        nodes=nodes_of(cells.get("NodeList", "")),
    )


def _gpus(tres: str) -> tuple[int, tuple[str, ...]]:
    """How many GPUs, and of which kinds: the count without a kind holds those with one."""
    plain, typed = 0, {}
    for match in _GPU.finditer(tres):
        if match["kind"]:
            typed[match["kind"]] = int(match["count"])
        else:
            plain = int(match["count"])
    return plain or sum(typed.values()), tuple(typed)


def _joules(cells: dict[str, str]) -> Decimal | None:
    value = number(cells.get("ConsumedEnergyRaw", ""))
    return value if value is not None and 0 < value < NO_VALUE else None


def nodes_of(text: str) -> frozenset[str]:
    """The nodes of a list such as gpu[01-03,07],login1."""
    found: set[str] = set()
    for name, ranges in _NODES.findall(text):
        for part in ranges.split(",") if ranges else ():
            first, _, last = part.partition("-")
            if _NUMBERED.fullmatch(part):
                counted = range(int(first), int(last or first) + 1)[:MOST_NODES]
                found |= {f"{name.strip()}{number:0{len(first)}}" for number in counted}
        if not ranges:
            found.add(name.strip())
    return frozenset(found - {"", "None assigned"})


def _share_nodes(jobs: Iterable[Job]) -> None:
    """The measured energy of each job that is its own; nothing where that can't be told."""
    on_node: dict[str, list[Job]] = defaultdict(list)
    measured = [job for job in jobs if job.joules]
    for job in jobs:
        for node in job.nodes:
            on_node[node].append(job)
    done: set[int] = set()
    for job in measured:
        beside = {id(each): each for node in job.nodes for each in on_node[node]
                  if each.started_at < job.ended_at and job.started_at < each.ended_at}  # fmt: skip
        group = sorted(beside.values(), key=lambda each: each.line) or [job]
        if len(group) == 1:
            job.energy_kwh = rounded(per(job.joules or Decimal(0), JOULES_PER_KWH))
        elif id(job) not in done and _is_one_stretch(group):
            _split(group)
            done |= {id(each) for each in group}


def _is_one_stretch(group: list[Job]) -> bool:
    """Whether all of them had the same nodes for the same time, so that one energy is all of it."""
    same = {(job.nodes, job.started_at, job.ended_at) for job in group}
    return len(same) == 1 and all(job.joules and (job.gpus or job.cpus) for job in group)


def _split(group: list[Job]) -> None:
    """The nodes' energy, counted once, by GPUs, or by CPUs where nobody had a GPU."""
    whole = rounded(per(max(job.joules or Decimal(0) for job in group), JOULES_PER_KWH))
    by_gpu = any(job.gpus for job in group)
    weights = {job.line: Decimal(job.gpus if by_gpu else job.cpus) for job in group}
    parts = split(whole, weights, decimals=DECIMALS)
    for job in group:
        job.energy_kwh = parts[job.line]


def _add(job: Job, file: ForeignFile) -> None:
    cells = {
        "activity": "compute/training",
        "started_on": job.started_at.date().isoformat(),
        "ended_on": job.ended_at.date().isoformat(),
        "external_id": job.external_id,
        "note": f"Slurm job {job.cells['JobID']} {job.cells.get('JobName', '')}".strip()[:500],
    }
    if job.energy_kwh is not None:
        energy = written(job.energy_kwh)
        cells |= {"quantity": energy, "unit": "kWh", "machine_energy_kwh": energy}
    elif job.gpus:
        hours = per(job.gpus * job.seconds, Decimal(3600))
        hardware = job.kinds[0] if len(job.kinds) == 1 else ""
        cells |= {"quantity": written(hours), "unit": "accelerator-hours", "hardware": hardware}
    else:
        why = said("it had no GPU, and no energy of its own was measured")
        file.left_out.append(LeftOut(job.line, said("job %(id)s", id=job.cells["JobID"]), why))
        return
    file.rows.append(ForeignRow(job.line, job.cells.get("Account", ""), cells))
