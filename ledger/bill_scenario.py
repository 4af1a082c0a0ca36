"""Reads. A posted bill at another price or with other tonnes, charged anew by what charges bills.

Every line is charged from its own tonnes by `pricing.charging`, whose answer is that of the SQL
that settles. So a bill with nothing changed is the bill, to the minor unit, and nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from departments.organisation.said import joined, said
from ledger.bill_facts import BillFacts, BillLine, BillSettings, ScenarioLine
from ledger.bill_shares import share_anew
from ledger.bill_swaps import Swappable, TonnesStep, by_certificates, by_rail, less
from ledger.errors.proposals import ScenarioInvalid
from ledger.statements import StatementLine
from pricing.charging import charge

MG_DIGITS = 6
HIGHEST_PRICE = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class BillScenario:
    """The bill and what it would be: before + the steps = after, to the minor unit."""

    settings: BillSettings
    lines: tuple[ScenarioLine, ...]
    steps: tuple[tuple[str, Decimal], ...]
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        """Above zero: more would be due."""
        return self.after - self.before


def what_if(facts: BillFacts, settings: BillSettings) -> BillScenario:
    """The bill under other settings. True-ups, incentives and what is recorded stay as posted.

    What a mechanism gives back or levies is worked out anew where it is the department's own
    affair, and stays as posted where it depends on others' bills.

    Raises: ScenarioInvalid, with every setting that makes no sense; TrialRefused, without a factor
            for a train.
    """
    _refuse(facts, settings)
    rail = BillSettings(rail_percent=settings.rail_percent)
    swapped = replace(rail, certificate_percent=settings.certificate_percent)
    fewer = replace(swapped, reductions=settings.reductions)
    reached = facts.statement.net
    steps = []
    lines: list[ScenarioLine] = []
    for name, partly in (
        ("rail", rail),
        ("certificates", swapped),
        ("reduction", fewer),
        ("price", settings),
    ):
        lines = _charge_anew(facts, partly)
        now = facts.statement.net + sum((each.difference for each in lines), Decimal(0))
        steps.append((name, now - reached))
        reached = now
    lines = share_anew(facts, settings, lines)
    after = facts.statement.net + sum((each.difference for each in lines), Decimal(0))
    steps.append(("shared", after - reached))
    return BillScenario(settings, tuple(lines), tuple(steps), facts.statement.net, after)


def _charge_anew(facts: BillFacts, settings: BillSettings) -> list[ScenarioLine]:
    """Line by line in the order of settlements, so that what came before is what it would be."""
    so_far: dict[tuple[object, ...], tuple[Decimal, int]] = {}
    found: dict[int, ScenarioLine] = {}
    for each in sorted(facts.lines, key=lambda each: each.line.line_id):
        if not each.is_charged_anew:
            found[each.line.line_id] = _as_posted(each.line)
            continue
        earlier = (Decimal(each.before_mgco2e).scaleb(-MG_DIGITS), each.before_minor)
        key = _key(each, settings)
        before_kgco2e, before_minor = so_far.get(key, earlier)
        steps = _steps(facts, each.line, settings)
        kgco2e = each.line.settled_kgco2e + sum((step.kgco2e for step in steps), Decimal(0))
        price = settings.price_per_tonne
        price = each.line.price_per_tonne if price is None else price
        assert price is not None  # a charge has one
        cost = charge(
            kgco2e=kgco2e,
            price_per_tonne=price,
            currency=facts.terms.currency,
            kgco2e_before=before_kgco2e,
            amount_before_minor=before_minor,
        )
        so_far[key] = (before_kgco2e + kgco2e, before_minor + cost.amount_minor)
        found[each.line.line_id] = ScenarioLine(
            each.line,
            kgco2e,
            price,
            cost.amount.decimal,
            steps,
            before_kgco2e,
            Decimal(before_minor).scaleb(-facts.terms.currency_exponent),
        )
    return [found[each.line.line_id] for each in facts.lines]


def _key(line: BillLine, settings: BillSettings) -> tuple[object, ...]:
    """What a line is charged together with: at one price, also lines of several prices."""
    return line.key if settings.price_per_tonne is None else line.key_without_price


def _as_posted(line: StatementLine) -> ScenarioLine:
    return ScenarioLine(
        line,
        line.settled_kgco2e,
        line.price_per_tonne,
        line.amount,
        explanation=line.explanation,
    )


def _steps(facts: BillFacts, line: StatementLine, settings: BillSettings) -> tuple[TonnesStep, ...]:
    """What the settings do to a line's tonnes: swaps first, then less of what is left."""
    steps = by_rail(
        _of(line, facts.swaps.flights),
        percent=settings.rail_percent,
        department=facts.department,
        on=facts.statement.ends_on,
    )
    steps += by_certificates(_of(line, facts.swaps.bought), percent=settings.certificate_percent)
    percent = dict(settings.reductions).get((line.scope, line.category), Decimal(0))
    left = line.settled_kgco2e + sum((step.kgco2e for step in steps), Decimal(0))
    taken = less(left, percent)
    return (*steps, TonnesStep("reduction", percent, taken)) if taken else steps


def _of(line: StatementLine, found: Iterable[Swappable]) -> list[Swappable]:
    return [each for each in found if each.line_id == line.line_id]


def _refuse(facts: BillFacts, settings: BillSettings) -> None:
    problems: list[str] = []
    price = settings.price_per_tonne
    if price is not None and not 0 <= price <= HIGHEST_PRICE:
        problems.append(
            said(
                "A price of %(price)s is not between 0 and %(highest)s.",
                price=f"{price:f}",
                highest=f"{HIGHEST_PRICE:,}",
            )
        )
    if price is not None and facts.keeps_price:
        problems.append(
            said(
                "Scheme %(scheme)s gives all charges back, so another price changes everybody's "
                "return. Ask for a replay of the period.",
                scheme=facts.terms.code,
            )
        )
    percents = [settings.rail_percent, settings.certificate_percent]
    percents += [percent for _, percent in settings.reductions]
    problems += [
        said("%(share)s %% is not between 0 and 100.", share=f"{each:f}")
        for each in percents
        if not 0 <= each <= 100
    ]
    missing = {place for place, _ in settings.reductions} - facts.places.keys()
    problems += [
        said("The bill charges nothing of %(place)s.", place=place)
        for place in sorted(missing, key=str)
    ]
    if problems:
        raise ScenarioInvalid(joined(" ", problems))
