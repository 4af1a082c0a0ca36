"""Calculates. What a table may ask about removals and credits; avoided emissions are neither."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from departments.organisation.said import said
from ledger.disclosure.answers import Answer, Origin, missing, of_rule, shown, sources_of
from ledger.disclosure.facts import Facts, tonnes, total
from ledger.disclosure.rows import RemovalRow

MOST_TERMS = 100


def activity(facts: Facts, row: RemovalRow) -> Answer:
    return of_rule(row.activity, said("The activity that its records name."))


def project(facts: Facts, row: RemovalRow) -> Answer:
    if not row.project:
        return missing(
            said("Its records name no project; the company's approver vouched for them.")
        )
    return of_rule(row.project, said("The project whose measurements its records claim."))


def durability(facts: Facts, row: RemovalRow) -> Answer:
    return of_rule(said(row.durability_class), said("How long the carbon stays out of the air."))


def state(facts: Facts, row: RemovalRow) -> Answer:
    return of_rule(said(row.state), said("The state that its records are approved in."))


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
        return missing(said("These credits are not cancelled."))
    return net_removed(facts, row)


def not_cancelled(facts: Facts, row: RemovalRow) -> Answer:
    """Contracted or delivered credits: approved, never settled, and no removal."""
    if row.state == "retired":
        return missing(said("These credits are cancelled."))
    amounts = [each.kgco2e for each in row.removals]
    sentence = said(
        "%(terms)s t, approved as %(state)s: no settlement takes them in.",
        terms=_terms(amounts),
        state=said(row.state),
    )
    return Answer(tonnes(total(amounts)), Origin.APPROVED, "tCO2e", (sentence,))


def _sum(facts: Facts, row: RemovalRow, amounts: list[Decimal]) -> Answer:
    """Settled tonnes of the row's records, with the lines of its durability class."""
    books = facts.books
    lines = () if books is None else books.removals
    kept = [each for each in lines if each.durability_class == row.durability_class]
    value = tonnes(total(amounts))
    sentence = said(
        "%(terms)s t of %(count)s results = %(total)s t.",
        terms=_terms(amounts),
        count=len(amounts),
        total=shown(value),
    )
    sources = () if books is None else sources_of(books, kept)
    return Answer(value, Origin.SETTLED, "tCO2e", (sentence,), sources)


def _terms(amounts: Iterable[Decimal]) -> str:
    """What is added up; of very many the first ones."""
    terms = list(amounts)
    told = " + ".join(shown(tonnes(each)) for each in terms[:MOST_TERMS]) or "0"
    return f"{told} + …" if len(terms) > MOST_TERMS else told
