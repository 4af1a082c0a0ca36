"""Doors. The journal, what accounts hold, the periods, and the proof of it all."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from departments.organisation.access import Permission
from departments.organisation.api.answers import asked, with_etag
from departments.organisation.api.pages import KeysetPagination, Page, is_updated, page_of
from departments.organisation.api.permissions import KeyScope, visible_ids_of
from departments.organisation.api.streams import STREAMS, streams_of, wants_stream
from ledger import verification
from ledger.api.permissions import SeesWholeCompany
from ledger.api.queries import (
    AccountsQuerySerializer,
    BalancesQuerySerializer,
    JournalQuerySerializer,
    NoQuerySerializer,
    PeriodsQuerySerializer,
)
from ledger.api.serializers.journal import (
    AccountSerializer,
    JournalEntrySerializer,
    JournalLineSerializer,
    PeriodSerializer,
    TrialBalanceSerializer,
    VerificationSerializer,
)
from ledger.balances import AccountBalance, trial_balance
from ledger.errors.journal import EntryNotFound
from ledger.exports.foreign_books import with_rates
from ledger.exports.registry import FORMATS
from ledger.exports.rows import Selection
from ledger.exports.writing import stream
from ledger.journal_lines import journal_rows, whole_through
from ledger.models.periods import AccountingPeriod
from pricing import price_lookup

PAGE_EXAMPLE = OpenApiExample(
    "A department's fee",
    response_only=True,
    media_type="application/json",
    value={
        "data": [
            {
                "id": 41,
                "entry": 12,
                "entry_date": "2023-03-31",
                "recorded_at": "2023-04-12T09:30:00.000000Z",
                "period": "2023Q1",
                "activity_period": "2023Q1",
                "scheme": "carbon-fee",
                "settlement": 3,
                "legal_entity": "US10",
                "department": "CLOUD",
                "cost_centre": "4711",
                "account": "Expenses:Carbon-Fee:CARBON-FEE:CLOUD",
                "commodity": "USD",
                "debit": "15000.00",
                "credit": "0.00",
                "amount": "15000.00",
                "amount_minor": 1500000,
                "description": "Carbon fee 2023Q1, CLOUD",
                "source_type": "settlement",
                "source_id": "3/7/1",
                "purpose": "charge",
                "reverses": None,
            }
        ],
        "has_more": True,
        "next_cursor": "NDE",
    },
)


class JournalLineList(APIView):
    """Lines of the journal in the order they were written; departments see their own accounts."""

    permission_classes = [KeyScope]
    required_scopes = {"GET": "journal:read"}
    renderer_classes = STREAMS

    @extend_schema(
        operation_id="journal_lines_list",
        parameters=[JournalQuerySerializer],
        responses={
            (200, "application/json"): page_of(JournalLineSerializer),
            **streams_of("line"),
        },
        examples=[PAGE_EXAMPLE],
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        """A page of lines; `Accept: text/csv` or `application/x-ndjson` sends all of them."""
        query = asked(request, JournalQuerySerializer)
        page = Page.of(request)
        filters: dict[str, Any] = {
            name: query.get(name) for name in ("period", "scheme", "account", "commodity")
        }
        filters |= {"entry_id": query.get("entry"), "department_ids": visible_ids_of(request)}
        if wants_stream(request, query):
            return _stream(str(request.accepted_renderer.format), filters)
        rows = journal_rows(
            **filters,
            after_line_id=page.after_id,
            through_line_id=whole_through(),
            limit=page.limit + 1,
        )
        return Response(
            page.answer(
                rows,
                id_of=lambda row: row.line_id,
                present=lambda row: JournalLineSerializer(row).data,
            )
        )


class JournalEntryDetail(APIView):
    """One entry."""

    permission_classes = [KeyScope]
    required_scopes = {"GET": "journal:read"}

    @extend_schema(
        operation_id="journal_entries_retrieve",
        responses=JournalEntrySerializer,
    )
    def get(self, request: Request, entry_id: int) -> Any:
        """An entry with the lines that you may see. It never changes, so keep it by its ETag."""
        asked(request, NoQuerySerializer)
        rows = list(journal_rows(entry_id=entry_id, department_ids=visible_ids_of(request)))
        if not rows:
            raise EntryNotFound(entry_id)
        entry = SimpleNamespace(first=rows[0], lines=rows)
        return with_etag(request, JournalEntrySerializer(entry).data)


class AccountList(APIView):
    """What each account holds; departments see their own accounts."""

    permission_classes = [KeyScope]
    required_scopes = {"GET": "accounts:read"}

    @extend_schema(
        operation_id="accounts_list",
        parameters=[AccountsQuerySerializer],
        responses=page_of(AccountSerializer),
    )
    def get(self, request: Request) -> Response:
        """Accounts that were ever posted to, with their balances."""
        query = asked(request, AccountsQuerySerializer)
        page = Page.of(request)
        rows = _balances(query, department_ids=visible_ids_of(request))
        rows = sorted(
            (row for row in rows if row.account_id > page.after_id),
            key=lambda row: row.account_id,
        )
        return Response(
            page.answer(
                rows,
                id_of=lambda row: row.account_id,
                present=lambda row: AccountSerializer(row).data,
            )
        )


class TrialBalance(APIView):
    """The whole company's accounts with the totals that must agree."""

    permission_classes = [KeyScope, SeesWholeCompany]
    required_scopes = {"GET": "accounts:read"}
    required_permission = Permission.READ_BOOKS

    @extend_schema(
        operation_id="trial_balance_retrieve",
        parameters=[BalancesQuerySerializer],
        responses=TrialBalanceSerializer,
    )
    def get(self, request: Request) -> Any:
        """Every account at once, by code; debits equal credits in each commodity."""
        query = asked(request, BalancesQuerySerializer)
        rows = _balances(query, department_ids=None)
        found = {"as_of": query.get("as_of"), "accounts": rows, "totals": _totals(rows)}
        return with_etag(request, TrialBalanceSerializer(found).data)


