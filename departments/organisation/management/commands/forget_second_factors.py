"""Door. Remove the second factors of a person who has lost them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from departments.organisation.models import User
from departments.organisation.signing_in.factors import forget_factors


class Command(BaseCommand):
    help = (
        "Remove authenticator app, passkeys and recovery codes of a person who has lost them. Make "
        "sure first who asks. With the next password the person sets up new ones. Exit codes: 0 "
        "done, 1 refused (the message says why), 2 wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--of", required=True, metavar="USER")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["of"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['of']}.")
        self.stdout.write(f"Removed: {forget_factors(user)} second factors of {user.username}.")
