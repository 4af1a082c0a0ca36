"""Writes. The company's aims: the year that turns negative, and that by which nothing is left.

No bill, price or posting rests on them: they are drawn beside the years to come.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from departments.organisation.access import Permission, may
from departments.organisation.models import User
from departments.organisation.said import Said, said
from ledger.atmosphere_outlook import Aims
from ledger.errors.proposals import AimDecided, AimInvalid
from ledger.errors.settlements import NotAllowed
from ledger.models.aims import AimKind, ClimateAim

YEARS = (2000, 2200)


def propose_aim(
    *, kind: str, year: int, by: User, reason: str = "", source_url: str = ""
) -> ClimateAim:
    """Propose an aim, which counts once another person has approved it.

    Raises: NotAllowed, AimInvalid.
    """
    _require(by, Permission.PROPOSE_PRICE, said("propose an aim"))
    if kind not in AimKind.values or not YEARS[0] <= year <= YEARS[1]:
        kinds = " or ".join(AimKind.values)
        raise AimInvalid(
            said(
                "%(kind)s %(year)s is no aim: %(kinds)s, a year from 2000 to 2200.",
                kind=kind,
                year=year,
                kinds=kinds,
            )
        )
    return ClimateAim.objects.create(
        kind=kind, year=year, reason=reason, source_url=source_url, proposed_by=by
    )


@transaction.atomic
def approve_aim(*, aim_id: int, by: User, at: datetime) -> ClimateAim:
    """Approve an aim, as another person; it takes the place of the one before. Approved already, it
    stays as it is.

    Raises: NotAllowed; AimDecided, where its proposer would decide it; AimInvalid, for none.
    """
    _require(by, Permission.APPROVE_PRICE, said("approve an aim"))
    aim = _locked(aim_id)
    if aim.proposed_by_id == by.pk:
        raise AimDecided(
            said(
                "%(person)s proposed aim %(aim)s and can't approve it: another person must.",
                person=by.get_username(),
                aim=aim_id,
            )
        )
    if aim.approved_by_id is None:
        aim.approved_by, aim.approved_at = by, at
        aim.save(update_fields=["approved_by", "approved_at"])
    return aim


@transaction.atomic
def withdraw_aim(*, aim_id: int, by: User) -> None:
    """Take back an aim that is not approved.

    Raises: NotAllowed; AimDecided, once it is approved; AimInvalid, if there is none.
    """
    _require(by, Permission.PROPOSE_PRICE, said("withdraw an aim"))
    aim = _locked(aim_id)
    if aim.approved_by_id is not None:
        raise AimDecided(
            said("Aim %(aim)s is approved and stays: propose another one in its place.", aim=aim_id)
        )
    aim.delete()


def aims_in_force(otherwise: Aims) -> Aims:
    """The aims approved last; one that nobody has approved yet is as the settings say."""
    approved = ClimateAim.objects.filter(approved_by__isnull=False)
    years = dict(approved.order_by("approved_at", "pk").values_list("kind", "year"))
    return Aims(
        years.get(AimKind.NEGATIVE_FROM, otherwise.negative_from),
        years.get(AimKind.ZERO_BY, otherwise.zero_by),
    )


def _locked(aim_id: int) -> ClimateAim:
    aim = ClimateAim.objects.select_for_update().filter(pk=aim_id).first()
    if aim is None:
        raise AimInvalid(said("There is no aim %(aim)s.", aim=aim_id))
    return aim


def _require(by: User, permission: Permission, step: Said) -> None:
    if not may(by, permission):
        raise NotAllowed(by.get_username(), step, permission.roles_text)
