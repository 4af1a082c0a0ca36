"""Calculates. A statement in the words of its language, ready to be set on paper."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from departments.portal import bill, figures, words
from departments.portal.bill import LineGroup
from ledger.converted_bill import ConvertedBill
from ledger.statements import Statement, StatementLine
from pricing.sentences import told


def document_of(
    statement: Statement, *, verify_url: str, converted: ConvertedBill | None = None
) -> dict[str, Any]:
    """All that the paper says, as text in the language in force; nothing is worked out there.

    Groups stand in the order of the bill and foot; `verify_url` is printed as it is. `converted` is
    told for information, if its rate is known.
    """
    return {
        "language": (get_language() or "en").partition("-")[0],
        "title": _("Bill for %(period)s, %(name)s")
        % {"period": statement.period, "name": statement.department_name},
        "product": _("Carbon Fee Ledger"),
        "department": f"{statement.department} · {statement.department_name}",
        "heading": _("%(scheme)s, bill for %(period)s")
        % {"scheme": statement.scheme_name, "period": statement.period},
        "days": _("%(first)s to %(last)s")
        % {"first": _day(statement.starts_on), "last": _day(statement.ends_on)},
        "state": str(words.STATES.get(statement.state, statement.state)),
        "due": _due(statement),
        "account": _account(statement),
        "account_title": _("The account"),
        "lines_title": _("What it is made of"),
        "columns": [_("What for"), _("tCO2e"), _("Price per tonne"), _("Amount")],
        "total": _("Total"),
        "groups": [_group(group, statement) for group in bill.group_lines(statement.lines)],
        "no_lines": _("Nothing was emitted, absorbed or corrected in this period."),
        "proof_title": _("Who stands behind it"),
        "proof": [*_converted(converted), *_proof(statement)],
        "verify_title": _("Verify it"),
        "verify": _(
            "Whoever may see this statement can paste its hash at the address below: the ledger "
            "then works it out again and says whether it still holds."
        ),
        "verify_url": verify_url,
        "sha256": statement.sha256,
        "page": _("Page"),
        "of": _("of"),
    }


def _due(statement: Statement) -> dict[str, str]:
    words_ = (
        _("Paid to you for %(period)s") if statement.net < 0 else _("Amount due for %(period)s")
    )
    return {
        "label": words_ % {"period": statement.period},
        "amount": figures.money(statement.net, statement.currency),
    }


def _account(statement: Statement) -> list[dict[str, str]]:
    shared = statement.is_shared_out
    currency = statement.currency
    earned = -statement.earned if statement.earned else statement.earned
    rows = [
        (_("Opening balance"), figures.money(statement.opening_balance, currency)),
        (
            _("Charged") if shared else _("Charged for emissions"),
            figures.signed_money(statement.charged, currency),
        ),
        (
            _("Earned") if shared else _("Earned for absorption"),
            figures.signed_money(earned, currency),
        ),
        (_("Closing balance"), figures.money(statement.closing_balance, currency)),
    ]
    return [{"label": label, "amount": amount} for label, amount in rows]


def _group(group: LineGroup, statement: Statement) -> dict[str, Any]:
    return {
        "title": words.group_title(
            group.kind, group.of_period, statement.period, is_incentive=group.is_incentive
        ),
        "lines": [_line(line, group) for line in group.lines],
        "tonnes": "" if group.is_shared_out else figures.tonnes_number(group.settled_kgco2e),
        "amount": figures.money(group.amount, statement.currency) if group.is_money else "–",
    }


def _line(line: StatementLine, group: LineGroup) -> dict[str, Any]:
    late = line.is_true_up and group.kind != "charge"
    note = [_("for %(period)s") % {"period": line.activity_period}] if late else []
    return {
        "name": words.line_name(line),
        "notes": [*note, *map(told, line.explanation)],
        "tonnes": "" if line.explanation else figures.tonnes_number(line.settled_kgco2e),
        "price": "" if line.explanation else _price(line),
        "amount": figures.money(line.amount, line.currency) if group.is_money else "–",
    }


def _price(line: StatementLine) -> str:
    if line.price_per_tonne is None:
        return "–"
    text = figures.price(line.price_per_tonne, figures.decimals_of(line.amount))
    return f"{line.currency} {text}"


def _converted(converted: ConvertedBill | None) -> list[dict[str, str]]:
    if converted is None or converted.net is None or converted.rate is None:
        return []
    amount = figures.money(converted.net, converted.currency)
    label = _("In the currency of the books, for information")
    return [{"label": label, "value": f"{amount} · {converted.rate.text}"}]


def _proof(statement: Statement) -> list[dict[str, str]]:
    rows = [
        (_("Prepared by"), statement.prepared_by),
        (_("Approved by"), statement.approved_by or "–"),
        (_("Posted"), f"{_moment(statement.posted_at)} UTC" if statement.posted_at else "–"),
        (_("Settlement"), ", ".join(str(number) for number in statement.settlement_ids)),
        (_("Statement hash"), statement.sha256),
    ]
    if statement.seal:
        seal = statement.seal
        label = _("Sealed in") if seal.covers_statement else _("Posted after the seal of")
        rows.append((label, f"{seal.period} · {_day(seal.sealed_at)}"))
        rows.append((_("Head of the seals"), seal.chain_sha256))
    return [{"label": label, "value": value} for label, value in rows]


def _day(day: Any) -> str:
    return date_format(day, "DATE_FORMAT")


def _moment(moment: Any) -> str:
    return f"{date_format(moment, 'DATE_FORMAT')}, {date_format(moment, 'H:i')}"
