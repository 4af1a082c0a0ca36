"""Calculates. Why a job came to nothing, in the language of who reads it.

What keeps a file from leaving, a shard from its lines, a replay from its answer or a webhook from
its receiver is kept in English, for programs. It is known by the pattern that it was made by.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from departments.organisation.telling import told_by
from pricing import sentences

PATTERNS = (
    # how many lines have it
    _("%(words)s (1 line, first in entry %(first)s)"),
    _("%(words)s (%(count)s lines, first in entry %(first)s)"),
    # what keeps a file from leaving
    _(
        "Lines are in the books of no legal entity: give their department a place on that day, or "
        "write the entry by hand for a department"
    ),
    _(
        "An entry has %(count)s lines in %(entity)s, and a document takes %(most)s: load a "
        "clearing_account for %(entity)s and %(format)s with load_export_profile"
    ),
    _(
        "%(entity)s keeps its books in %(own)s, and there is no approved exchange rate %(own)s for "
        "%(currency)s on %(day)s or the six days before: load one with exchange_rates"
    ),
    _(
        "%(entity)s keeps its books in %(own)s, and %(format)s takes no %(currency)s: export it in "
        "another format"
    ),
    _(
        "Department %(department)s has no cost centre in %(entity)s on these days: enter its "
        "default one"
    ),
    _(
        "%(kind)s of %(entity)s (scheme %(scheme)s) has no GL account on these days: load one with "
        "load_gl_mapping"
    ),
    _("%(kind)s of %(entity)s has no GL account on these days: load one with load_gl_mapping"),
    _("%(entity)s has no %(name)s for %(format)s: load one with load_export_profile"),
    _("%(kind)s of %(entity)s has no %(name)s"),
    _("%(column)s %(text)s has %(count)s characters, and %(most)s are the most"),
    _("%(column)s %(text)s has characters that aren't allowed (%(allowed)s)"),
    _("%(column)s %(text)s begins like a formula"),
    # refusals of an export
    _(
        "What would be exported does not balance in %(commodities)s, so nothing was registered. "
        "Export all schemes together, and run verify."
    ),
    _(
        "A worker began %(attempts)s times and never came to the end (%(error)s). Read the "
        "worker's log, then export anew."
    ),
    _("it was ended"),
    _("Export %(number)s was not rejected, so nothing replaces it. Reject it first."),
    _("Export %(number)s was replaced by export %(replacement)s already."),
    _("%(person)s may not %(step)s: that takes the role %(roles)s."),
    _("export the journal"),
    _("finance"),
    # of a shard
    _(
        "No price is in force for %(count)s covered combinations: %(places)s. Propose and approve "
        "the missing prices, cancel this settlement, and settle again."
    ),
    _(
        "%(missing)s lines of scheme %(scheme)s have no account: another scheme, department or "
        "legal entity already uses their account code. Give the newer one another code."
    ),
    _(
        "Settlement %(settlement)s was created over %(expected)s records, but its lines settle "
        "%(settled)s, or others. Cancel it and settle again; run verify."
    ),
    _(
        "%(what)s Look for records with a wrong quantity or unit, or a price of too many digits; "
        "correct them, cancel this settlement, and settle again."
    ),
    _("A line counts %(most)s at most, and these departments come to more: %(sums)s."),
    _(
        "A line counts %(most)s at most, or %(minor)s minor units of money, and one of these would "
        "go beyond."
    ),
    _(
        "Scheme %(scheme)s can't be settled: %(problems)s. Propose what is missing, let another "
        "person approve it, then prepare the settlement."
    ),
    # of a replay
    _("Scheme %(scheme)s has posted nothing for %(period)s: settle it first."),
    _(
        "%(scheme)s is in %(currency)s, %(other)s in %(other_currency)s: what is paid can't be "
        "compared."
    ),
    _(
        "A period as billed keeps its rules: true-ups have prices of their own. Leave out "
        "--as-billed, or the other settings."
    ),
    # of a webhook
    _("turned off by %(person)s"),
    _("it answered 410 Gone"),
    _("it took nothing for three days"),
    _("no answer within %(seconds)s seconds"),
    _("answered %(status)s; redirects are not followed"),
    _("answered %(status)s; 200 to 299 was expected"),
    _(
        "A webhook can't go to %(url)s: %(problem)s. It goes to https://name.of.the.host/path on "
        "the open internet, or to a host that WEBHOOK_ALLOWED_HOSTS names."
    ),
    _("the name has no address"),
    _("it leads to %(address)s, which is not on the open internet"),
    _(
        "The secret of webhook endpoint %(endpoint)s was made under another WEBHOOK_KEY. Put that "
        "key back, or rotate the secret and give the receiver the new one."
    ),
    *sentences.PATTERNS,
)
# a part that is a sentence of its own
TOLD_AGAIN = frozenset({"words", "error", "step", "roles", "problem"}) | sentences.TOLD_AGAIN


def told(sentence: str) -> str:
    """The sentence in the language in force; figures, codes and what people wrote stay."""
    return told_by(sentence, PATTERNS, TOLD_AGAIN)
