"""Reads. What waits for another person's approval or answer, and the page where it is given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import ngettext_lazy as ngettext

from departments.organisation.access import Permission
from departments.organisation.models import Role
from ledger.sql import statement


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many of a kind wait; `page` is the name of the address where they are decided, if any.

    `roles` are those that decide.
    """

    what: str
    roles: frozenset[Role]
    text: str
    page: str = ""
    query: str = ""


RECORD_APPROVERS = frozenset({Role.SUSTAINABILITY_APPROVER})  # in the whole company

# What, whose roles decide, in words, page, query; in the order of the list.
KINDS: tuple[tuple[str, frozenset[Role], Any, str, str], ...] = (
    (
        "mails",
        Permission.MANAGE_PEOPLE.roles,
        ngettext(
            "%(count)s mail could not be sent yet",
            "%(count)s mails could not be sent yet",
            "count",
        ),
        "admin:organisation_noticemail_changelist",
        "",
    ),
    (
        "disputes",
        Permission.ANSWER_DISPUTE.roles,
        ngettext(
            "%(count)s dispute waits for an answer",
            "%(count)s disputes wait for an answer",
            "count",
        ),
        "admin:ledger_dispute_changelist",
        "state__exact=open",
    ),
    (
        "prices",
        Permission.APPROVE_PRICE.roles,
        ngettext(
            "%(count)s price waits for approval", "%(count)s prices wait for approval", "count"
        ),
        "admin:pricing_carbonprice_changelist",
        "",
    ),
    (
        "rates",
        Permission.APPROVE_PRICE.roles,
        ngettext(
            "%(count)s incentive rate waits for approval",
            "%(count)s incentive rates wait for approval",
            "count",
        ),
        "admin:pricing_incentiverate_changelist",
        "",
    ),
    (
        "abatement_rates",
        Permission.APPROVE_PRICE.roles,
        ngettext(
            "%(count)s abatement rate waits for approval",
            "%(count)s abatement rates wait for approval",
            "count",
        ),
        "admin:pricing_abatementrate_changelist",
        "",
    ),
    (
        "incentive_caps",
        Permission.APPROVE_PRICE.roles,
        ngettext(
            "%(count)s cap on incentives waits for approval",
            "%(count)s caps on incentives wait for approval",
            "count",
        ),
        "admin:pricing_incentivecap_changelist",
        "",
    ),
    (
        "event_rates",
        Permission.APPROVE_PRICE.roles,
        ngettext(
            "%(count)s event rate waits for approval",
            "%(count)s event rates wait for approval",
            "count",
        ),
        "admin:pricing_eventrate_changelist",
        "",
    ),
    (
        "contributions",
        Permission.APPROVE_PRICE.roles,
        ngettext(
            "%(count)s contribution waits for approval",
            "%(count)s contributions wait for approval",
            "count",
        ),
        "admin:pricing_contribution_changelist",
        "",
    ),
    (
        "baselines",
        Permission.APPROVE_PRICE.roles,
        ngettext(
            "%(count)s baseline waits for approval",
            "%(count)s baselines wait for approval",
            "count",
        ),
        "admin:pricing_baseline_changelist",
        "",
    ),
    (
        "texts",
        Permission.APPROVE_PRICE.roles,
        ngettext(
            "%(count)s text about a scheme waits for approval",
            "%(count)s texts about schemes wait for approval",
            "count",
        ),
        "admin:pricing_schemetext_changelist",
        "",
    ),
    (
        "exchange_rates",
        Permission.APPROVE_PRICE.roles,
        ngettext(
            "%(count)s exchange rate waits for approval",
            "%(count)s exchange rates wait for approval",
            "count",
        ),
        "admin:pricing_exchangerate_changelist",
        "",
    ),
    (
        "aims",
        Permission.APPROVE_PRICE.roles,
        ngettext(
            "%(count)s aim of the company waits for approval",
            "%(count)s aims of the company wait for approval",
            "count",
        ),
        "admin:ledger_climateaim_changelist",
        "",
    ),
    (
        "factor_sets",
        Permission.APPROVE_FACTORS.roles,
        ngettext(
            "%(count)s factor set waits for approval",
            "%(count)s factor sets wait for approval",
            "count",
        ),
        "admin:inventory_factorset_changelist",
        "",
    ),
    (
        "instruments",
        Permission.APPROVE_INSTRUMENT.roles,
        ngettext(
            "%(count)s instrument waits for approval",
            "%(count)s instruments wait for approval",
            "count",
        ),
        "admin:inventory_instrument_changelist",
        "",
    ),
    (
        "allocation_keys",
        Permission.APPROVE_KEY.roles,
        ngettext(
            "%(count)s allocation key waits for approval",
            "%(count)s allocation keys wait for approval",
            "count",
        ),
        "admin:inventory_allocationkey_changelist",
        "",
    ),
    (
        "readings",
        RECORD_APPROVERS,
        ngettext(
            "%(count)s site reading waits for approval",
            "%(count)s site readings wait for approval",
            "count",
        ),
        "admin:inventory_sitereading_changelist",
        "",
    ),
    (
        "absorption_projects",
        Permission.APPROVE_ABSORPTION.roles,
        ngettext(
            "%(count)s absorption project waits for approval",
            "%(count)s absorption projects wait for approval",
            "count",
        ),
        "admin:inventory_absorptionproject_changelist",
        "",
    ),
    (
        "absorption",
        Permission.APPROVE_ABSORPTION.roles,
        ngettext(
            "%(count)s measurement of absorption waits for approval",
            "%(count)s measurements of absorption wait for approval",
            "count",
        ),
        "admin:inventory_absorptionmeasurement_changelist",
        "",
    ),
    (
        "grant_budgets",
        Permission.APPROVE_PRICE.roles,
        ngettext(
            "%(count)s budget for grants waits for approval",
            "%(count)s budgets for grants wait for approval",
            "count",
        ),
        "admin:pricing_grantbudget_changelist",
        "",
    ),
    (
        "grants_to_score",
        Permission.SCORE_GRANT.roles,
        ngettext(
            "%(count)s grant application waits to be scored",
            "%(count)s grant applications wait to be scored",
            "count",
        ),
        "portal:grants",
        "",
    ),
    (
        "grants_to_propose",
        Permission.PROPOSE_AWARD.roles,
        ngettext(
            "%(count)s scored application waits for a proposal",
            "%(count)s scored applications wait for a proposal",
            "count",
        ),
        "portal:grants",
        "",
    ),
    (
        "grants_to_award",
        Permission.APPROVE_AWARD.roles,
        ngettext(
            "%(count)s proposed award waits for another person's approval",
            "%(count)s proposed awards wait for another person's approval",
            "count",
        ),
        "portal:grants",
        "",
    ),
    (
        "milestones",
        Permission.SCORE_GRANT.roles,
        ngettext(
            "%(count)s milestone of a grant waits to be accepted",
            "%(count)s milestones of grants wait to be accepted",
            "count",
        ),
        "portal:grants",
        "",
    ),
    (
        "grant_measurements",
        Permission.SCORE_GRANT.roles,
        ngettext(
            "%(count)s measurement of a grant waits for approval",
            "%(count)s measurements of grants wait for approval",
            "count",
        ),
        "portal:grants",
        "",
    ),
    (
        "manual",
        Permission.APPROVE_ENTRY.roles,
        ngettext(
            "%(count)s manual entry waits for another person's approval",
            "%(count)s manual entries wait for another person's approval",
            "count",
        ),
        "admin:ledger_manualentry_changelist",
        "state__exact=proposed",
    ),
)


def waiting() -> Iterator[Waiting]:
    """Everything that waits, by one statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement("overview_waiting"))
        counts = dict(cursor.fetchall())
    for what, roles, words, page, query in KINDS:
        if what in counts:
            yield Waiting(what, roles, str(words % {"count": counts[what]}), page, query)
