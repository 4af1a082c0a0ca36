"""Doors. What accounts held and took between two days; a window of the journal to compare with."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from departments.organisation.api.answers import Unacceptable, asked, with_etag
from departments.organisation.api.pages import Page, PageQuerySerializer, page_of
from departments.organisation.api.permissions import KeyScope, visible_ids_of
from departments.organisation.api.streams import STREAMS, streamed, streams_of, wants_stream
from departments.organisation.api.strict import StrictSerializer
from ledger import reconciliation
from ledger.api.serializers import Exact, Minor
from ledger.balances import AccountMovement, movements
from ledger.errors.calendar import PeriodNotFound
from ledger.models.accounts import AccountKind
from ledger.models.periods import AccountingPeriod
from pricing import price_lookup


class WindowQuerySerializer(StrictSerializer):
    """Which part of the journal."""

    scheme = serializers.CharField(required=False, max_length=40, help_text="Code of a scheme.")
    period = serializers.CharField(required=False, max_length=20, help_text="Code of a period.")


class MovementsQuerySerializer(WindowQuerySerializer, PageQuerySerializer):
    from_on = serializers.DateField(
        required=False, help_text="First day that counts as movement; before it is the opening."
    )
    until_on = serializers.DateField(required=False, help_text="Last day that counts.")
    legal_entity = serializers.CharField(
        required=False, max_length=20, help_text="Accounts in the books of this legal entity."
    )
    kind = serializers.ChoiceField(choices=AccountKind.choices, required=False)
    commodity = serializers.CharField(required=False, max_length=10, help_text="USD, KGCO2E …")


class MovementSerializer(serializers.Serializer[AccountMovement]):
    """In whole units of the commodity; opening and closing are debit minus credit."""

    id = serializers.IntegerField(source="account_id")
    account = serializers.CharField()
    kind = serializers.ChoiceField(choices=AccountKind.choices)
    commodity = serializers.CharField()
    opening = Exact()
    debit = Exact()
    credit = Exact()
    closing = Exact(help_text="opening + debit − credit")
    opening_minor = Minor(source="opening")
    debit_minor = Minor(source="debit")
    credit_minor = Minor(source="credit")
    closing_minor = Minor(source="closing")


BALANCES_EXAMPLE = OpenApiExample(
    "A quarter of a department's fee",
    response_only=True,
    media_type="application/json",
    value={
        "data": [
            {
                "id": 7,
                "account": "Expenses:Carbon-Fee:CARBON-FEE:CLOUD",
                "kind": "fee_expense",
                "commodity": "USD",
                "opening": "15000.00",
                "debit": "12500.00",
                "credit": "250.00",
                "closing": "27250.00",
                "opening_minor": 1500000,
                "debit_minor": 1250000,
                "credit_minor": 25000,
                "closing_minor": 2725000,
            }
        ],
        "has_more": False,
        "next_cursor": None,
    },
)


class BalanceList(APIView):
    """Opening balance, movement and closing balance of accounts; departments see their own."""

    permission_classes = [KeyScope]
    required_scopes = {"GET": "accounts:read"}
    renderer_classes = STREAMS

    @extend_schema(
        operation_id="balances_list",
        parameters=[MovementsQuerySerializer],
        responses={(200, "application/json"): page_of(MovementSerializer), **streams_of("account")},
        examples=[BALANCES_EXAMPLE],
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        """Accounts with what moved in a period, or between two days; left out: ever."""
        query = asked(request, MovementsQuerySerializer)
        page = Page.of(request)
        rows = _movements(query, department_ids=visible_ids_of(request))
        if wants_stream(request, query):
            return streamed(request, rows, serializer=MovementSerializer, name="balances")
        rows = [row for row in rows if row.account_id > page.after_id]
        return Response(
            page.answer(
                sorted(rows, key=lambda row: row.account_id),
                id_of=lambda row: row.account_id,
                present=lambda row: MovementSerializer(row).data,
            )
        )


class ReconciliationQuerySerializer(WindowQuerySerializer):
    account = serializers.CharField(required=False, max_length=200, help_text="Its full code.")
    commodity = serializers.CharField(required=False, max_length=10, help_text="USD, KGCO2E …")
    after_line = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        help_text="Only lines with a higher id: the last that was compared before.",
    )
    through_line = serializers.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, help_text="Only lines up to this id."
    )


class CommodityWindowSerializer(serializers.Serializer[reconciliation.CommodityWindow]):
    commodity = serializers.CharField()
    line_count = serializers.IntegerField()
    entry_count = serializers.IntegerField()
    debit = Exact()
    credit = Exact()
    debit_minor = Minor(source="debit")
    credit_minor = Minor(source="credit")
    balances = serializers.BooleanField(help_text="Debits equal credits.")


class WindowSerializer(serializers.Serializer[reconciliation.Window]):
    """What the lines of a window come to. Asked again with the same ends, it is the same."""

    after_line = serializers.IntegerField(source="after_line_id")
    through_line = serializers.IntegerField(
        source="through_line_id", help_text="No line up to it is still to come."
    )
    first_line = serializers.IntegerField(source="first_line_id", allow_null=True)
    last_line = serializers.IntegerField(source="last_line_id", allow_null=True)
    line_count = serializers.IntegerField()
    entry_count = serializers.IntegerField()
    totals = CommodityWindowSerializer(many=True, help_text="By commodity.")
    sha256 = serializers.CharField(
        help_text="Over the lines by id, each as `id,entry,entry_date,account,commodity,debit,"
        "credit` and a line feed, in UTF-8, as journal-lines/ shows them."
    )


RECONCILIATION_EXAMPLE = OpenApiExample(
    "A quarter",
    response_only=True,
    value={
        "after_line": 0,
        "through_line": 41,
        "first_line": 1,
        "last_line": 41,
        "line_count": 4,
        "entry_count": 2,
        "totals": [
            {
                "commodity": "USD",
                "line_count": 4,
                "entry_count": 2,
                "debit": "27500.00",
                "credit": "27500.00",
                "debit_minor": 2750000,
                "credit_minor": 2750000,
                "balances": True,
            }
        ],
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    },
)


class Reconciliation(APIView):
    """Whether a copy of the journal is whole: counts, sums and a hash of a window."""

    permission_classes = [KeyScope]
    required_scopes = {"GET": "journal:read"}

    @extend_schema(
        operation_id="reconciliation_retrieve",
        parameters=[ReconciliationQuerySerializer],
        responses=WindowSerializer,
        examples=[RECONCILIATION_EXAMPLE],
    )
    def get(self, request: Request) -> Any:
        """Lines of a period, scheme, account or range of ids; departments see their own."""
        query = asked(request, ReconciliationQuerySerializer)
        if "period" in query:
            _period(query["period"])
        if "scheme" in query:
            price_lookup.scheme_terms(code=query["scheme"])
        found = reconciliation.window(
            period=query.get("period"),
            scheme=query.get("scheme"),
            account=query.get("account"),
            commodity=query.get("commodity"),
            department_ids=visible_ids_of(request),
            after_line_id=query.get("after_line", 0),
            through_line_id=query.get("through_line"),
        )
        return with_etag(request, WindowSerializer(found).data)


def _movements(query: dict[str, Any], *, department_ids: set[int] | None) -> list[AccountMovement]:
    from_on, until_on = _days(query)
    scheme = query.get("scheme")
    rows = movements(
        from_on=from_on,
        until_on=until_on,
        scheme_id=price_lookup.scheme_terms(code=scheme).id if scheme else None,
        department_ids=department_ids,
        legal_entity=query.get("legal_entity"),
    )
    wanted = {name: query[name] for name in ("kind", "commodity") if name in query}
    return [row for row in rows if all(getattr(row, name) == wanted[name] for name in wanted)]


def _days(query: dict[str, Any]) -> tuple[date | None, date | None]:
    """The first and last day that count, of a period or as they are said.

    Raises: Unacceptable, for both; PeriodNotFound.
    """
    if "period" not in query:
        return query.get("from_on"), query.get("until_on")
    if "from_on" in query or "until_on" in query:
        raise Unacceptable({"period": ["Say a period or days, not both."]})
    period = _period(query["period"])
    return period.first_day, period.last_day


def _period(code: str) -> AccountingPeriod:
    found = AccountingPeriod.objects.filter(code=code).first()
    if found is None:
        raise PeriodNotFound(code)
    return found
