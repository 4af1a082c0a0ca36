"""Door. Make an API key; its secret is printed once."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from departments.organisation.api_keys import SCOPES, IssuedKey, issue_key
from departments.organisation.errors import OrganisationError
from departments.organisation.models import Department, User

TEACHING = """
Example:

  manage.py create_api_key --name "Finance export" --for finance \\
      --scope journal:read --scope exports:write --expires-in 365

  curl -H "Authorization: Bearer cfl_…" http://localhost:8000/api/v1/me/

A key never reaches further than the person it acts for; --department narrows it to those
departments and all below them, for good. Only a hash is stored: who loses the secret makes a new
key.

Scopes: {scopes}.

Exit codes: 0 done, 1 refused (the message says why), 2 wrong usage.
"""


class Command(BaseCommand):
    help = "Make an API key for a program. The secret is printed once and never again."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(
            prog_name, subcommand, epilog=TEACHING.format(scopes=", ".join(SCOPES)), **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("--name", required=True, help="what the key is for")
        parser.add_argument(
            "--for", dest="acts_for", required=True, metavar="USER", help="who answers for it"
        )
        parser.add_argument(
            "--scope",
            dest="scopes",
            action="append",
            required=True,
            choices=SCOPES,
            metavar="SCOPE",
        )
        parser.add_argument(
            "--department", dest="departments", action="append", default=[], metavar="CODE"
        )
        parser.add_argument("--expires-in", type=int, metavar="DAYS", help="default: never")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        days: int | None = options["expires_in"]
        try:
            issued = issue_key(
                name=options["name"],
                scopes=options["scopes"],
                departments=_departments(options["departments"]),
                acts_for=_person(options["acts_for"]),
                expires_at=now + timedelta(days=days) if days is not None else None,
                at=now,
            )
        except OrganisationError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(_as_json(issued) if options["json"] else _as_text(issued))


def _person(username: str) -> User:
    person = User.objects.filter(username=username).first()
    if person is None:
        raise CommandError(f"There is no user {username!r}.")
    return person


def _departments(codes: list[str]) -> list[Department]:
    found = list(Department.objects.filter(code__in=codes))
    missing = sorted(set(codes) - {department.code for department in found})
    if missing:
        raise CommandError(f"There is no department {', '.join(missing)}.")
    return found


def _as_json(issued: IssuedKey) -> str:
    key = issued.key
    return json.dumps(
        {
            "name": key.name,
            "prefix": key.prefix,
            "secret": issued.secret,
            "scopes": key.scopes,
            "acts_for": key.acts_for.get_username(),
            "departments": sorted(key.departments.values_list("code", flat=True)),
            "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        }
    )


def _as_text(issued: IssuedKey) -> str:
    return f"{issued.secret}\n\nKeep it now: it is shown this once, and only its hash is stored."