class PeriodList(ListAPIView[AccountingPeriod]):
    """Accounting periods, open and closed, with the seals of closed ones."""

    permission_classes = [KeyScope]
    required_scopes = {"GET": "statements:read"}
    serializer_class = PeriodSerializer
    pagination_class = KeysetPagination
    filter_backends = []
    queryset = AccountingPeriod.objects.select_related("seal")

    def get_queryset(self) -> QuerySet[AccountingPeriod]:
        query = asked(self.request, PeriodsQuerySerializer)
        wanted = {"state": query["state"]} if "state" in query else {}
        return self.queryset.filter(is_updated(query, "closed_at"), **wanted)

    @extend_schema(operation_id="periods_list", parameters=[PeriodsQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every period."""
        return super().get(request, *args, **kwargs)


class Verify(APIView):
    """The proof of the books."""

    permission_classes = [KeyScope, SeesWholeCompany]
    required_scopes = {"GET": "journal:read"}
    required_permission = Permission.READ_BOOKS

    @extend_schema(
        operation_id="verification_retrieve",
        responses=VerificationSerializer,
    )
    def get(self, request: Request) -> Response:
        """Recompute every entry, statement line, settled record and seal now; takes a while."""
        asked(request, NoQuerySerializer)
        return Response(VerificationSerializer(verification.verify()).data)


def _stream(format_name: str, filters: dict[str, Any]) -> StreamingHttpResponse:
    found = FORMATS[format_name]
    assert found.notation is not None  # the two that an Accept header can name have one
    ids = filters["department_ids"]
    asked = filters | {"department_ids": None if ids is None else tuple(sorted(ids))}
    return StreamingHttpResponse(
        stream(found.notation, with_rates(found, Selection(**asked))),
        content_type=f"{found.media_type}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="journal-lines.{found.extension}"',
            "Cache-Control": "private, no-store",
        },
    )


def _balances(query: dict[str, Any], *, department_ids: set[int] | None) -> list[AccountBalance]:
    scheme = query.get("scheme")
    return trial_balance(
        scheme_id=price_lookup.scheme_terms(code=scheme).id if scheme else None,
        as_of=query.get("as_of"),
        department_ids=department_ids,
        legal_entity=query.get("legal_entity"),
    )


def _totals(rows: list[AccountBalance]) -> list[dict[str, Any]]:
    totals = []
    for commodity in sorted({row.commodity for row in rows}):
        held = [row for row in rows if row.commodity == commodity]
        debit = sum((row.debit for row in held), Decimal(0))
        credit = sum((row.credit for row in held), Decimal(0))
        totals.append(
            {
                "commodity": commodity,
                "debit": debit,
                "credit": credit,
                "balances": debit == credit,
            }
        )
    return totals
