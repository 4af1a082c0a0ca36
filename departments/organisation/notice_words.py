"""Presents. A notice in the language in force: one sentence, and the page it leads to."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments.organisation.notice_models import Notice, NoticeKind


def sentence_of(notice: Notice) -> str:
    """What happened, in one sentence without a line break."""
    facts = notice.facts
    if notice.kind == NoticeKind.STATEMENT_READY:
        text = ngettext(
            "The statement of %(departments)s for %(period)s is ready (%(scheme)s).",
            "The statements of %(departments)s for %(period)s are ready (%(scheme)s).",
            len(notice.department_ids),
        )
        said = text % {**facts, "departments": _named(facts["departments"], facts["more"])}
    elif notice.kind == NoticeKind.RECORD_RETURNED:
        text = ngettext(
            "%(count)s record of %(department)s was returned by %(by)s: %(reason)s",
            "%(count)s records of %(department)s were returned by %(by)s: %(reason)s",
            facts["count"],
        )
        said = text % facts
    elif notice.kind == NoticeKind.DISPUTE_ANSWERED:
        text = (
            _("Your dispute of a line of %(department)s for %(period)s was accepted by %(by)s.")
            if facts["state"] == "accepted"
            else _(
                "Your dispute of a line of %(department)s for %(period)s was rejected by %(by)s."
            )
        )
        said = text % facts
    else:
        text = (
            _("%(department)s has used up its carbon budget of %(first)s to %(last)s (%(scheme)s).")
            if facts["level"] >= 100
            else _(
                "%(department)s has used %(level)s %% of its carbon budget of %(first)s to "
                "%(last)s (%(scheme)s)."
            )
        )
        said = text % facts
    return " ".join(said.split())


def path_of(notice: Notice) -> str:
    """The address of the page that a notice leads to, on this site."""
    path = reverse(f"portal:{notice.page}", args=notice.page_arguments)
    return f"{path}?{notice.page_query}" if notice.page_query else path


def _named(codes: Sequence[str], more: int) -> str:
    names = ", ".join(codes)
    if not more:
        return names
    others = ngettext("%(count)s more", "%(count)s more", more) % {"count": more}
    return _("%(names)s and %(others)s") % {"names": names, "others": others}
