"""Door. Take back an import."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from departments.inventory.errors import InventoryError
from departments.inventory.undoing import undo_import
from departments.organisation.errors import NotAllowed
from departments.organisation.models import User


class Command(BaseCommand):
    help = (
        "Take back an import, as whoever brought the file or as an analyst, while none of its "
        "records is approved. Its records are deleted; the file is kept and may come again. The "
        "number of an import is what import_activity prints. Exit codes: 0 done, 1 refused, 2 "
        "wrong usage."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("batch", type=int, metavar="IMPORT")
        parser.add_argument("--by", required=True, metavar="USER", help="who takes it back")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.filter(username=options["by"], is_active=True).first()
        if by is None:
            raise CommandError(f"There is no active user {options['by']!r}.", returncode=2)
        try:
            removed = undo_import(batch_id=options["batch"], by=by, at=timezone.now())
        except (InventoryError, NotAllowed) as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal
        self.stdout.write(f"{removed:,} records of import {options['batch']} removed.")
