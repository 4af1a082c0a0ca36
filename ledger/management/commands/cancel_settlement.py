"""Door. Cancel a settlement that is not posted."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from ledger import settlement_run
from ledger.management.steps import SettlementCommand, person


class Command(SettlementCommand):
    help = (
        "Cancel a settlement that is not posted, so that it can be calculated anew. "
        "Safe to repeat. Exit codes: 0 done, 1 refused (the message says why), 2 wrong usage."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        settlement = settlement_run.find(
            scheme_code=options["scheme"], period_code=options["period"]
        )
        settlement = settlement_run.cancel(
            settlement_id=settlement.pk, by=person(options["by"]), at=timezone.now()
        )
        self.stdout.write(f"{settlement_run.name_of(settlement)}: {settlement.state}.")
