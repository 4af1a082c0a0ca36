"""Calculates. The arithmetic that rules and prices print, in the language of who reads it.

A sentence is made in English, for files and programs. One made by `said` remembers its pattern.
What is posted keeps its English sentences, whose bytes are hashed with the bill: it is known by
the pattern that it was made by. One that no pattern knows is shown as it was written.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from departments.inventory import sentences
from departments.organisation.telling import told_by
from pricing.sweet_spot import wording

PATTERNS = (
    # what mechanisms share out
    _(
        "Pot: %(pot)s, all that was charged for %(period)s so far; it goes back whole, by largest "
        "remainder."
    ),
    _("Pot: %(pot)s, what the fund is to have for %(period)s."),
    _("Budget %(budget)s of %(whole)s × pot %(pot)s = %(part)s"),
    _("Baseline %(baseline)s of %(whole)s × pot %(pot)s = %(part)s"),
    _("At most what was charged, %(most)s: what is below the target is not paid"),
    _("Baseline, Scope %(scope)s category %(category)s: %(step)s"),
    _("Baseline, Scope %(scope)s: %(step)s"),
    _("Baseline: %(step)s"),
    _("Together %(total)s"),
    # caps on incentives
    _(
        "Not taken back, %(kind)s: %(forgiven)s of %(amount)s, since that was over the cap and "
        "never paid"
    ),
    _(
        "Over the cap, not paid, %(kind)s: of %(asked)s earned %(part)s is paid, since %(left)s "
        "was left of the cap%(whose)s of %(cap)s for %(first)s to %(last)s: %(unpaid)s"
    ),
    # tonnes × price
    _("%(tonnes)s kg ÷ 1,000 × %(price)s per tonne = %(exact)s, rounded to %(rounded)s"),
    _("%(tonnes)s kg ÷ 1,000 × %(price)s per tonne = %(amount)s"),
    _("%(before)s kg before + %(now)s kg now"),
    _("%(rounded)s − %(before)s charged before = %(difference)s"),
    _("baseline %(baseline)s kg, emitted %(emitted)s kg: nothing is below it"),
    _("baseline %(baseline)s kg, emitted %(emitted)s kg: %(below)s kg below"),
    # which price
    _("The scheme's price%(what)s: %(price)s per tCO2e, in force %(days)s."),
    _("%(department)s's price%(what)s: %(price)s per tCO2e, in force %(days)s."),
    _("Proposed by %(proposer)s, approved by %(approver)s."),
    _("Proposed by %(proposer)s, not approved yet."),
    _("Reason: %(reason)s"),
    # quotes
    _("Scheme %(scheme)s does not charge %(place)s on %(day)s: %(kilograms)s kg are free."),
    _(
        "Scheme %(scheme)s charges Scope 2 market-based: location-based %(location)s kg, "
        "market-based %(market)s kg."
    ),
    _(
        "Scheme %(scheme)s charges Scope 2 location-based: location-based %(location)s kg, "
        "market-based %(market)s kg."
    ),
    _("Scheme %(scheme)s pays nothing for %(place)s on %(day)s."),
    _("Only verified tonnes earn; these are %(state)s."),
    _("Scheme %(scheme)s shows this amount and books nothing."),
    # years to come
    _("Emissions of a year are %(times)s times those of the year before. It was given."),
    _(
        "Emissions of a year are %(times)s times those of the year before: the mean growth of "
        "%(first)s to %(last)s."
    ),
    _("Emissions change by %(tonnes)s a year: the straight line through %(first)s to %(last)s."),
    _("Emissions stay as in %(year)s."),
    _("Removals stay at %(tonnes)s a year, besides projects."),
    _("From %(year)s a tonne costs %(price)s: emissions change by %(share)s %%."),
    _(
        "%(project)s: from %(year)s until before %(end)s %(less)s less and %(removed)s removed a "
        "year."
    ),
    _("%(project)s: from %(year)s %(less)s less and %(removed)s removed a year."),
    # parts of the sentences above
    _("from the beginning until before %(end)s"),
    _("from %(start)s until before %(end)s"),
    _("from the beginning"),
    _("from %(start)s"),
    _(" by default"),
    _(" for Scope %(scope)s category %(category)s in %(country)s"),
    _(" for Scope %(scope)s in %(country)s"),
    _(" for Scope %(scope)s category %(category)s"),
    _(" for Scope %(scope)s"),
    _(" in %(country)s"),
    _(" of %(department)s, %(durability)s"),
    _(" of %(department)s"),
    *wording.PATTERNS,
    *sentences.PATTERNS,
)
# a part that is a sentence of its own
TOLD_AGAIN = frozenset(
    {"step", "days", "what", "whose"}
    | {"compared", "lags", "trends", "driver", "cluster"}
    | sentences.TOLD_AGAIN
)


def told(sentence: str) -> str:
    """The sentence in the language in force; figures, codes and what people wrote stay."""
    return told_by(sentence, PATTERNS, TOLD_AGAIN)
