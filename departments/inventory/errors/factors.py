"""Refused of factors, GWPs and the files and sets that they come in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from departments.inventory.errors import InventoryError, RowProblem, listed_problems
from departments.organisation.said import either, said, together


class FactorNotFound(InventoryError):
    """No published factor fits; `missing` says what it failed on: activity, place, year, unit."""

    code = "factor_not_found"

    def __init__(self, *, activity: str, missing: str, reason: str, hint: str) -> None:
        self.activity, self.missing, self.reason, self.hint = activity, missing, reason, hint
        super().__init__(together(reason, hint))


class SuspectFactor(InventoryError):
    code = "suspect_factor"

    def __init__(self, *, factor_code: str, value: Decimal, place: str, year: int) -> None:
        self.factor_code, self.value, self.place, self.year = factor_code, value, place, year
        self.hint = said(
            "Enter the factor of your supplier as grid_kgco2e_per_kwh, or set confirm_suspect to "
            "true and say why in the note."
        )
        reason = said(
            "The factor %(factor_code)s for %(place)s in %(year)s is %(value)s kgCO2e per "
            "unit, which is marked suspect.",
            factor_code=factor_code,
            place=place or said("no place"),
            year=year,
            value=f"{value:f}",
        )
        super().__init__(together(reason, self.hint))


class GwpNotFound(InventoryError):
    code = "gwp_not_found"

    def __init__(self, *, gas: str, gwp_set: str, nearest: Sequence[str]) -> None:
        self.gas, self.gwp_set, self.nearest = gas, gwp_set, tuple(nearest)
        self.hint = (
            said("Did you mean %(nearest)s?", nearest=either(nearest))
            if nearest
            else said("Choose a gas of the list, or another gwp_set: AR4, AR5 or AR6.")
        )
        reason = said("%(gwp_set)s has no GWP for the gas “%(gas)s”.", gwp_set=gwp_set, gas=gas)
        super().__init__(together(reason, self.hint))


class ReleaseChanged(InventoryError):
    code = "release_changed"
    http_status = 409

    def __init__(self, *, factor_set: str, loaded_sha256: str, file_sha256: str) -> None:
        self.factor_set = factor_set
        self.loaded_sha256, self.file_sha256 = loaded_sha256, file_sha256
        super().__init__(
            said(
                "%(factor_set)s is already loaded from another file (SHA-256 %(loaded_sha256)s…, "
                "this one %(file_sha256)s…). A published release is never edited: load the new "
                "file as a set with a code of its own.",
                factor_set=factor_set,
                loaded_sha256=loaded_sha256[:12],
                file_sha256=file_sha256[:12],
            )
        )


class FactorFileRefused(InventoryError):
    code = "factor_file_refused"

    def __init__(self, *, path: str, problems: Sequence[RowProblem]) -> None:
        self.path, self.problems = path, tuple(problems)
        super().__init__(
            said(
                "%(path)s has %(count)s problems, so nothing was loaded:\n%(problems)s",
                path=path,
                count=len(problems),
                problems=listed_problems(self.problems, len(problems)),
            )
        )


class FactorSetNotFound(InventoryError):
    """No release of factors has this code."""

    code = "factor_set_not_found"
    http_status = 404

    def __init__(self, *, code: str, known: Collection[str]) -> None:
        self.factor_set, self.known = code, tuple(known)
        hint = (
            said("Loaded are %(known)s.", known=", ".join(known))
            if known
            else said("Load one with load_factors.")
        )
        super().__init__(together(said("There is no factor set “%(code)s”.", code=code), hint))


class FactorSetNotProposed(InventoryError):
    """These factors don't wait for an approval."""

    code = "factor_set_not_proposed"
    http_status = 409

    def __init__(self, *, code: str) -> None:
        self.factor_set = code
        super().__init__(
            said(
                "%(code)s does not wait for an approval: it is published, or approved already. "
                "Look at it with: factors show.",
                code=code,
            )
        )


class FactorsDecidedBySamePerson(InventoryError):
    """Who proposed the company's factors doesn't approve them."""

    code = "factors_decided_by_same_person"
    http_status = 403

    def __init__(self, *, code: str, person: str) -> None:
        self.factor_set, self.person = code, person
        super().__init__(
            said(
                "%(person)s proposed %(code)s, so another person has to approve it. Ask a "
                "colleague.",
                person=person,
                code=code,
            )
        )
