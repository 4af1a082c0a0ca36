"""Door. Where the price should sit: how tonnes answered to it, or why nobody can tell."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ledger import sweet_spots
from ledger.management.steps import StepCommand
from ledger.models.sweet_spots import SweetSpotState
from pricing.sweet_spot.estimate import estimate_sweet_spot
from pricing.sweet_spot.panel import Panel, read_panel

_BAR = 40


class Command(StepCommand):
    help = """Estimate how tonnes answer to the internal price, and up to which price another dollar
still buys abatement. Where the data can't tell, the answer is "not identifiable" and the reason.

  manage.py sweet_spot --scheme CARBON-FEE           from the scheme's posted settlements; kept
  manage.py sweet_spot --panel panel.csv --json      from any panel; needs no database

A panel is a CSV file in UTF-8 with the columns
  department,category,period,emissions_kgco2e,price_per_tonne,driver
and one row for each department, category and period (FY20, 2021, 2021Q3, 2021-07). The price is 0
where there was none yet. The driver (headcount, revenue) may be empty, or its column missing. What
it takes: departments that knew different prices at the same time, over some periods; four
departments at least.

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
        if options["panel"]:
            panel = _panel(options["panel"])
            answer = estimate_sweet_spot(panel, seed=options["seed"]).as_json()
        else:
            answer = _kept_answer(options["scheme"], options["seed"])
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(as_text(answer))


def _panel(file: str) -> Panel:
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"{file} can't be read: {error.strerror}.", returncode=1) from error
    return read_panel(content)


def _kept_answer(scheme: str, seed: int) -> dict[str, Any]:
    """Ask, and answer here at once: a worker that was quicker has written the same."""
    run = sweet_spots.ask(scheme_code=scheme, seed=seed, by=None)
    sweet_spots.estimate(run_id=run.pk, at=timezone.now())
    run.refresh_from_db()
    if run.state == SweetSpotState.FAILED:
        raise CommandError(f"No answer: {run.error}", returncode=1)
    assert run.answer is not None
    return dict(run.answer)


def as_text(answer: dict[str, Any]) -> str:
    """The answer as a table with bars, for people."""
    if answer["identifiable"]:
        lines = [_range_in_words(**answer["range"]), "", *_table(answer)]
    else:
        code, sentence = answer["reason"].split(": ", 1)
        lines = [f"Not identifiable ({code})", sentence]
    lines += ["", f"{answer['observations']} observations; {answer['method']}.", *answer["notes"]]
    return "\n".join(lines)


def _range_in_words(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "No abatement is shown at any observed price."
    return (
        f"Another dollar still buys abatement from {low:g} to {high:g} per tonne; beyond that none "
        "is shown."
    )


def _table(answer: dict[str, Any]) -> list[str]:
    rows = [f"{'price':>10} {'tonnes':>8}   {'95 % interval':^19} {'revenue a year':>18}"]
    for point, curve in zip(answer["response"], answer["curve"], strict=True):
        bar = "▇" * round(_BAR * min(max(1 + point["change_share"], 0.0), 1.5) / 1.5)
        rows.append(
            f"{point['price_per_tonne']:>10,.2f} {point['change_share']:>+8.1%}   "
            f"{point['low']:>+8.1%} … {point['high']:>+8.1%} {curve['revenue']:>18,.0f}  {bar}"
        )
    return rows
