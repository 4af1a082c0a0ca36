"""Reads. What a scheme's mechanism would give back or levy on a bill under other settings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from ledger.allocation_facts import facts_of_period
from ledger.allocation_rules import shares_out
from ledger.bill_facts import BillFacts, BillSettings, Place, ScenarioLine
from ledger.models.settlements import LineKind
from pricing.mechanisms import MECHANISMS
from pricing.mechanisms.terms import Facts
from pricing.money import round_half_away


def keeps_shares(facts: BillFacts) -> bool:
    """Whether the bill has what others' bills share out, which stays as it was posted."""
    is_shared = any(each.line.explanation for each in facts.lines)
    return is_shared and not is_own_affair(facts)


def is_own_affair(facts: BillFacts) -> bool:
    """Whether what a department gets or pays follows from its own facts alone, by tonnes."""
    mechanism = MECHANISMS[facts.terms.mechanism]
    return (
        mechanism.prices_tonnes
        and not mechanism.returns_the_pot
        and shares_out(facts.settlement.rules, facts.terms)
        and not facts.settlement.rules.get("incentive_caps")
    )


def share_anew(
    facts: BillFacts, settings: BillSettings, lines: Sequence[ScenarioLine]
) -> list[ScenarioLine]:
    if settings.is_neutral or not is_own_affair(facts):
        return list(lines)
    frame, known = facts_of_period(facts.settlement, facts.terms, facts.settlement.period)
    own = known.get(facts.department.code)
    share = MECHANISMS[facts.terms.mechanism].share
    if own is None or share is None:
        return list(lines)
    posted = sum(each.amount_minor for each in share(frame, [own]))
    shares = share(frame, [_facts_anew(facts, own, settings, lines)])
    change = sum(each.amount_minor for each in shares) - posted
    if not change:
        return list(lines)
    earned = Decimal(change).scaleb(-facts.terms.currency_exponent)
    explanation = tuple(words for each in shares for words in each.explanation)
    is_incentive = MECHANISMS[facts.terms.mechanism].may_pay_abatement
    return _with_share(list(lines), earned, explanation, is_incentive=is_incentive)


def _facts_anew(
    facts: BillFacts, own: Facts, settings: BillSettings, lines: Sequence[ScenarioLine]
) -> Facts:
    """What the mechanism would be told: other charges, other tonnes, baselines at the new price."""
    changed = [each for each in lines if each.is_changed]
    kgco2e: dict[Place, Decimal] = defaultdict(Decimal)
    for each in changed:
        kgco2e[each.line.scope, each.line.category] += each.kgco2e - each.line.settled_kgco2e
    more = sum((each.difference for each in changed), Decimal(0))
    price = settings.price_per_tonne
    return replace(
        own,
        charged_minor=own.charged_minor + round_half_away(more, facts.terms.currency_exponent),
        emitted=tuple(
            replace(each, kgco2e=each.kgco2e + kgco2e[each.scope, each.category])
            for each in own.emitted
        ),
        baselines=tuple(
            each
            if price is None or each.price_per_tonne is None
            else replace(each, price_per_tonne=price)
            for each in own.baselines
        ),
    )


def _with_share(
    lines: list[ScenarioLine],
    earned: Decimal,
    explanation: tuple[str, ...],
    *,
    is_incentive: bool,
) -> list[ScenarioLine]:
    """The same lines with so much more earned on the last allocation of the bill's own period."""
    places = [
        place
        for place, each in enumerate(lines)
        if each.line.kind == LineKind.ALLOCATION and not each.line.is_true_up
    ]
    if places:
        one = lines[places[-1]]
        lines[places[-1]] = replace(one, amount=one.amount - earned, explanation=explanation)
        return lines
    nothing = Decimal(0)
    new = replace(
        lines[0].line,
        line_id=0,
        kind=str(LineKind.ALLOCATION),
        is_true_up=False,
        scope=None,
        category=None,
        durability_class="",
        location_kgco2e=nothing,
        market_kgco2e=nothing,
        settled_kgco2e=nothing,
        price_per_tonne=None,
        amount=earned * 0,
        record_count=0,
        is_incentive=is_incentive,
    )
    return [*lines, ScenarioLine(new, nothing, None, -earned, explanation=explanation)]
