"""Door. Measure the product beside its floor."""

from __future__ import annotations

import json
import subprocess
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from config.bench import measures, scratch
from config.management.commands.demo import logs, start, stop
from ledger import tasks

SIZES = {"small": (20_000, 200), "medium": (200_000, 2_000), "full": (1_000_000, 10_000)}


class Command(BaseCommand):
    help = (
        "Measure the product beside a floor written in plain SQL, in the same run, in a database "
        "of its own; print ratios and write JSON. Sizes: small (20,000 records, under a minute), "
        "medium (200,000), full (1,000,000 records, 10,000 departments)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=SIZES, default="small")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
        parser.add_argument("--inside", action="store_true", help="used by the command itself")

    def handle(self, *args: Any, **options: Any) -> None:
        records, departments = SIZES[options["size"]]
        if options["inside"]:
            self._measure(records, options["json"])
            return
        given = ["--json", str(options["json"].resolve())] if options["json"] else []
        with scratch.scratch_database() as environment:
            scratch.fill(records=records, departments=departments)
            worker: list[subprocess.Popen[bytes]] = []
            try:
                worker.append(
                    start(
                        "bench-worker",
                        "celery",
                        "-A",
                        "config",
                        "worker",
                        "-c",
                        "2",
                        "-n",
                        "bench@%h",
                        environment=environment,
                    )
                )
                scratch.manage(environment, "bench", "--inside", "--size", options["size"], *given)
            finally:
                stop(worker)
        self.stdout.write(f"The worker's log is in {logs()}.")

    def _measure(self, records: int, file: Path | None) -> None:
        self.stdout.write(f"{'':58} {'ours':>9} {'floor':>9} {'ratio':>7}  target")
        done = []
        for measure in measures.measure_all(
            records=records,
            ring=lambda settlement_id, shards: tasks.ring(settlement_id, shard_count=shards),
            say=self.stderr.write,
        ):
            done.append(measure)
            self.stdout.write(
                f"{measure.work:58} {measure.seconds:8.3f}s {measure.floor_seconds:8.3f}s "
                f"{measure.ratio:7.2f}  {measure.target} ({measure.floor})"
            )
        peak = measures.peak_memory_mib()
        self.stdout.write(f"peak memory of this process: {peak:.0f} MiB")
        if file is not None:
            rows = [asdict(measure) | {"ratio": measure.ratio} for measure in done]
            file.write_text(json.dumps({"peak_memory_mib": peak, "measures": rows}, indent=2))
