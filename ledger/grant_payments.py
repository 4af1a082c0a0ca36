"""Writes. Pay a milestone of a grant out of the fund, once; take it back if its project failed."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from departments.organisation.access import Permission, may
from departments.organisation.models import DepartmentPlacement, LegalEntity, User
from departments.organisation.said import Said, said
from ledger import fund_guard, posting
from ledger.chart_of_accounts import (
    AccountPlace,
    account_id,
    books_part,
    ensure_accounts,
    fund_place,
    open_scheme_accounts,
)
from ledger.errors.journal import AccountCodeTaken, AlreadyReversed
from ledger.errors.settlements import GrantNotPayable, GrantPaidByItsOwn, NotAllowed
from ledger.fund import payments
from ledger.models.accounts import Account, AccountKind
from ledger.posting import Line, Source
from pricing.grant_facts import PayableMilestone
from pricing.grant_lookup import lock_milestone
from pricing.price_lookup import SchemeTerms, scheme_terms


@transaction.atomic
def pay(*, milestone_id: int, paid_on: date, by: User) -> int:
    """Pay an accepted milestone of an awarded grant, on a day of an open period.

    Debit carbon fund, credit the department's incentive income; if that is in another legal
    entity's books on that day, through due-to and due-from. Called again, it only answers.

    Returns: the entry's id.
    Raises:  NotAllowed, GrantNotFound, GrantNotPayable, GrantPaidByItsOwn, FundOverdrawn,
             AccountCodeTaken, PeriodNotFound, PeriodClosed.
    """
    _require(by, said("pay a milestone of a grant"))
    milestone = lock_milestone(milestone_id)
    paid = payments([milestone.id]).get(milestone.id)
    if paid is not None:
        return paid.entry_id
    if milestone.state != "awarded" or not milestone.is_accepted:
        shown = said("accepted") if milestone.is_accepted else said("not accepted yet")
        raise GrantNotPayable(milestone.id, milestone.grant_id, milestone.state, shown)
    if by.pk in milestone.involved_ids:
        raise GrantPaidByItsOwn(by.get_username(), milestone.grant_id)
    terms = scheme_terms(scheme_id=milestone.scheme_id)
    fund_guard.lock_fund(terms)
    title = f"Grant {milestone.grant_id}, milestone {milestone.number}: {milestone.title}"
    return posting.post(
        entry_date=paid_on,
        description=title[:300],
        lines=_lines(milestone, terms, paid_on),
        source=Source("grant-milestone", str(milestone.id), "payment"),
        by=by,
    )


@transaction.atomic
def take_back(*, milestone_id: int, taken_back_on: date, reason: str, by: User) -> int:
    """Take back what was paid for a milestone of a project that failed: the mirror of its entry.

    Called again, it answers with the entry that took it back.
    Returns: the reversing entry's id.
    Raises:  NotAllowed, GrantNotFound, GrantNotPayable, PeriodNotFound, PeriodClosed.
    """
    _require(by, said("take a grant back"))
    milestone = lock_milestone(milestone_id)
    paid = payments([milestone.id]).get(milestone.id)
    if milestone.state != "failed" or paid is None:
        shown = said("not paid") if paid is None else said("paid")
        raise GrantNotPayable(milestone.id, milestone.grant_id, milestone.state, shown)
    try:
        return posting.reverse(
            entry_id=paid.entry_id,
            entry_date=taken_back_on,
            reason=f"claw-back of grant {milestone.grant_id}: {reason}",
            by=by,
        )
    except AlreadyReversed as before:
        return before.reversal_id


def _require(by: User, step: Said) -> None:
    if not may(by, Permission.PAY_GRANT):
        raise NotAllowed(by.get_username(), step, Permission.PAY_GRANT.roles_text)


def _lines(milestone: PayableMilestone, terms: SchemeTerms, day: date) -> list[Line]:
    entity = _books_of(milestone.department_id, terms, day)
    others = {entity.pk} - {terms.fund_entity_id} if entity is not None else set()
    open_scheme_accounts(terms, others)
    minor, currency = milestone.amount_minor, terms.currency
    income = _income_account(milestone, terms, entity)
    sides = [(account_id(fund_place(terms)), minor)]
    if others:
        assert entity is not None
        due = Account.objects.filter(scheme_id=terms.id)
        due_from = due.get(kind=AccountKind.DUE_FROM, counterparty=entity)
        due_to = due.get(kind=AccountKind.DUE_TO, legal_entity=entity)
        sides += [(due_from.pk, -minor), (due_to.pk, minor)]
    sides.append((income, -minor))
    return [
        Line(account, currency, debit=max(side, 0), credit=max(-side, 0)) for account, side in sides
    ]


def _books_of(department_id: int, terms: SchemeTerms, day: date) -> LegalEntity | None:
    """Whose books the department is in on a day; the fund's, where the tree says nothing."""
    if terms.fund_entity_id is None:
        return None
    placed = DepartmentPlacement.objects.select_related("legal_entity").filter(
        department_id=department_id, in_force__contains=day
    )
    found = placed.first()
    return found.legal_entity if found else LegalEntity.objects.get(pk=terms.fund_entity_id)


def _income_account(
    milestone: PayableMilestone, terms: SchemeTerms, entity: LegalEntity | None
) -> int:
    place = AccountPlace(
        AccountKind.INCENTIVE_INCOME,
        terms.currency,
        scheme_id=terms.id,
        scheme_code=terms.code,
        department_id=milestone.department_id,
        department_code=milestone.department_code,
        legal_entity_id=entity.pk if entity else None,
        books=books_part(terms, entity),
    )
    ensure_accounts([place])
    found = Account.objects.filter(
        kind=place.kind,
        scheme_id=terms.id,
        department_id=milestone.department_id,
        legal_entity=entity,
    ).first()
    if found is None:
        raise AccountCodeTaken(terms.code, 1)
    return found.pk
