"""Door. Submit or approve all records of an import at once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from departments.inventory import batch_steps
from departments.inventory.errors import InventoryError
from departments.organisation.errors import NotAllowed
from departments.organisation.models import User

STEPS = {"submit": batch_steps.submit_batch, "approve": batch_steps.approve_batch}
DONE = {"submit": "submitted", "approve": "approved"}


class Command(BaseCommand):
    help = (
        "Submit all records of an import with their results, or approve them as another person: "
        "all, or none and why. The number of an import is what import_activity prints. Exit codes: "
        "0 done, 1 refused, 2 wrong usage."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("step", choices=STEPS)
        parser.add_argument("batch", type=int, metavar="IMPORT")
        parser.add_argument("--by", required=True, metavar="USER", help="who takes the step")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.filter(username=options["by"], is_active=True).first()
        if by is None:
            raise CommandError(f"There is no active user {options['by']!r}.", returncode=2)
        step = STEPS[options["step"]]
        try:
            count = step(batch_id=options["batch"], by=by, at=timezone.now())
        except (InventoryError, NotAllowed) as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal
        self.stdout.write(f"{count:,} records {DONE[options['step']]}.")
