"""What pricing refuses, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, NamedTuple

from departments.organisation.said import Said, joined, said


class PricingError(Exception):
    """Base of every refusal of pricing; `code` is stable, the message is for people."""

    code: ClassVar[str] = "pricing_error"
    http_status: ClassVar[int] = 422


class CurrencyUnknown(PricingError):
    code = "currency_unknown"

    def __init__(self, currency: str) -> None:
        self.currency = currency
        super().__init__(
            said(
                "%(currency)s is no currency with a minor unit. Use an ISO 4217 code.",
                currency=repr(currency),
            )
        )


class CurrenciesDiffer(PricingError):
    code = "currencies_differ"

    def __init__(self, one: str, other: str) -> None:
        self.one, self.other = one, other
        super().__init__(
            said(
                "%(one)s and %(other)s can't be added: convert one of them first.",
                one=one,
                other=other,
            )
        )


class AmountUnreadable(PricingError):
    code = "amount_unreadable"

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(said("%(text)s is not an amount. Write it like 1234.50.", text=repr(text)))


class AmountTooPrecise(PricingError):
    code = "amount_too_precise"

    def __init__(self, text: str, currency: str, exponent: int) -> None:
        self.text, self.currency, self.exponent = text, currency, exponent
        super().__init__(
            said(
                "%(text)s has more than the %(exponent)s decimal places of %(currency)s.",
                text=text,
                exponent=exponent,
                currency=currency,
            )
        )


class ExchangeRateMissing(PricingError):
    """An amount can't be told in another currency; no rate is ever guessed, turned round or 1."""

    code = "exchange_rate_missing"
    http_status = 409

    def __init__(self, missing: Sequence[str]) -> None:
        self.missing = list(missing)
        super().__init__(
            said(
                "No approved exchange rate of these days or the six before: %(missing)s. Load it "
                "with exchange_rates, and let another person approve it.",
                missing=joined("; ", missing),
            )
        )


class NothingToShareBy(PricingError):
    code = "nothing_to_share_by"

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(
            said(
                "These %(count)s weights can't share anything out: they must not be negative, and "
                "at least one must be above zero.",
                count=count,
            )
        )


class SchemeNotFound(PricingError):
    code = "scheme_not_found"
    http_status = 404

    def __init__(self, scheme: str | int) -> None:
        self.scheme = scheme
        super().__init__(said("There is no scheme %(scheme)s.", scheme=repr(scheme)))


class PriceNotFound(PricingError):
    code = "price_not_found"
    http_status = 404

    def __init__(self, price_id: int) -> None:
        self.price_id = price_id
        super().__init__(said("There is no price or rate %(number)s.", number=price_id))


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
        place = said("Scope %(scope)s", scope=scope)
        if category:
            place = said("Scope %(scope)s category %(category)s", scope=scope, category=category)
        super().__init__(
            said(
                "Scheme %(scheme)s has no approved price for %(department)s, %(place)s%(where)s on "
                "%(day)s. Propose one and let another person approve it.",
                scheme=scheme,
                department=department,
                place=place,
                where=said(" in %(country)s", country=country) if country else "",
                day=on,
            )
        )


class PriceInvalid(PricingError):
    code = "price_invalid"

    def __init__(self, reason: Said) -> None:
        super().__init__(reason)


class PriceOverlaps(PricingError):
    code = "price_overlaps"
    http_status = 409

    def __init__(self, what: str, starts_on: date, ends_before: date | None) -> None:
        self.starts_on, self.ends_before = starts_on, ends_before
        until = said("any later day")
        if ends_before:
            until = said("before %(day)s", day=ends_before)
        super().__init__(
            said(
                "%(what)s for exactly this is already in force or proposed on some day from "
                "%(starts_on)s to %(until)s. End that one first, or choose other days.",
                what=what,
                starts_on=starts_on,
                until=until,
            )
        )


class PriceNeverEdited(PricingError):
    code = "price_never_edited"
    http_status = 409

    def __init__(self, price: str, price_id: int) -> None:
        self.price, self.price_id = price, price_id
        super().__init__(
            said(
                "%(price)s is approved and never edited. End it on a coming day, then propose "
                "another.",
                price=price,
            )
        )


class CoverageNotFound(PricingError):
    code = "coverage_not_found"
    http_status = 404

    def __init__(self, coverage_id: int) -> None:
        self.coverage_id = coverage_id
        super().__init__(said("There is no coverage %(number)s.", number=coverage_id))


class CoverageNeverEdited(PricingError):
    code = "coverage_never_edited"
    http_status = 409

    def __init__(self, coverage: str, coverage_id: int) -> None:
        self.coverage, self.coverage_id = coverage, coverage_id
        super().__init__(
            said(
                "The coverage %(coverage)s is never edited, only ended, and not in the past. End "
                "it today or on a coming day, then add another.",
                coverage=coverage,
            )
        )


