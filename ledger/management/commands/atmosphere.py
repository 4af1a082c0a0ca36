"""Door. The atmosphere: what was, what would come under each scenario, and the way to the aims."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings

from ledger.aims import aims_in_force
from ledger.atmosphere_outlook import USUAL, Aims, Outlook, outlook, outlook_content
from ledger.management.steps import StepCommand
from pricing.projection_file import read_scenarios


class Command(StepCommand):
    help = (
        "Show the lifetime balance of the atmosphere, its yearly flow, the years to come under "
        "each scenario, and the way to the aims (approved on the desk, or else settings "
        "CARBON_NEGATIVE_FROM, LIFETIME_ZERO_BY). "
        "Scenarios come from a TOML file, by default the setting SCENARIOS_FILE. Nothing is "
        "stored. Exit codes: 0 shown, 1 refused, 2 wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scenarios", type=Path, metavar="FILE", help="TOML")
        parser.add_argument("--until", type=int, metavar="YEAR", help="the last year to project")
        parser.add_argument("--json", action="store_true", help="all figures, decimals as strings")

    def handle(self, *args: Any, **options: Any) -> None:
        file = options["scenarios"] or settings.SCENARIOS_FILE
        found = outlook(
            aims=aims_in_force(
                Aims(settings.CARBON_NEGATIVE_FROM or None, settings.LIFETIME_ZERO_BY or None)
            ),
            scenarios=read_scenarios(Path(file)) if file else USUAL,
            until_year=options["until"],
        )
        if options["json"]:
            self.stdout.write(json.dumps(outlook_content(found), ensure_ascii=False, indent=2))
        else:
            self._show(found)

    def _show(self, found: Outlook) -> None:
        write = self.stdout.write
        write("Atmosphere, tCO2e")
        if found.now.historical_kgco2e:
            write(f"  before the first period {_tonnes(found.now.historical_kgco2e)}")
        for each in found.now.years:
            write(
                f"  {each.year}  emitted {_tonnes(each.emitted_kgco2e)}  removed "
                f"{_tonnes(each.removed_kgco2e)}  net {_tonnes(each.net_kgco2e)}"
            )
        write(f"  in the air {_tonnes(found.now.balance_kgco2e)}")
        for projection in found.projections:
            last = projection.years[-1]
            write(
                f"{projection.name}: takes out more than it adds from "
                f"{projection.first_negative_year or 'no year'}, nothing is left in "
                f"{projection.lifetime_zero_year or 'no year'} (until {last.year}: "
                f"{_tonnes(last.lifetime_kgco2e)} in the air)"
            )
            for sentence in projection.explanation:
                write(f"    {sentence}")
        if found.path:
            first = next(year for year in found.path if year.net_kgco2e < 0)
            write(
                f"The aims ({found.aims.negative_from}, {found.aims.zero_by}) take "
                f"{_tonnes(-found.path[-1].net_kgco2e)} removed a year on balance; the straight "
                f"way turns negative in {first.year}."
            )
        for problem in found.problems:
            write(problem)


def _tonnes(kgco2e: Any) -> str:
    return f"{kgco2e.scaleb(-3):,.0f}"
