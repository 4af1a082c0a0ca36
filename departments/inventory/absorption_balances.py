"""Reads. What projects have absorbed, what of it may be claimed, and what removals claim."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum

from departments.inventory.argument_figures import Activity
from departments.inventory.entry import plain
from departments.inventory.errors import EntryRefused
from departments.inventory.models.absorption import (
    AbsorptionClaim,
    AbsorptionMeasurement,
    AbsorptionProject,
)
from departments.organisation.said import said, word

KG_PER_TONNE = Decimal(1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsorptionBalance:
    """A project with its approved measurements and the verified removals that name it, in tCO2e."""

    code: str
    name: str
    kind: str
    place: str
    durability_class: str
    is_approved: bool
    measured_tonnes: Decimal
    buffer_share: Decimal
    claimed_tonnes: Decimal

    @property
    def claimable_tonnes(self) -> Decimal:
        """What is measured, less the buffer."""
        return plain(self.measured_tonnes * (1 - self.buffer_share))

    @property
    def left_tonnes(self) -> Decimal:
        """What nobody claims yet."""
        return plain(self.claimable_tonnes - self.claimed_tonnes)


def absorption_balances() -> list[AbsorptionBalance]:
    """Every project, by its code."""
    return [balance_of(row) for row in with_tonnes(AbsorptionProject.objects.order_by("code"))]


def with_tonnes(rows: QuerySet[AbsorptionProject]) -> QuerySet[AbsorptionProject]:
    """Projects with what approved measurements add up to, and what is claimed of it."""
    own = {"project": OuterRef("pk")}
    measured = AbsorptionMeasurement.objects.filter(approved_by__isnull=False, **own)
    claimed = AbsorptionClaim.objects.filter(**own)
    return rows.annotate(
        measured_tonnes=Subquery(_sum(measured, "tonnes")),
        claimed_kgco2e=Subquery(_sum(claimed, "claimed_kgco2e")),
    )


def _sum(rows: QuerySet[Any], name: str) -> QuerySet[Any, Any]:
    summed: QuerySet[Any, Any] = rows.order_by().values("project").annotate(total=Sum(name))
    return summed.values("total")


def balance_of(row: Any) -> AbsorptionBalance:
    """The balance of a project that was read with its tonnes."""
    return AbsorptionBalance(
        code=row.code,
        name=row.name,
        kind=row.kind,
        place=row.place,
        durability_class=row.durability_class,
        is_approved=row.approved_by_id is not None,
        measured_tonnes=plain(row.measured_tonnes or Decimal(0)),
        buffer_share=plain(row.buffer_share),
        claimed_tonnes=plain((row.claimed_kgco2e or Decimal(0)) / KG_PER_TONNE),
    )


def project_citation(record: Activity) -> dict[str, str]:
    """The project that a removal names, as its source; nothing if it names none.

    Raises: EntryRefused, if there is no such project, or it stores carbon for another time.
    """
    code = str(record.inputs.get("project", ""))
    if not code:
        return {}
    found = AbsorptionProject.objects.filter(code=code, approved_by__isnull=False).first()
    if found is None:
        hint = said("Look it up: absorption list. Another person has to approve it first.")
        raise EntryRefused(
            field="project", value=code, reason=said("No such project is approved."), hint=hint
        )
    durability = str(record.inputs.get("durability_class", ""))
    if durability != found.durability_class:
        reason = said(
            "%(code)s stores carbon for a %(durability_class)s time.",
            code=code,
            durability_class=word(found.durability_class),
        )
        raise EntryRefused(
            field="durability_class",
            value=durability,
            reason=reason,
            hint=said("Enter the project's."),
        )
    return {"project": code, "project_name": found.name, "project_evidence": found.evidence}