class ApprovedBySamePerson(PricingError):
    code = "approved_by_same_person"
    http_status = 403

    def __init__(self, person: str) -> None:
        self.person = person
        super().__init__(
            said(
                "%(person)s proposed this and can't approve it: another person must.",
                person=person,
            )
        )


class NotAllowed(PricingError):
    code = "not_allowed"
    http_status = 403

    def __init__(self, person: str, step: str, roles: str) -> None:
        self.person, self.step = person, step
        super().__init__(
            said(
                "%(person)s may not %(step)s: that takes the role %(roles)s.",
                person=person,
                step=step,
                roles=roles,
            )
        )


class ProjectionImpossible(PricingError):
    code = "projection_impossible"

    def __init__(self, reason: Said) -> None:
        super().__init__(reason)


class SchemeInvalid(PricingError):
    code = "scheme_invalid"

    def __init__(self, reason: Said) -> None:
        super().__init__(reason)


class PriceArithmeticImpossible(PricingError):
    code = "price_arithmetic_impossible"

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(
            said(
                "No price can be worked out from %(problems)s.",
                problems=joined("; nor from ", problems),
            )
        )


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
        count = said("%(count)s problems", count=len(problems))
        if len(problems) == 1:
            count = said("1 problem")
        super().__init__(
            said(
                "The panel can't be used: %(count)s.\n%(listed)s",
                count=count,
                listed="\n".join(f"- {problem}" for problem in problems),
            )
        )


class FieldProblem(NamedTuple):
    """What is wrong in one field, and what to write there instead."""

    field: str
    reason: Said


class GrantInvalid(PricingError):
    code = "grant_invalid"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.field_problems = tuple(problems)
        count = said("a problem")
        if len(problems) > 1:
            count = said("%(count)s problems", count=len(problems))
        super().__init__(
            said(
                "The grant has %(count)s, so nothing was written: %(listed)s",
                count=count,
                listed=joined(
                    " ",
                    (
                        said(
                            "%(field)s: %(reason)s",
                            field=said(problem.field),
                            reason=problem.reason,
                        )
                        for problem in problems
                    ),
                ),
            )
        )


class GrantNotFound(PricingError):
    code = "grant_not_found"
    http_status = 404

    def __init__(self, what: str, number: int) -> None:
        self.what, self.number = what, number
        super().__init__(said("There is no %(what)s %(number)s.", what=what, number=number))


class GrantWrongState(PricingError):
    code = "grant_wrong_state"
    http_status = 409

    def __init__(self, what: str, state: str, needed: str) -> None:
        self.what, self.state, self.needed = what, state, needed
        super().__init__(
            said(
                "%(what)s is %(state)s; this step takes one that is %(needed)s.",
                what=what,
                state=state,
                needed=needed,
            )
        )


class GrantBySamePerson(PricingError):
    code = "grant_by_same_person"
    http_status = 403

    def __init__(self, person: str, did: str, step: str) -> None:
        self.person, self.did, self.step = person, did, step
        super().__init__(
            said(
                "%(person)s %(did)s, so another person must %(step)s.",
                person=person,
                did=did,
                step=step,
            )
        )


class NoGrantBudget(PricingError):
    code = "no_grant_budget"

    def __init__(self, scheme: str, on: date) -> None:
        self.scheme, self.on = scheme, on
        super().__init__(
            said(
                "Scheme %(scheme)s has no approved budget for grants on %(day)s, the day the "
                "project starts. Propose one and let another person approve it.",
                scheme=scheme,
                day=on,
            )
        )


class GrantBudgetExceeded(PricingError):
    code = "grant_budget_exceeded"
    http_status = 409

    def __init__(self, asked: str, budget: str, left: str) -> None:
        self.asked, self.budget, self.left = asked, budget, left
        super().__init__(
            said(
                "The grant asks for %(asked)s; of the budget of %(budget)s for the days it starts "
                "on, %(left)s is left. Decline it, or have another budget approved for other days.",
                asked=asked,
                budget=budget,
                left=left,
            )
        )


class AlreadyMeasured(PricingError):
    code = "already_measured"
    http_status = 409

    def __init__(self, grant_id: int) -> None:
        self.grant_id = grant_id
        super().__init__(
            said(
                "Some of these days of grant %(grant)s are measured already. Choose other days.",
                grant=grant_id,
            )
        )


class BaselinesRefused(PricingError):
    code = "baselines_refused"

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(
            said(
                "No baseline was taken. %(problems)s. Mend them and load the file again.",
                problems=joined("; ", problems),
            )
        )


class ProposalsRefused(PricingError):
    code = "proposals_refused"

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(
            said(
                "Nothing was proposed. %(problems)s. Mend them and try again.",
                problems=joined("; ", problems),
            )
        )
