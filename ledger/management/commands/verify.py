"""Door. Prove the books."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import CommandError

from ledger import seal, verification
from ledger.management.steps import StepCommand


class Command(StepCommand):
    help = (
        "Recompute every promise from the rows: entries balance, amounts are tonnes times price, "
        "statement lines equal their records and the journal, every approved record is settled, "
        "seals of closed periods hold, and agree with the heads kept outside the database. "
        "Exit codes: 0 all holds, 1 something is wrong and the places are printed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument(
            "--head",
            default="",
            metavar="FILE_OR_HASH",
            help="a file of heads, or the hash of one, that you kept outside; without it this "
            "machine's own file, if there is one (SEAL_HEADS_FILE)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        result = verification.verify(say=self._progress(), **kept_outside(options["head"]))
        if options["json"]:
            self.stdout.write(json.dumps(as_json(result), indent=2))
        else:
            self._print(result)
        if not result.holds:
            raise CommandError(f"{len(result.findings)} promises are broken.", returncode=1)

    def _progress(self) -> Callable[[str], None]:
        """Say on standard error what is checked, once it takes longer than a second."""
        began = monotonic()

        def say(what: str) -> None:
            if monotonic() - began > 1:
                self.stderr.write(f"{monotonic() - began:6.1f} s  {what} …")

        return say

    def _print(self, result: verification.Verification) -> None:
        for name, count in result.checked.items():
            broken = [finding for finding in result.findings if finding.check == name]
            self.stdout.write(f"{'BROKEN' if broken else 'holds ':6}  {name} ({count:,})")
            for finding in broken:
                self.stdout.write(f"        {finding.place}: {finding.detail}")
        self.stdout.write(f"head of the seals: {seal.chain_head() or 'no period is closed yet'}")


def kept_outside(given: str) -> dict[str, Any]:
    """`--head` as arguments of verify: a hash, or a file that is there."""
    if not given or re.fullmatch("[0-9a-fA-F]{64}", given):
        return {"head": given}
    if not Path(given).is_file():
        raise CommandError(
            f"{given!r} is neither a file nor a hash of 64 hexadecimal digits.", returncode=2
        )
    return {"heads_file": Path(given)}


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
