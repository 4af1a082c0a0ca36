"""Presents. What templates need beside Django's own: figures, names of scopes, the navigation."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from departments.inventory.records import RecordSummary
from departments.organisation.models import COMPANY_ROLES, LegalEntity, Membership, Role
from departments.organisation.notice_list import unread_count
from departments.organisation.notice_models import Notice
from departments.organisation.notice_words import sentence_of
from departments.portal import figures, words
from departments.portal.bill import LineGroup
from ledger.statements import Statement, StatementLine
from pricing.file_quotes import FileLine
from pricing.money import Money, minor_exponent
from pricing.price_lookup import SchemeTerms
from pricing.sentences import told

MOST_UNREAD = 100  # shown as 99+
_DAY = re.compile(r"(\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b)", re.ASCII)

register = template.Library()
register.filter("told", told)


@dataclass(frozen=True, slots=True)
class Navigation:
    """Which doors a person is shown; what they may do there is checked behind each."""

    company: str
    sees_company: bool
    decides_records: bool
    opens_admin: bool
    unread: int


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> Navigation | None:
    """The doors for whoever asks; None for somebody who has not signed in."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_authenticated:
        return None
    roles = set(Membership.objects.filter(user=user).values_list("role", flat=True))
    names = LegalEntity.objects.order_by("pk").values_list("name", flat=True)[:2]
    return Navigation(
        company=names[0] if len(names) == 1 else "",
        sees_company=not roles.isdisjoint(COMPANY_ROLES),
        decides_records=not roles.isdisjoint({Role.APPROVER, Role.SUSTAINABILITY_APPROVER}),
        opens_admin=user.is_staff,
        unread=unread_count(user, at_most=MOST_UNREAD),
    )


@register.simple_tag
@cache
def version() -> str:
    """The version of this installation."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


@register.filter
def money(amount: Decimal, currency: str) -> SafeString:
    """An amount with its currency, kept on one line."""
    return _figure(figures.money(amount, currency))


@register.filter
def signed_money(amount: Decimal, currency: str) -> SafeString:
    """A difference with its sign and currency, kept on one line."""
    return _figure(figures.signed_money(amount, currency))


@register.filter
def amount_number(amount: Decimal) -> SafeString:
    """An amount for a table whose heading says the currency, kept on one line."""
    return _figure(figures.number(amount))


@register.filter
def signed_number(amount: Decimal) -> SafeString:
    """A difference with its sign, for a table whose heading says the currency."""
    return _figure(("+" if amount > 0 else "") + figures.number(amount))


@register.filter
def percent_of_change(now: Decimal, before: Decimal) -> str:
    """How much more or less than before; empty where there was nothing."""
    return figures.percent_change(now, before)


@register.filter
def negative(amount: Decimal) -> Decimal:
    """The same amount on the other side; zero stays zero."""
    return -amount if amount else amount


@register.filter
def tonnes(kgco2e: Decimal) -> SafeString:
    """Kilograms as tonnes with the unit, kept on one line."""
    return _figure(figures.tonnes(kgco2e))


@register.filter
def tonnes_number(kgco2e: Decimal) -> SafeString:
    """Kilograms as tonnes, for a column whose heading says the unit."""
    return _figure(figures.tonnes_number(kgco2e))


@register.filter
def exact_tonnes(kgco2e: Decimal) -> SafeString:
    """Kilograms as tonnes with every digit there is."""
    return _figure(figures.exact_tonnes(kgco2e))


@register.filter
def kilograms(kgco2e: Decimal) -> SafeString:
    """Kilograms with every digit there is."""
    return _figure(f"{figures.plain_number(kgco2e)} kgCO2e")


@register.filter
def number(value: Decimal) -> SafeString:
    """A number without idle zeros, thousands apart."""
    return _figure(figures.plain_number(value))


@register.filter
def price(line: StatementLine) -> SafeString:
    """A line's price per tonne with its currency."""
    if line.price_per_tonne is None:
        return _figure("–")
    text = figures.price(line.price_per_tonne, figures.decimals_of(line.amount))
    return _figure(f"{line.currency} {text}")


