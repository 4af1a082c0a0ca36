"""Reads. The departments that a page lets a person choose from: a list, or a field for the code."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from departments.organisation.models import Department

MOST_OFFERED = 200  # more than that nobody reads, and no page should carry


@dataclass(frozen=True, slots=True)
class Offer:
    """Departments by code; without any, and `asks_code`, there are too many: a code is typed."""

    departments: tuple[Department, ...]
    asks_code: bool

    def __bool__(self) -> bool:
        """Whether there is any to choose."""
        return self.asks_code or bool(self.departments)

    @property
    def has_choice(self) -> bool:
        """Whether there is more than one."""
        return self.asks_code or len(self.departments) > 1


def offered(department_ids: Collection[int] | None) -> Offer:
    """Those with these ids to choose from, None being all."""
    found = tuple(_of(department_ids).order_by("code")[: MOST_OFFERED + 1])
    asks_code = len(found) > MOST_OFFERED
    return Offer(() if asks_code else found, asks_code)


def department_called(text: str, department_ids: Collection[int] | None) -> Department | None:
    """The one of these with that code, or else that code or name in other letters; None: there is
    none."""
    wanted = text.replace("\x00", "").strip()
    exact = _of(department_ids).filter(code=wanted).first()
    alike = _of(department_ids).filter(Q(code__iexact=wanted) | Q(name__iexact=wanted))
    return exact or alike.order_by("code").first()


def first_of(department_ids: Collection[int] | None) -> Department | None:
    """The first of these by code, if there is any."""
    return _of(department_ids).order_by("code").first()


def _of(department_ids: Collection[int] | None) -> QuerySet[Department]:
    if department_ids is None:
        return Department.objects.all()
    return Department.objects.filter(pk__in=department_ids)
