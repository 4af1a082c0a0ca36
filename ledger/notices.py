"""Writes. Whom what happens in the books concerns, told in the transaction in which it does."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from departments.organisation.models import Department
from departments.organisation.notice_models import NoticeKind
from departments.organisation.notices import News, Target, tell
from departments.organisation.reach import people_of
from ledger.models.disputes import Dispute
from ledger.models.settlements import Settlement, SettlementLine
from pricing.price_lookup import SchemeTerms

NAMED = 3  # departments in a sentence; the others are counted


def statements_ready(settlement: Settlement, terms: SchemeTerms, *, at: datetime) -> None:
    """A settlement is posted: one notice for each person with a role in a department it bills."""
    billed = dict(
        Department.objects.filter(
            pk__in=SettlementLine.objects.filter(settlement=settlement)
            .order_by()
            .values("department_id")
        ).values_list("pk", "code")
    )
    news = []
    for user_id, reached in people_of(billed).items():
        codes = sorted(billed[pk] for pk in reached)
        facts = {
            "scheme": terms.name,
            "period": settlement.period.code,
            "departments": codes[:NAMED],
            "more": len(codes[NAMED:]),
        }
        news.append(News(user_id, reached, _bill_of(codes, terms, settlement), facts))
    key = f"{NoticeKind.STATEMENT_READY}:{settlement.pk}"
    tell(kind=NoticeKind.STATEMENT_READY, key=key, news=news, at=at)


def dispute_answered(dispute: Dispute, *, at: datetime) -> None:
    """A dispute is accepted or rejected: whoever opened it hears."""
    facts = {
        "department": dispute.department.code,
        "period": dispute.line.settlement.period.code,
        "state": str(dispute.state),
        "by": dispute.decided_by.get_username() if dispute.decided_by else "",
    }
    target = Target("line", (str(dispute.line_id),))
    tell(
        kind=NoticeKind.DISPUTE_ANSWERED,
        key=f"{NoticeKind.DISPUTE_ANSWERED}:{dispute.pk}",
        news=[News(dispute.opened_by_id, [dispute.department_id], target, facts)],
        at=at,
    )


def _bill_of(codes: list[str], terms: SchemeTerms, settlement: Settlement) -> Target:
    """The bill, or for several the first of them, with the others to choose beside it."""
    period = settlement.period.code
    if len(codes) == 1:
        return Target("bill", (codes[0], terms.code, period))
    return Target("choose_bill", (), urlencode({"scheme": terms.code, "period": period}))
