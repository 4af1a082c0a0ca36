"""Reads. Factors as they were published, found by their path or by words, place and year."""

from __future__ import annotations

from departments.inventory.factor_choice import (
    ChosenFactor,
    places_of,
    published_row,
    usable_factors,
)


def published_factors(
    *, activity: str, place: str = "", year: int | None = None, after_id: int = 0, limit: int = 200
) -> list[ChosenFactor]:
    """Factors of an activity, or of the activities below a path, as they were published, by id."""
    rows = usable_factors()
    exact = rows.filter(activity=activity)
    rows = exact if exact.exists() else rows.filter(activity__startswith=f"{activity}/")
    if place:
        rows = rows.filter(place=place.upper())
    if year is not None:
        rows = rows.filter(year=year)
    return [published_row(row) for row in rows.filter(pk__gt=after_id).order_by("pk")[:limit]]


def search_factors(
    *, words: str, place: str = "", year: int | None = None, limit: int = 50
) -> list[ChosenFactor]:
    """Factors whose activity has all of the words, the newest first within an activity and place.

    A place finds what counts there, by its own factor, its country's or the world's; a year what is
    published for it.
    """
    rows = usable_factors()
    for word in words.casefold().replace("/", " ").split():
        rows = rows.filter(activity__icontains=word)
    if place:
        rows = rows.filter(place__in=places_of(place.strip().upper()))
    if year is not None:
        rows = rows.filter(year=year)
    return [published_row(row) for row in rows.order_by("activity", "place", "-year", "pk")[:limit]]
