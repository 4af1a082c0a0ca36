"""Refused of sites and their readings."""

from __future__ import annotations

from departments.inventory.errors import InventoryError
from departments.organisation.said import said, word


class SiteTaken(InventoryError):
    code = "site_taken"
    http_status = 409

    def __init__(self, *, site: str) -> None:
        self.site = site
        super().__init__(said("There is a site %(site)s already. Choose another code.", site=site))


class SiteNotFound(InventoryError):
    code = "site_not_found"
    http_status = 404

    def __init__(self, *, site: str) -> None:
        self.site = site
        super().__init__(
            said(
                "There is no site %(site)s, or you may not see it. Look it up: sites list.",
                site=site,
            )
        )


class ReadingNotFound(InventoryError):
    code = "reading_not_found"
    http_status = 404

    def __init__(self, *, reading_id: int) -> None:
        self.reading_id = reading_id
        super().__init__(
            said(
                "There is no reading %(reading_id)s. Look it up: site_indicators.",
                reading_id=reading_id,
            )
        )


class ReadingInWrongState(InventoryError):
    code = "reading_in_wrong_state"
    http_status = 409

    def __init__(self, *, reading_id: int, state: str, step: str) -> None:
        self.reading_id, self.state, self.step = reading_id, state, step
        super().__init__(
            said(
                "Reading %(reading_id)s is %(state)s, so it can't be %(step)s.",
                reading_id=reading_id,
                state=word(state),
                step=word(step),
            )
        )


class ReadingDecidedBySamePerson(InventoryError):
    code = "reading_decided_by_same_person"
    http_status = 403

    def __init__(self, *, reading_id: int, person: str) -> None:
        self.reading_id, self.person = reading_id, person
        super().__init__(
            said(
                "%(person)s entered reading %(reading_id)s and can't approve it. Ask a colleague.",
                person=person,
                reading_id=reading_id,
            )
        )


class ReadingOverlaps(InventoryError):
    code = "reading_overlaps"
    http_status = 409

    def __init__(self, *, reading_id: int, site: str, indicator: str) -> None:
        self.reading_id, self.site, self.indicator = reading_id, site, indicator
        super().__init__(
            said(
                "Reading %(reading_id)s covers days of %(indicator)s at %(site)s that another "
                "approved reading covers. Correct that one instead, or enter the other days.",
                reading_id=reading_id,
                indicator=indicator,
                site=site,
            )
        )
