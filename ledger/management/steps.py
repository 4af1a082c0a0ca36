"""What the settlement commands share: their arguments, and refusals as exit code 1."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from departments.organisation.models import User
from ledger.errors import LedgerError
from pricing.errors import PricingError


class StepCommand(BaseCommand):
    """A command that makes one call and shows the answer; a refusal is printed and exits 1."""

    requires_system_checks: list[str] = []

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            answer = super().execute(*args, **options)
            self.stdout.flush()
            return answer
        except (LedgerError, PricingError) as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal
        except BrokenPipeError:
            # Whoever read our output has seen enough; nothing more can be said there.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return None
        except OSError as error:
            raise CommandError(f"The output can't be written: {error}.", returncode=1) from error


class SettlementCommand(StepCommand):
    """A step of a settlement: `--scheme CODE --period CODE --by USER`."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scheme", required=True, metavar="CODE", help="e.g. carbon-fee")
        parser.add_argument("--period", required=True, metavar="CODE", help="e.g. FY22")
        parser.add_argument(
            "--by", required=True, metavar="USER", help="user name of who takes this step"
        )


def person(username: str) -> User:
    """The active user of that name, or exit code 2 with the name that was not found."""
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise CommandError(f"There is no active user {username!r}.", returncode=2)
    return found


def day(text: str) -> date:
    """A day as YYYY-MM-DD, for argparse."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no day; write it as YYYY-MM-DD") from error
