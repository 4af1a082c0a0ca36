"""Doors. Departments and oneself, as programs read them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from departments.organisation.access import Permission, may
from departments.organisation.api.pages import PageQuerySerializer
from departments.organisation.models import (
    ApiKey,
    CostCentre,
    Department,
    DepartmentPlacement,
    User,
)


class CostCentreSerializer(serializers.ModelSerializer[CostCentre]):
    legal_entity = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)

    class Meta:
        model = CostCentre
        fields = ["code", "name", "legal_entity"]


class PlacementSerializer(serializers.Serializer[DepartmentPlacement]):
    """Where a department stands on the day that was asked for."""

    parent = serializers.CharField(  # type: ignore[assignment]  # what the tree calls it
        source="parent.code", allow_null=True, default=None, help_text="Code of the one above it."
    )
    legal_entity = serializers.CharField(source="legal_entity.code")
    starts_on = serializers.DateField(source="in_force.lower", allow_null=True)
    ends_before = serializers.DateField(source="in_force.upper", allow_null=True)


class DepartmentSerializer(serializers.ModelSerializer[Department]):
    placement = serializers.SerializerMethodField()
    cost_centres = CostCentreSerializer(many=True)

    class Meta:
        model = Department
        fields = ["code", "name", "is_illustrative", "placement", "cost_centres"]

    @extend_schema_field(PlacementSerializer(allow_null=True))
    def get_placement(self, department: Department) -> Any:
        """The placement on the day; the view has fetched it as `placed`."""
        placed: list[DepartmentPlacement] = getattr(department, "placed", [])
        return PlacementSerializer(placed[0]).data if placed else None


class DepartmentsQuerySerializer(PageQuerySerializer):
    on = serializers.DateField(
        required=False, help_text="The tree as of this day (default: today)."
    )


class RoleSerializer(serializers.Serializer[Any]):
    role = serializers.CharField()
    department = serializers.CharField(
        source="department.code", allow_null=True, default=None, help_text="Null: company-wide."
    )


class KeySerializer(serializers.ModelSerializer[ApiKey]):
    departments = serializers.SlugRelatedField[Any](slug_field="code", many=True, read_only=True)

    class Meta:
        model = ApiKey
        fields = ["name", "prefix", "scopes", "departments", "expires_at"]


class MeSerializer(serializers.Serializer[User]):
    username = serializers.CharField()
    name = serializers.CharField(source="get_full_name")
    roles = RoleSerializer(source="memberships", many=True)
    permissions = serializers.SerializerMethodField()
    key = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_permissions(self, user: User) -> list[str]:
        return [permission for permission in Permission if may(user, permission)]

    @extend_schema_field(KeySerializer(allow_null=True))
    def get_key(self, user: User) -> Any:
        key = self.context["key"]
        return KeySerializer(key).data if key is not None else None
