"""What pricing refuses, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, NamedTuple


class PricingError(Exception):
    """Base of every refusal of pricing; `code` is stable, the message is for people."""

    code: ClassVar[str] = "pricing_error"
    http_status: ClassVar[int] = 422


class CurrencyUnknown(PricingError):
    code = "currency_unknown"

    def __init__(self, currency: str) -> None:
        self.currency = currency
        super().__init__(f"{currency!r} is no currency with a minor unit. Use an ISO 4217 code.")


class CurrenciesDiffer(PricingError):
    code = "currencies_differ"

    def __init__(self, one: str, other: str) -> None:
        self.one, self.other = one, other
        super().__init__(f"{one} and {other} can't be added: convert one of them first.")


class AmountUnreadable(PricingError):
    code = "amount_unreadable"

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text!r} is not an amount. Write it like 1234.50.")


class AmountTooPrecise(PricingError):
    code = "amount_too_precise"

    def __init__(self, text: str, currency: str, exponent: int) -> None:
        self.text, self.currency, self.exponent = text, currency, exponent
        super().__init__(f"{text} has more than the {exponent} decimal places of {currency}.")


class ExchangeRateMissing(PricingError):
    """An amount can't be told in another currency; no rate is ever guessed, turned round or 1."""

    code = "exchange_rate_missing"
    http_status = 409

    def __init__(self, missing: Sequence[str]) -> None:
        self.missing = list(missing)
        super().__init__(
            f"No approved exchange rate of these days or the six before: {'; '.join(missing)}. "
            "Load it with exchange_rates, and let another person approve it."
        )


class NothingToShareBy(PricingError):
    code = "nothing_to_share_by"

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(
            f"These {count} weights can't share anything out: they must not be negative, and at "
            "least one must be above zero."
        )


class SchemeNotFound(PricingError):
    code = "scheme_not_found"
    http_status = 404

    def __init__(self, scheme: str | int) -> None:
        self.scheme = scheme
        super().__init__(f"There is no scheme {scheme!r}.")


class PriceNotFound(PricingError):
    code = "price_not_found"
    http_status = 404

    def __init__(self, price_id: int) -> None:
        self.price_id = price_id
        super().__init__(f"There is no price or rate {price_id}.")


class NoPriceInForce(PricingError):
    code = "no_price_in_force"

    def __init__(
        self,
        *,
        scheme: str,
        on: date,
        department: str,
        scope: int,
        category: int | None,
        country: str,
    ) -> None:
        self.scheme, self.on, self.department = scheme, on, department
        self.scope, self.category, self.country = scope, category, country
        place = f"Scope {scope}" + (f" category {category}" if category else "")
        where = f" in {country}" if country else ""
        super().__init__(
            f"Scheme {scheme} has no approved price for {department}, {place}{where} on {on}. "
            "Propose one and let another person approve it."
        )


class PriceInvalid(PricingError):
    code = "price_invalid"


class PriceOverlaps(PricingError):
    code = "price_overlaps"
    http_status = 409

    def __init__(self, what: str, starts_on: date, ends_before: date | None) -> None:
        self.starts_on, self.ends_before = starts_on, ends_before
        until = f"before {ends_before}" if ends_before else "any later day"
        super().__init__(
            f"{what} for exactly this is already in force or proposed on some day from "
            f"{starts_on} to {until}. End that one first, or choose other days."
        )


class PriceNeverEdited(PricingError):
    code = "price_never_edited"
    http_status = 409

    def __init__(self, price: str, price_id: int) -> None:
        self.price, self.price_id = price, price_id
        super().__init__(
            f"{price} is approved and never edited. End it on a coming day, then propose another."
        )


class CoverageNotFound(PricingError):
    code = "coverage_not_found"
    http_status = 404

    def __init__(self, coverage_id: int) -> None:
        self.coverage_id = coverage_id
        super().__init__(f"There is no coverage {coverage_id}.")


class CoverageNeverEdited(PricingError):
    code = "coverage_never_edited"
    http_status = 409

    def __init__(self, coverage: str, coverage_id: int) -> None:
        self.coverage, self.coverage_id = coverage, coverage_id
        super().__init__(
            f"The coverage {coverage} is never edited, only ended, and not in the past. End it "
            "today or on a coming day, then add another."
        )


