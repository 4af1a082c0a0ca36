"""Calculates. What a table may ask about removals and credits; avoided emissions are neither."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ledger.disclosure.answers import Answer, Origin, missing, of_rule, shown, sources_of
from ledger.disclosure.facts import Facts, tonnes, total
from ledger.disclosure.rows import RemovalRow


def activity(facts: Facts, row: RemovalRow) -> Answer:
    return of_rule(row.activity, "The activity that its records name.")


def project(facts: Facts, row: RemovalRow) -> Answer:
    if not row.project:
        return missing("Its records name no project; the company's approver vouched for them.")
    return of_rule(row.project, "The project whose measurements its records claim.")


def durability(facts: Facts, row: RemovalRow) -> Answer:
    return of_rule(row.durability_class, "How long the carbon stays out of the air.")


def state(facts: Facts, row: RemovalRow) -> Answer:
    return of_rule(row.state, "The state that its records are approved in.")


def removed(facts: Facts, row: RemovalRow) -> Answer:
    """What was taken out of the air, without what went back."""
    return _sum(facts, row, [each.sign * each.kgco2e for each in row.removals if each.kgco2e > 0])


def reversed_tonnes(facts: Facts, row: RemovalRow) -> Answer:
    """What went back into the air, above zero."""
    return _sum(facts, row, [-each.sign * each.kgco2e for each in row.removals if each.kgco2e < 0])


def net_removed(facts: Facts, row: RemovalRow) -> Answer:
    return _sum(facts, row, [each.sign * each.kgco2e for each in row.removals])


def cancelled(facts: Facts, row: RemovalRow) -> Answer:
    """Credits that are retired, and so settled."""
    if row.state != "retired":
        return missing("These credits are not cancelled.")
    return net_removed(facts, row)


def not_cancelled(facts: Facts, row: RemovalRow) -> Answer:
    """Contracted or delivered credits: approved, never settled, and no removal."""
    if row.state == "retired":
        return missing("These credits are cancelled.")
    amounts = [each.kgco2e for each in row.removals]
    sentence = f"{_terms(amounts)} t, approved as {row.state}: no settlement takes them in."
    return Answer(tonnes(total(amounts)), Origin.APPROVED, "tCO2e", (sentence,))


def _sum(facts: Facts, row: RemovalRow, amounts: list[Decimal]) -> Answer:
    """Settled tonnes of the row's records, with the lines of its durability class."""
    books = facts.books
    lines = () if books is None else books.removals
    kept = [each for each in lines if each.durability_class == row.durability_class]
    value = tonnes(total(amounts))
    sentence = f"{_terms(amounts)} t of {len(amounts)} results = {shown(value)} t."
    sources = () if books is None else sources_of(books, kept)
    return Answer(value, Origin.SETTLED, "tCO2e", (sentence,), sources)


def _terms(amounts: Iterable[Decimal]) -> str:
    return " + ".join(shown(tonnes(each)) for each in amounts) or "0"
