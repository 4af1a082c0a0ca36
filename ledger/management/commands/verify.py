"""Door. Prove the books."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from ledger import seal, verification
from ledger.management.steps import StepCommand


class Command(StepCommand):
    help = (
        "Recompute every promise from the rows: entries balance, amounts are tonnes times price, "
        "statement lines equal their records and the journal, every approved record is settled, "
        "seals of closed periods hold. "
        "Exit codes: 0 all holds, 1 something is wrong and the places are printed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        result = verification.verify()
        if options["json"]:
            self.stdout.write(json.dumps(as_json(result), indent=2))
        else:
            self._print(result)
        if not result.holds:
            raise CommandError(f"{len(result.findings)} promises are broken.", returncode=1)

    def _print(self, result: verification.Verification) -> None:
        for name, count in result.checked.items():
            broken = [finding for finding in result.findings if finding.check == name]
            self.stdout.write(f"{'BROKEN' if broken else 'holds ':6}  {name} ({count:,})")
            for finding in broken:
                self.stdout.write(f"        {finding.place}: {finding.detail}")
        self.stdout.write(f"head of the seals: {seal.chain_head() or 'no period is closed yet'}")


def as_json(result: verification.Verification) -> dict[str, Any]:
    """The verification as programs read it."""
    return {
        "holds": result.holds,
        "checked": result.checked,
        "findings": [
            {"check": finding.check, "place": finding.place, "detail": finding.detail}
            for finding in result.findings
        ],
        "chain_head": seal.chain_head(),
    }
