"""Door. Give a person a role; it makes the first administrator."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from departments.organisation import sight
from departments.organisation.models import DEPARTMENT_ROLES, Department, Role, User
from departments.organisation.people import give_role


class Command(BaseCommand):
    help = (
        "Give a person a role. Start with: manage.py createsuperuser, then "
        "manage.py give_role --to NAME --role administrator; the rest can be done under /admin/. "
        "Safe to repeat. Exit codes: 0 done, 1 refused (the message says why), 2 wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", required=True, metavar="USER")
        parser.add_argument("--role", required=True, choices=[str(role) for role in Role])
        parser.add_argument(
            "--department", metavar="CODE", help="for contributor, approver and viewer"
        )
        parser.add_argument(
            "--by",
            metavar="USER",
            help="who gives it, for the audit trail; else the machine's user",
        )
        parser.add_argument("--reason", default="", help="why, for the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        role, code = Role(options["role"]), options["department"]
        if (role in DEPARTMENT_ROLES) != (code is not None):
            raise CommandError(
                "Contributor, approver and viewer need --department; the other roles are "
                "company-wide and take none."
            )
        user = User.objects.filter(username=options["to"]).first()
        department = Department.objects.filter(code=code).first() if code else None
        if user is None or (code and department is None):
            raise CommandError(f"There is no {'user ' + options['to'] if not user else code}.")
        sight.because(sight.Cause(reason=options["reason"], person_id=_giver(options["by"])))
        try:
            give_role(user=user, role=role, department=department)
        finally:
            sight.because(None)
        self.stdout.write(f"{user.username} is {role.label}{' in ' + code if code else ''}.")


def _giver(username: str | None) -> int | None:
    if not username:
        return None
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise CommandError(f"There is no active user {username}.")
    return int(found.pk)