class ApprovedBySamePerson(PricingError):
    code = "approved_by_same_person"
    http_status = 403

    def __init__(self, person: str) -> None:
        self.person = person
        super().__init__(f"{person} proposed this and can't approve it: another person must.")


class NotAllowed(PricingError):
    code = "not_allowed"
    http_status = 403

    def __init__(self, person: str, step: str, roles: str) -> None:
        self.person, self.step = person, step
        super().__init__(f"{person} may not {step}: that takes the role {roles}.")


class ProjectionImpossible(PricingError):
    code = "projection_impossible"


class SchemeInvalid(PricingError):
    code = "scheme_invalid"


class PriceArithmeticImpossible(PricingError):
    code = "price_arithmetic_impossible"

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(f"No price can be worked out from {'; nor from '.join(problems)}.")


@dataclass(frozen=True, slots=True)
class PanelProblem:
    """What is wrong with one place of a panel; line 0 where it concerns the whole."""

    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        place = [f"line {self.line}"] if self.line else []
        place += [self.column] if self.column else []
        shown = f" ({self.value[:80]!r})" if self.value else ""
        return f"{', '.join(place) or 'panel'}: {self.reason}{shown}"


class PanelUnusable(PricingError):
    code = "panel_unusable"

    def __init__(self, problems: Sequence[PanelProblem]) -> None:
        self.problems = tuple(problems)
        count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
        listed = "\n".join(f"- {problem}" for problem in problems)
        super().__init__(f"The panel can't be used: {count}.\n{listed}")


class FieldProblem(NamedTuple):
    """What is wrong in one field, and what to write there instead."""

    field: str
    reason: str


class GrantInvalid(PricingError):
    code = "grant_invalid"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.field_problems = tuple(problems)
        count = f"{len(problems)} problems" if len(problems) > 1 else "a problem"
        super().__init__(
            f"The grant has {count}, so nothing was written: "
            + " ".join(f"{problem.field}: {problem.reason}" for problem in problems)
        )


class GrantNotFound(PricingError):
    code = "grant_not_found"
    http_status = 404

    def __init__(self, what: str, number: int) -> None:
        self.what, self.number = what, number
        super().__init__(f"There is no {what} {number}.")


class GrantWrongState(PricingError):
    code = "grant_wrong_state"
    http_status = 409

    def __init__(self, what: str, state: str, needed: str) -> None:
        self.what, self.state, self.needed = what, state, needed
        super().__init__(f"{what} is {state}; this step takes one that is {needed}.")


class GrantBySamePerson(PricingError):
    code = "grant_by_same_person"
    http_status = 403

    def __init__(self, person: str, did: str, step: str) -> None:
        self.person, self.did, self.step = person, did, step
        super().__init__(f"{person} {did}, so another person must {step}.")


class NoGrantBudget(PricingError):
    code = "no_grant_budget"

    def __init__(self, scheme: str, on: date) -> None:
        self.scheme, self.on = scheme, on
        super().__init__(
            f"Scheme {scheme} has no approved budget for grants on {on}, the day the project "
            "starts. Propose one and let another person approve it."
        )


class GrantBudgetExceeded(PricingError):
    code = "grant_budget_exceeded"
    http_status = 409

    def __init__(self, asked: str, budget: str, left: str) -> None:
        self.asked, self.budget, self.left = asked, budget, left
        super().__init__(
            f"The grant asks for {asked}; of the budget of {budget} for the days it starts on, "
            f"{left} is left. Decline it, or have another budget approved for other days."
        )


class AlreadyMeasured(PricingError):
    code = "already_measured"
    http_status = 409

    def __init__(self, grant_id: int) -> None:
        self.grant_id = grant_id
        super().__init__(
            f"Some of these days of grant {grant_id} are measured already. Choose other days."
        )


class BaselinesRefused(PricingError):
    code = "baselines_refused"

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(
            "No baseline was taken. " + "; ".join(problems) + ". Mend them and load the file again."
        )


class ProposalsRefused(PricingError):
    code = "proposals_refused"

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(
            "Nothing was proposed. " + "; ".join(problems) + ". Mend them and try again."
        )
