"""Door. Submit or approve all records of an import at once."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from departments.inventory import batch_steps
from departments.inventory.errors import InventoryError
from departments.organisation.errors import NotAllowed
from departments.organisation.models import User

STEPS: dict[str, Callable[..., int]] = {
    "submit": batch_steps.submit_batch,
    "approve": batch_steps.approve_batch,
}
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

        parser.add_argument(
            "--doubtful",
            default="",
            metavar="RECORD,RECORD",
            help="approve: the records that look wrong and are right all the same, by number",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.filter(username=options["by"], is_active=True).first()
        if by is None:
            raise CommandError(f"There is no active user {options['by']!r}.", returncode=2)
        step, more = STEPS[options["step"]], _named(options)
        try:
            count = step(batch_id=options["batch"], by=by, at=timezone.now(), **more)
        except (InventoryError, NotAllowed) as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal
        self.stdout.write(f"{count:,} records {DONE[options['step']]}.")


def _named(options: dict[str, Any]) -> dict[str, list[int]]:
    """The records that were named, where the step asks for them."""
    numbers = [text.strip() for text in options["doubtful"].split(",") if text.strip()]
    if numbers and options["step"] != "approve":
        raise CommandError("--doubtful goes with approve.", returncode=2)
    if not all(text.isdecimal() and len(text) < 19 for text in numbers):
        raise CommandError("--doubtful takes numbers of records: 17,42.", returncode=2)
    return {"doubtful": [int(text) for text in numbers]} if numbers else {}
