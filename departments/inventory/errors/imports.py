"""Refused of files of activity, their mappings and batches."""

from __future__ import annotations

from collections.abc import Sequence

from departments.inventory.errors import InventoryError, RowProblem, listed_problems
from departments.organisation.said import joined, said, together


class ImportNotUndoable(InventoryError):
    code = "import_not_undoable"
    http_status = 409

    def __init__(self, *, batch_id: int, approved: int, first_id: int) -> None:
        self.batch_id, self.approved, self.first_id = batch_id, approved, first_id
        super().__init__(
            said(
                "%(approved)s records of import %(batch_id)s are approved, record %(first_id)s "
                "first, so it can't be undone. Correct those that are wrong; an approved record "
                "is never deleted.",
                approved=f"{approved:,}",
                batch_id=batch_id,
                first_id=first_id,
            )
        )


class MappingNotFound(InventoryError):
    code = "mapping_not_found"
    http_status = 404

    def __init__(self, *, name: str, names: Sequence[str]) -> None:
        self.name, self.names = name, tuple(names)
        known = (
            said("There are %(names)s.", names=", ".join(names))
            if names
            else said("None is saved yet.")
        )
        super().__init__(together(said("There is no mapping “%(name)s”.", name=name), known))


class MappingRefused(InventoryError):
    code = "mapping_refused"

    def __init__(self, *, name: str, problems: Sequence[RowProblem]) -> None:
        """Without problems it is the name that is missing or too long."""
        self.name, self.problems = name, tuple(problems)
        why = (
            joined("; ", (each.sentence() for each in problems))
            if problems
            else said("A mapping needs a name of 1 to 100 characters.")
        )
        super().__init__(
            said("The mapping “%(name)s” is not saved: %(why)s", name=name[:100], why=why)
        )


class BatchNotFound(InventoryError):
    code = "batch_not_found"
    http_status = 404

    def __init__(self, *, batch_id: int) -> None:
        self.batch_id = batch_id
        super().__init__(
            said(
                "There is no import %(batch_id)s. Look it up in the list of imports.",
                batch_id=batch_id,
            )
        )


class ImportRefused(InventoryError):
    code = "import_refused"

    def __init__(self, *, file_name: str, problems: Sequence[RowProblem], more: int = 0) -> None:
        """`more` problems were found that are not listed."""
        self.file_name, self.problems, self.more = file_name, tuple(problems), more
        found = len(self.problems) + more
        listed = listed_problems(self.problems, found)
        super().__init__(
            said(
                "%(file_name)s has 1 problem, so nothing was imported:\n%(problems)s",
                file_name=file_name,
                problems=listed,
            )
            if found == 1
            else said(
                "%(file_name)s has %(count)s problems, so nothing was imported:\n%(problems)s",
                file_name=file_name,
                count=found,
                problems=listed,
            )
        )
