"""What the commands of pricing share: refusals as exit code 1, people, numbers and days."""

from __future__ import annotations

import csv
from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from departments.organisation.models import User
from pricing.errors import PricingError


class PolicyCommand(BaseCommand):
    """A command that makes one call and shows the answer; a refusal is printed and exits 1."""

    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except PricingError as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal


def person(username: str) -> User:
    """The active user of that name, or exit code 2 with the name that was not found."""
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise CommandError(f"There is no active user {username!r}.", returncode=2)
    return found


def number(text: str) -> Decimal:
    """A decimal number, for argparse: `1234.5`, also `1,234.5`."""
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise ArgumentTypeError(f"{text!r} is no number; write it like 1234.5") from error


def day(text: str) -> date:
    """A day as YYYY-MM-DD, for argparse."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no day; write it as YYYY-MM-DD") from error


def read_csv(file: Path, needed: Sequence[str], columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV file, or exit code 2 with what is wrong with the file itself."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            table = csv.DictReader(text)
            rows = list(table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{file} can't be read: {error}.", returncode=2) from error
    names = set(table.fieldnames or ())
    unknown, missing = sorted(names - set(columns)), sorted(set(needed) - names)
    if unknown or missing:
        raise CommandError(
            f"{file}: unknown columns: {', '.join(unknown) or 'none'}; missing columns: "
            f"{', '.join(missing) or 'none'}. Known: {', '.join(columns)}.",
            returncode=2,
        )
    return rows
