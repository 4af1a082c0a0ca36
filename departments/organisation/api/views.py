"""Doors. Which departments there are, and who one is."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from departments.organisation.access import departments_visible_to
from departments.organisation.api.answers import NoQuerySerializer, asked
from departments.organisation.api.pages import KeysetPagination
from departments.organisation.api.permissions import KeyScope, key_of
from departments.organisation.api.serializers import (
    DepartmentSerializer,
    DepartmentsQuerySerializer,
    MeSerializer,
)
from departments.organisation.models import Department, DepartmentPlacement, User


@extend_schema_view(get=extend_schema(parameters=[DepartmentsQuerySerializer]))
class DepartmentList(ListAPIView[Department]):
    """The departments you may see, with their place in the tree on a day."""

    permission_classes = [KeyScope]
    required_scopes = {"GET": "departments:read"}
    serializer_class = DepartmentSerializer
    filter_backends = []
    pagination_class = KeysetPagination
    queryset = Department.objects.all()

    def get_queryset(self) -> QuerySet[Department]:
        query = asked(self.request, DepartmentsQuerySerializer)
        on = query.get("on", timezone.now().date())
        placed = DepartmentPlacement.objects.filter(in_force__contains=on).select_related(
            "parent", "legal_entity"
        )
        visible = departments_visible_to(self.request.user, key=key_of(self.request))
        return visible.prefetch_related(
            Prefetch("placements", queryset=placed, to_attr="placed"),
            "cost_centres__legal_entity",
        )


class Me(APIView):
    """Who you are here, what you may do, and which key you came with."""

    permission_classes = [IsAuthenticated]

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        asked(request, NoQuerySerializer)
        people = User.objects.prefetch_related("memberships__department")
        person = people.get(username=request.user.get_username())
        return Response(MeSerializer(person, context={"key": key_of(request)}).data)
