"""Door. Who pays and who receives in a period, and what one more tonne costs each department."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from ledger.fairness import fairness
from ledger.fairness_content import fairness_content, fairness_table
from ledger.management.steps import StepCommand


class Command(StepCommand):
    help = (
        "Show who pays and who receives on balance of a posted period: by tonne, by head where an "
        "allocation key says how many there are, and what one more tonne of each scope and "
        "category costs after what the mechanism gives back. Exit codes: 0 shown, "
        "1 refused, 2 wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scheme", required=True, metavar="CODE")
        parser.add_argument("--period", required=True, metavar="CODE")
        parser.add_argument("--json", action="store_true", help="all figures, decimals as strings")

    def handle(self, *args: Any, **options: Any) -> None:
        found = fairness(scheme_code=options["scheme"], period_code=options["period"])
        if options["json"]:
            content = fairness_content(found)
            self.stdout.write(json.dumps(content, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(fairness_table(found)))
