"""Door. Draw a sample of journal lines."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from departments.organisation.spreadsheet import csv_lines
from ledger.audit.content import SAMPLE_COLUMNS, pick_content, sample_content
from ledger.audit.sample import METHODS, MONETARY_UNIT, SIDES, Sample, Wanted, draw
from ledger.management.steps import StepCommand


class Command(StepCommand):
    help = """Draw a sample of a period's journal lines by a seed, with where each is traced.

  manage.py audit_sample --period FY23 --size 25 --seed 7
  manage.py audit_sample --period FY23 --size 40 --seed 7 --method random --commodity KGCO2E
  manage.py audit_sample --period FY23 --size 25 --seed 7 --account Expenses:Carbon-Fee --format csv

The same words and the same lines give the same sample. The population's count and sum are printed
first: compare them with the trial balance, then draw again by hand if you like.

monetary-unit: lines lie end to end by line id; unit k of n is (start + k × sum) ÷ n, rounded down,
in minor units, with start = SHA-256 of "SEED|start" modulo the sum. A line is drawn if such a unit
lies in it; `hits` is how many do.
random: a line's rank is the SHA-256 of "SEED|LINE ID"; the smallest are drawn.

Without --side only debits are sampled, since they equal the credits.

Exit codes: 0 drawn, 1 refused, 2 wrong usage."""

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", required=True, metavar="CODE")
        parser.add_argument("--size", required=True, type=int, metavar="N")
        parser.add_argument("--seed", required=True, metavar="WORD", help="a word or a number")
        parser.add_argument("--method", choices=METHODS, default=MONETARY_UNIT)
        parser.add_argument("--commodity", metavar="CODE", help="else the period's currency")
        parser.add_argument("--side", choices=SIDES, default="debit")
        parser.add_argument(
            "--account", default="", metavar="CODE", help="this account and those below it"
        )
        parser.add_argument("--format", choices=["text", "csv", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("period", "size", "seed", "method", "commodity", "side", "account")
        sample = draw(Wanted(**{name: options[name] for name in names}))
        if options["format"] == "json":
            self.stdout.write(json.dumps(sample_content(sample), indent=2))
        elif options["format"] == "csv":
            rows = (pick_content(pick) for pick in sample.picks)
            for piece in csv_lines(SAMPLE_COLUMNS, rows):
                self.stdout.write(piece, ending="")
            self.stderr.write(population(sample))
        else:
            self.stdout.write(population(sample))
            self._print(sample)

    def _print(self, sample: Sample) -> None:
        width = max((len(pick.line.account) for pick in sample.picks), default=7)
        self.stdout.write(f"{'no.':>5} {'hits':>5} {'line':>9}  {'account':{width}} {'amount':>22}")
        for pick in sample.picks:
            line = pick.line
            self.stdout.write(
                f"{pick.number:>5} {pick.hits:>5} {line.line_id:>9}  {line.account:{width}} "
                f"{line.debit + line.credit:>22,}  {line.description}"
            )


def population(sample: Sample) -> str:
    """What was drawn from, and what is needed to draw it again."""
    part = f" of {sample.account}" if sample.account else ""
    sides = "debits and credits" if sample.side == "both" else f"{sample.side}s"
    seal = f", sealed {sample.chain_sha256}" if sample.chain_sha256 else ""
    start = "" if sample.start_minor is None else f", start {sample.start_minor}"
    return (
        f"Period {sample.period}, {sample.state}{seal}; {sides}{part} in {sample.commodity} up to "
        f"line {sample.through_line_id}.\n"
        f"Population: {sample.line_count:,} lines, {sample.total:,} {sample.commodity}.\n"
        f"{sample.method}, size {sample.size}, seed {sample.seed}{start}: "
        f"{len(sample.picks)} lines, {sample.drawn:,} {sample.commodity}."
    )
