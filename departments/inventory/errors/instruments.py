"""Refused of contractual instruments."""

from __future__ import annotations

from departments.inventory.errors import InventoryError
from departments.organisation.said import said, word


class InstrumentNotFound(InventoryError):
    code = "instrument_not_found"
    http_status = 404

    def __init__(self, *, instrument_id: int) -> None:
        self.instrument_id = instrument_id
        super().__init__(
            said(
                "There is no instrument %(instrument_id)s. Look it up: instruments list.",
                instrument_id=instrument_id,
            )
        )


class InstrumentTaken(InventoryError):
    """The same certificate or contract is entered already; it can't be claimed twice."""

    code = "instrument_taken"
    http_status = 409

    def __init__(self, *, registry: str, serial: str) -> None:
        self.registry, self.serial = registry, serial
        super().__init__(
            said(
                "%(registry)s %(serial)s is entered already: one instrument is claimed once. "
                "Check the serial; the instruments of another year have serials of their own.",
                registry=registry,
                serial=serial,
            )
        )


class InstrumentDecidedBySamePerson(InventoryError):
    code = "instrument_decided_by_same_person"
    http_status = 403

    def __init__(self, *, instrument: str, person: str) -> None:
        self.instrument, self.person = instrument, person
        super().__init__(
            said(
                "%(person)s entered %(instrument)s and can't approve it. Ask a colleague.",
                person=person,
                instrument=instrument,
            )
        )


class InstrumentInWrongState(InventoryError):
    code = "instrument_in_wrong_state"
    http_status = 409

    def __init__(self, *, instrument: str, state: str, step: str) -> None:
        self.instrument, self.state, self.step = instrument, state, step
        super().__init__(
            said(
                "%(instrument)s is %(state)s, so it can't be %(step)s.",
                instrument=instrument,
                state=word(state),
                step=word(step),
            )
        )


class RecordNotCoverable(InventoryError):
    """An instrument can't cover this record: it is of another market, year or kind."""

    code = "record_not_coverable"

    def __init__(self, *, record_id: int, reason: str) -> None:
        self.record_id, self.reason = record_id, reason
        super().__init__(
            said("Record %(record_id)s %(reason)s", record_id=record_id, reason=reason)
        )
