"""Door. Where the price should sit: how tonnes answered to it, or why nobody can tell."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from ledger.management.steps import StepCommand
from ledger.sweet_spot_panel import settled_panel
from pricing.sweet_spot.answer import Answer
from pricing.sweet_spot.estimate import estimate_sweet_spot
from pricing.sweet_spot.panel import Panel, read_panel

_BAR = 40


class Command(StepCommand):
    help = """Estimate how tonnes answer to the internal price, and up to which price another dollar
still buys abatement. Where the data can't tell, the answer is "not identifiable" and the reason.

  manage.py sweet_spot --scheme CARBON-FEE           from the scheme's posted settlements
  manage.py sweet_spot --panel panel.csv --json      from any panel; needs no database

A panel is a CSV file in UTF-8 with the columns
  department,category,period,emissions_kgco2e,price_per_tonne,driver
and one row for each department, category and period (FY20, 2021, 2021Q3, 2021-07). The price is 0
where there was none yet. The driver (headcount, revenue) may be empty. What it takes: departments
that knew different prices at the same time, over some periods; four departments at least.

With --json: {"identifiable", "reason", "response": [{"price_per_tonne", "change_share", "low",
"high"}], "range": {"low", "high"}, "observations", "method", "seed", …}. change_share is tonnes at
that price against the lowest observed price, minus 1, in the long run and all else equal, with its
95 % interval; range is null where no abatement is shown. docs/method.md has the method.

Exit codes: 0 answered (also "not identifiable"), 1 the panel can't be used, 2 wrong usage."""

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--scheme", metavar="CODE", help="whose posted settlements count")
        source.add_argument("--panel", metavar="FILE", help="a CSV file instead")
        parser.add_argument("--seed", type=int, default=1, help="kept with the answer (default 1)")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        panel = _panel(options)
        answer = estimate_sweet_spot(panel, seed=options["seed"])
        if options["json"]:
            self.stdout.write(json.dumps(answer.as_json(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write(as_text(answer))


def _panel(options: dict[str, Any]) -> Panel:
    if options["scheme"]:
        return settled_panel(scheme_code=options["scheme"])
    try:
        content = Path(options["panel"]).read_bytes()
    except OSError as error:
        refusal = f"{options['panel']} can't be read: {error.strerror}."
        raise CommandError(refusal, returncode=1) from error
    return read_panel(content)


def as_text(answer: Answer) -> str:
    """The answer as a table with bars, for people."""
    if answer.refusal is not None:
        lines = [f"Not identifiable ({answer.refusal.code})", answer.refusal.sentence]
    else:
        lines = [_range_in_words(answer), "", *_table(answer)]
    lines += ["", f"{answer.observations} observations; {answer.method}.", *answer.notes]
    return "\n".join(lines)


def _range_in_words(answer: Answer) -> str:
    if answer.low is None or answer.high is None:
        return "No abatement is shown at any observed price."
    return (
        f"Another dollar still buys abatement from {answer.low:g} to {answer.high:g} per tonne; "
        "beyond that none is shown."
    )


def _table(answer: Answer) -> list[str]:
    rows = [f"{'price':>10} {'tonnes':>8}   {'95 % interval':^19} {'revenue a year':>18}"]
    for point, curve in zip(answer.response, answer.curve, strict=True):
        bar = "▇" * round(_BAR * min(max(1 + point.change_share, 0.0), 1.5) / 1.5)
        rows.append(
            f"{point.price_per_tonne:>10,.2f} {point.change_share:>+8.1%}   "
            f"{point.low:>+8.1%} … {point.high:>+8.1%} {curve.revenue:>18,.0f}  {bar}"
        )
    return rows
