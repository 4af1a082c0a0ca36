"""Door. Work out a price per tonne, with its arithmetic; nothing is stored."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from decimal import Decimal
from typing import Any

from pricing import price_arithmetic
from pricing.management.steps import PolicyCommand, number
from pricing.price_arithmetic import WorkedPrice


class Command(PolicyCommand):
    help = """Work out a price per tonne, and print the arithmetic.

  manage.py price_arithmetic recovery --budget 10000000 --tonnes 671094 --currency USD
  manage.py price_arithmetic elasticity --price 20 --tonnes 1000 --target 800 --elasticity -0.4
  manage.py price_arithmetic abatement --cut 600 --measure trains=35:400 --measure lights=12:300

recovery: the fund's budget over the tonnes that will be charged, rounded up to the cent.
elasticity: the price at which emissions fall to a target, if they answer as you assume.
abatement: the price at which enough of your measures (name=cost per tonne:tonnes) pay off.

Exit codes: 0 shown, 1 refused, 2 wrong usage."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        ways = parser.add_subparsers(dest="way", required=True)
        recovery = ways.add_parser("recovery")
        recovery.add_argument("--budget", type=number, required=True)
        recovery.add_argument("--tonnes", type=number, required=True)
        elasticity = ways.add_parser("elasticity")
        for name in ("price", "tonnes", "target", "elasticity"):
            elasticity.add_argument(f"--{name}", type=number, required=True)
        abatement = ways.add_parser("abatement")
        abatement.add_argument("--cut", type=number, required=True, metavar="TONNES")
        abatement.add_argument("--measure", type=measure, action="append", required=True)
        for way in (recovery, elasticity, abatement):
            way.add_argument("--currency", default="USD", metavar="CODE")

    def handle(self, *args: Any, **options: Any) -> None:
        worked = work_out(options)
        for sentence in worked.explanation:
            self.stdout.write(sentence)
        self.stdout.write(f"{worked.price_per_tonne} {worked.currency} per tCO2e")


def work_out(asked: dict[str, Any]) -> WorkedPrice:
    """The price, by the way that was asked for."""
    currency = asked["currency"]
    if asked["way"] == "recovery":
        return price_arithmetic.cost_recovery(
            budget=asked["budget"], tonnes=asked["tonnes"], currency=currency
        )
    if asked["way"] == "elasticity":
        return price_arithmetic.led_by_elasticity(
            price_today=asked["price"],
            tonnes_today=asked["tonnes"],
            target_tonnes=asked["target"],
            elasticity=asked["elasticity"],
            currency=currency,
        )
    return price_arithmetic.led_by_abatement_cost(
        measures=asked["measure"], tonnes_to_cut=asked["cut"], currency=currency
    )


def measure(text: str) -> tuple[str, Decimal, Decimal]:
    """`trains=35:400` is trains, 35 a tonne, 400 tonnes; for argparse."""
    name, has_cost, figures = text.partition("=")
    cost, has_tonnes, tonnes = figures.partition(":")
    if not (name and has_cost and has_tonnes):
        raise ArgumentTypeError(f"{text!r} is no measure; write it as name=cost:tonnes")
    return name, number(cost), number(tonnes)
