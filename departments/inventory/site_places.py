"""Reads. The place of a site that a record names: its grid, where the record says no place."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from departments.inventory.errors import EntryRefused
from departments.inventory.models.sites import Site
from departments.organisation.said import said


def site_places() -> dict[str, str]:
    """The place of each site that the person sees, by the site's code."""
    return dict(Site.objects.order_by("code").values_list("code", "place"))


def placed(code: str, place: str, places: Mapping[str, str]) -> tuple[str, str]:
    """A site's code as it is kept, and the place that was entered, or else the site's.

    Raises: EntryRefused, if there is no such site, with the one that was probably meant.
    """
    wanted = code.strip().upper()
    if wanted not in places:
        near = get_close_matches(wanted, places, n=1)
        hint = (
            said("Did you mean %(nearest)s?", nearest=near[0])
            if near
            else said("Enter the site first, or leave it out.")
        )
        raise EntryRefused(
            field="site", value=code, reason=said("There is no such site."), hint=hint
        )
    return wanted, place or places[wanted]
