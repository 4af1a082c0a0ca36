"""Door. Write a large made-up company as files, with the answers beside them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from config.bench.generator.files import generate
from config.bench.generator.sizes import SIZES


class Command(BaseCommand):
    help = (
        "Write a made-up company as the files it would hand over: organisation, activity by month "
        "in the import's format, late and faulty rows, prices, certificates, and beside them the "
        "expected totals and an answer key. The same size and seed give the same bytes. Sizes: "
        "S (48,000 rows), M (2,160,000), L (12,000,000). See docs/performance.md."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=SIZES, default="S")
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--out", type=Path, required=True, metavar="DIR")
        parser.add_argument("--months", type=int, help="the first so many months alone")

    def handle(self, *args: Any, **options: Any) -> None:
        summary = generate(
            size=options["size"],
            seed=options["seed"],
            out=options["out"],
            months=options["months"],
        )
        self.stdout.write(json.dumps(summary["totals"], indent=2))