@register.filter
def price_of(price_per_tonne: Decimal | None, currency: str) -> SafeString:
    """A price per tonne with its currency, and the decimals of that; a dash where there is none."""
    if price_per_tonne is None:
        return _figure("–")
    return _figure(f"{currency} {figures.price(price_per_tonne, minor_exponent(currency))}")


@register.filter
def line_name(line: StatementLine) -> str:
    """What a line is for, e.g. `Scope 3, category 6: Business travel`."""
    return words.line_name(line)


@register.simple_tag
def group_title(group: LineGroup, statement: Statement) -> str:
    """What a group of lines is called on a bill."""
    return words.group_title(
        group.kind, group.of_period, statement.period, is_incentive=group.is_incentive
    )


@register.filter
def emission_name(record: RecordSummary | FileLine) -> str:
    """What a record counts as, by scope and category."""
    return words.emission_name(record.scope, record.category)


@register.simple_tag
def scheme_at(schemes: Sequence[SchemeTerms], place: int) -> str:
    """A scheme with its currency, as the heading of a column of amounts."""
    return f"{schemes[place].name}, {schemes[place].currency}"


@register.filter
def change_name(step: str) -> str:
    """What a step from one bill to the next is called."""
    return str(words.CHANGE_STEPS.get(step, step))


@register.filter
def lines_of_step(step: str) -> str:
    """The query for the lines that a step from one bill to the next is about."""
    return {
        "corrections": "?kind=charge&true_up=yes",
        "allocations": "?kind=allocation",
        "incentives": "?kind=incentive",
    }.get(step, "?kind=charge&true_up=no")


@register.filter
def change_reason(step: str) -> str:
    """What a step from one bill to the next means."""
    return str(words.CHANGE_REASONS.get(step, ""))


@register.filter
def role_name(role: str) -> str:
    """What a role in a department is called."""
    return str(words.ROLES.get(role, role))


@register.filter
def notice_sentence(notice: Notice) -> str:
    """What a notice tells, in one sentence."""
    return sentence_of(notice)


@register.filter
def dispute_state(state: str) -> str:
    """What the state of a dispute is called."""
    return str(words.DISPUTE_STATES.get(state, state))


@register.filter
def step_name(step: str) -> str:
    """What somebody did to a record."""
    return str(words.STEPS.get(step, step))


@register.filter
def doubt_name(kind: str) -> str:
    """What looks wrong, in a few words."""
    return str(words.DOUBTS.get(kind, kind))


@register.filter
def file_kind(content_type: str) -> str:
    """What a kind of file is called."""
    return str(words.FILE_KINDS.get(content_type, content_type))


@register.filter
def count_for(counts: dict[int, int], key: int) -> int:
    """How many there are for a key."""
    return counts.get(key, 0)


@register.filter
def scope_name(scope: int) -> str:
    """What a scope means, in a few words."""
    return str(words.SCOPES.get(scope, ""))


@register.filter
def kind_name(kind: str) -> str:
    """What a kind of line is called."""
    return str(words.KINDS.get(kind, kind))


@register.filter
def state_name(state: str) -> str:
    """What a state is called, of a record or of a period."""
    return str(words.STATES.get(state, state))


@register.filter
def amount(value: Money | None) -> SafeString:
    """Money with its currency, kept on one line."""
    return _figure("–" if value is None else figures.money(value.decimal, value.currency))


@register.filter
def per_tonne(cost: Decimal | None, currency: str) -> SafeString:
    """What a tonne costs; an end that is open is a dash."""
    return _figure("–" if cost is None else figures.money(cost, currency))


@register.filter
def whole_days(text: str) -> SafeString:
    """A text in which no day, such as 2024-01-31, breaks at the end of a line."""
    pieces = _DAY.split(text)  # every second one is a day
    shown = (_figure(each) if at % 2 else each for at, each in enumerate(pieces))
    return format_html_join("", "{}", ((each,) for each in shown))


def _figure(text: str) -> SafeString:
    return format_html('<span class="figure">{}</span>', text)
