"""Door. Accrue a settlement that is not posted yet."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from typing import Any

from ledger import accruals, settlement_run
from ledger.management.steps import SettlementCommand, person


class Command(SettlementCommand):
    help = """Accrue a calculated settlement for the reports of its period's end.

  manage.py accrue_settlement --scheme carbon-fee --period FY24-M06 --by finance

Its provisional amounts are posted on the last day of its period, on accounts for accruals, and
taken back by a second entry on the day after; the next period has to be there and open. The
settlement itself is approved and posted later as ever, and is not touched. Once for a settlement.

Exit codes: 0 accrued, 1 refused (the message says what to do), 2 wrong usage."""

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def handle(self, *args: Any, **options: Any) -> None:
        settlement = settlement_run.find(
            scheme_code=options["scheme"], period_code=options["period"]
        )
        done = accruals.accrue(settlement_id=settlement.pk, by=person(options["by"]))
        self.stdout.write(
            f"{settlement_run.name_of(settlement)} is accrued by entry {done.entry_id}, taken back "
            f"by entry {done.reversal_id}."
        )
