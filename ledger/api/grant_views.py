"""Doors. The fund, and grants of it: apply for one, read what became of it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from departments.organisation.access import Permission
from departments.organisation.api.answers import Unacceptable, asked, sent, with_etag
from departments.organisation.api.idempotency import IdempotentPosts
from departments.organisation.api.pages import Page, page_of
from departments.organisation.api.permissions import KeyScope, key_of, visible_ids_of
from departments.organisation.api.strict import BoundedJSONParser
from departments.organisation.models import Department
from ledger import fund
from ledger.api.grant_serializers import (
    FundQuerySerializer,
    FundSerializer,
    GrantSerializer,
    GrantsQuerySerializer,
    NewGrantSerializer,
)
from ledger.api.permissions import SeesWholeCompany
from ledger.api.queries import NoQuerySerializer
from ledger.grant_report import grant_json
from pricing import fund_grants, grant_lookup
from pricing.grant_reading import AskedMilestone


class FundDetail(APIView):
    """What a carbon fund holds, has promised and paid."""

    permission_classes = [KeyScope, SeesWholeCompany]
    required_scopes = {"GET": "fund:read"}
    required_permission = Permission.READ_BOOKS

    @extend_schema(
        operation_id="fund_retrieve", parameters=[FundQuerySerializer], responses=FundSerializer
    )
    def get(self, request: Request) -> Any:
        """Balance, committed, available, and the budget of a day."""
        query = asked(request, FundQuerySerializer)
        position = fund.fund_position(
            scheme_code=query["scheme"], on=query.get("on") or timezone.localdate()
        )
        return with_etag(request, fund.as_json(position))


class GrantList(IdempotentPosts):
    """Grants of the departments you may see."""

    permission_classes = [KeyScope]
    parser_classes = [BoundedJSONParser]
    required_scopes = {"GET": "grants:read", "POST": "grants:write"}

    @extend_schema(
        operation_id="grants_list",
        parameters=[GrantsQuerySerializer],
        responses=page_of(GrantSerializer),
    )
    def get(self, request: Request) -> Response:
        """Grants, oldest first."""
        query = asked(request, GrantsQuerySerializer)
        page = Page.of(request)
        grants = grant_lookup.grants_after(
            after_id=page.after_id,
            limit=page.limit + 1,
            department_ids=visible_ids_of(request),
            scheme_code=query.get("scheme"),
            department=query.get("department"),
            state=query.get("state"),
            updated_since=query.get("updated_since"),
        )
        paid = fund.payments_of(grants)
        return Response(
            page.answer(
                grants, id_of=lambda grant: grant.id, present=lambda one: grant_json(one, paid)
            )
        )

    @extend_schema(
        operation_id="grants_create",
        request=NewGrantSerializer,
        responses={201: GrantSerializer},
    )
    def post(self, request: Request) -> Response:
        """Apply for a grant, as somebody who enters the department's activity."""
        facts = sent(request, NewGrantSerializer)
        department = _department(request, facts.pop("department"))
        milestones = [AskedMilestone(**one) for one in facts.pop("milestones")]
        grant = fund_grants.apply(
            scheme_code=facts.pop("scheme"),
            department_id=department.pk,
            milestones=milestones,
            by=_person(request),
            at=timezone.now(),
            key=key_of(request),
            **facts,
        )
        return Response(
            _shown(request, grant.pk),
            status=status.HTTP_201_CREATED,
            headers={"Location": f"/api/v1/grants/{grant.pk}/"},
        )


class GrantDetail(APIView):
    """One grant."""

    permission_classes = [KeyScope]
    required_scopes = {"GET": "grants:read"}

    @extend_schema(operation_id="grants_retrieve", responses=GrantSerializer)
    def get(self, request: Request, grant_id: int) -> Any:
        """What is asked and promised, who decided, what is paid and what was delivered."""
        asked(request, NoQuerySerializer)
        return with_etag(request, _shown(request, grant_id))


def _shown(request: Request, grant_id: int) -> dict[str, Any]:
    grant = grant_lookup.grant_of(grant_id=grant_id, department_ids=visible_ids_of(request))
    return grant_json(grant, fund.payments_of([grant]))


def _department(request: Request, code: str) -> Department:
    visible = visible_ids_of(request)
    found = Department.objects.filter(code=code).first()
    if found is None or (visible is not None and found.pk not in visible):
        raise Unacceptable({"department": ["There is none that you may see."]})
    return found


def _person(request: Request) -> Any:
    return request.user
