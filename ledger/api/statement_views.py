"""Doors. What departments were charged and earned."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from departments.organisation.api.answers import asked, with_etag
from departments.organisation.api.pages import Page, page_of
from departments.organisation.api.permissions import KeyScope, visible_ids_of
from ledger.api.queries import NoQuerySerializer, StatementsQuerySerializer
from ledger.api.serializers.statements import StatementSerializer, StatementTotalsSerializer
from ledger.statement_totals import statement_totals
from ledger.statements import statement_of


class StatementList(APIView):
    """Posted statements of the departments that you may see."""

    permission_classes = [KeyScope]
    required_scopes = {"GET": "statements:read"}

    @extend_schema(
        operation_id="statements_list",
        parameters=[StatementsQuerySerializer],
        responses=page_of(StatementTotalsSerializer),
    )
    def get(self, request: Request) -> Response:
        """Statements with their totals, in the order they were first posted."""
        query = asked(request, StatementsQuerySerializer)
        page = Page.of(request)
        rows = statement_totals(
            department_ids=visible_ids_of(request),
            scheme=query.get("scheme"),
            period=query.get("period"),
            department=query.get("department"),
            posted_since=query.get("updated_since"),
            after_number=page.after_id,
            limit=page.limit + 1,
        )
        return Response(
            page.answer(
                rows,
                id_of=lambda row: row.number,
                present=lambda row: StatementTotalsSerializer(row).data,
            )
        )


class StatementDetail(APIView):
    """One statement."""

    permission_classes = [KeyScope]
    required_scopes = {"GET": "statements:read"}

    @extend_schema(
        operation_id="statements_retrieve",
        responses=StatementSerializer,
    )
    def get(self, request: Request, scheme: str, period: str, department: str) -> Any:
        """A statement as it was posted: opening balance, lines, closing balance, hash."""
        asked(request, NoQuerySerializer)
        found = statement_of(
            department_code=department,
            scheme_code=scheme,
            period_code=period,
            department_ids=visible_ids_of(request),
        )
        return with_etag(request, StatementSerializer(found).data)
