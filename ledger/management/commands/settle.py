"""Door. Calculate a settlement."""

from __future__ import annotations

import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ledger import settlement_run, tasks
from ledger.management.steps import SettlementCommand, person
from ledger.models.settlements import Settlement, SettlementState, ShardState

POLL_SECONDS = 0.2


class Command(SettlementCommand):
    help = """Calculate the settlement of a scheme and period, ready for another person to approve.

Takes in every approved record that the scheme has not settled yet: those of the period, and late
or corrected ones of earlier periods as true-ups. Nothing is posted; run it again at any time.

  manage.py settle --scheme carbon-fee --period FY22 --by analyst
  manage.py approve_settlement --scheme carbon-fee --period FY22 --by approver
  manage.py post_settlement --scheme carbon-fee --period FY22 --by approver

Exit codes: 0 calculated, 1 refused (the message says what to do), 2 wrong usage."""

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--workers",
            action="store_true",
            help="leave the calculation to running Celery workers and wait for them; "
            "without it, this command calculates itself, beside any workers",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        settlement = settlement_run.prepare(
            scheme_code=options["scheme"], period_code=options["period"], by=person(options["by"])
        )
        name = settlement_run.name_of(settlement)
        if options["workers"]:
            tasks.ring(settlement.pk, shard_count=settlement.shard_count)
            settlement = self._wait(settlement, name)
        else:
            settlement = settlement_run.calculate(settlement_id=settlement.pk, at=timezone.now())
        self._refuse_unfinished(settlement, name)
        self.stdout.write(
            f"{name}: {settlement.record_count:,} records settled on {settlement.lines.count():,} "
            f"statement lines; {settlement.state}."
        )

    def _wait(self, settlement: Settlement, name: str) -> Settlement:
        shown = ""
        while settlement.state == SettlementState.CALCULATING:
            done = settlement.shards.filter(state=ShardState.DONE).count()
            progress = f"{name}: {done} of {settlement.shard_count} shards"
            if progress != shown:
                self.stderr.write(progress)
                shown = progress
            if settlement.shards.filter(state=ShardState.QUARANTINED).exists():
                break
            time.sleep(POLL_SECONDS)
            settlement.refresh_from_db()
        return settlement

    def _refuse_unfinished(self, settlement: Settlement, name: str) -> None:
        stuck = settlement.shards.filter(state=ShardState.QUARANTINED)
        if stuck:
            errors = "\n".join(sorted({f"  {shard.error}" for shard in stuck}))
            raise CommandError(
                f"{name}: {len(stuck)} of {settlement.shard_count} shards could not be "
                f"calculated:\n{errors}\nMend the cause, then cancel this settlement or release "
                "its shards in the admin.",
                returncode=1,
            )
