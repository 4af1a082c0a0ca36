"""Door. Emissions from before the first period: proposed by one person, approved by another."""

from __future__ import annotations

from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ledger import manual_entries
from ledger.historical_emissions import propose_historical
from ledger.management.steps import StepCommand, person


class Command(StepCommand):
    help = (
        "Enter what the company emitted before its first recorded period, since its foundation: "
        "the atmosphere's opening balance. One person proposes it with its source, another "
        "approves it (--approve) and so posts it. It belongs to no department: no bill changes. "
        "Exit codes: 0 done, 1 refused, 2 wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kgco2e", metavar="FIGURE", help="how much, in kgCO2e")
        parser.add_argument("--from", dest="from_year", type=int, metavar="YEAR")
        parser.add_argument("--until", dest="until_year", type=int, metavar="YEAR")
        parser.add_argument("--source", default="", help="where the figure comes from")
        parser.add_argument("--approve", type=int, metavar="NUMBER", help="a proposal's number")
        parser.add_argument("--by", required=True, metavar="USER")

    def handle(self, *args: Any, **options: Any) -> None:
        by, now = person(options["by"]), timezone.now()
        if options["approve"]:
            entry = manual_entries.approve(manual_entry_id=options["approve"], by=by, at=now)
            self.stdout.write(f"Manual entry {entry.pk} is approved and posted.")
            return
        if None in (options["kgco2e"], options["from_year"], options["until_year"]):
            raise CommandError("Say --kgco2e, --from and --until, or --approve.", returncode=2)
        if not options["source"]:
            raise CommandError("Say with --source where the figure comes from.", returncode=2)
        entry = propose_historical(
            kgco2e=_figure(options["kgco2e"]),
            from_year=options["from_year"],
            until_year=options["until_year"],
            source=options["source"],
            by=by,
            at=now,
        )
        self.stdout.write(
            f"Manual entry {entry.pk} is proposed; another person approves it: "
            f"historical_emissions --approve {entry.pk} --by …"
        )


def _figure(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise CommandError(f"{text!r} is no figure: write 1234.5.", returncode=2) from None
