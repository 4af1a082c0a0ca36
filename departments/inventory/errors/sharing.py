"""Refused of emissions that departments share."""

from __future__ import annotations

from departments.inventory.errors import InventoryError
from departments.organisation.said import said, word


class KeyNotFound(InventoryError):
    code = "key_not_found"
    http_status = 404

    def __init__(self, *, key_id: int) -> None:
        self.key_id = key_id
        super().__init__(
            said(
                "There is no allocation key %(key_id)s. Look it up: shared_emissions keys.",
                key_id=key_id,
            )
        )


class KeyInWrongState(InventoryError):
    code = "key_in_wrong_state"
    http_status = 409

    def __init__(self, *, key: str, state: str, step: str) -> None:
        self.key, self.state, self.step = key, state, step
        super().__init__(
            said(
                "Allocation key %(key)s is %(state)s, so it can't be %(step)s.",
                key=key,
                state=word(state),
                step=word(step),
            )
        )


class KeyDecidedBySamePerson(InventoryError):
    code = "key_decided_by_same_person"
    http_status = 403

    def __init__(self, *, key: str, person: str) -> None:
        self.key, self.person = key, person
        super().__init__(
            said(
                "%(person)s proposed allocation key %(key)s and can't approve it. Ask a colleague.",
                person=person,
                key=key,
            )
        )


class SharedOutByItsApprover(InventoryError):
    """Who approved a key stands for what follows from it, so another person sets that off."""

    code = "shared_out_by_its_approver"
    http_status = 403

    def __init__(self, *, key: str, person: str) -> None:
        self.key, self.person = key, person
        super().__init__(
            said(
                "%(person)s approved allocation key %(key)s and can't share out by it. Ask a "
                "colleague.",
                person=person,
                key=key,
            )
        )


class RecordIsAShare(InventoryError):
    """A share of a pool's emissions follows from the pool's record; it is not corrected itself."""

    code = "record_is_a_share"
    http_status = 409

    def __init__(self, *, record_id: int) -> None:
        self.record_id = record_id
        super().__init__(
            said(
                "Record %(record_id)s is a share of a pool's emissions. Correct the pool's "
                "record, or propose a new version of its key, and share out again.",
                record_id=record_id,
            )
        )
