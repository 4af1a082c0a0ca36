"""Doors. Tables of sustainability standards for programs."""

from __future__ import annotations

import io
from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from departments.organisation.access import Permission
from departments.organisation.api.answers import asked, with_etag
from departments.organisation.api.permissions import KeyScope
from ledger.api.disclosure_serializers import (
    DisclosureQuerySerializer,
    DisclosureSerializer,
    FrameworksSerializer,
)
from ledger.api.permissions import SeesWholeCompany
from ledger.api.queries import NoQuerySerializer
from ledger.disclosure import reading
from ledger.disclosure.content import disclosure_content
from ledger.disclosure.datapoint_map import datapoint_maps
from ledger.disclosure.tables import Disclosure
from ledger.disclosure.workbook import WORKBOOK_TYPE, write_workbook


class _Door(APIView):
    permission_classes = [KeyScope, SeesWholeCompany]
    required_scopes = {"GET": "disclosures:read"}
    required_permission = Permission.READ_BOOKS

    def found(self, request: Request, framework: str) -> Disclosure:
        query = asked(request, DisclosureQuerySerializer)
        return reading.disclosure(
            framework=framework,
            year=query["year"],
            version=query.get("version"),
            scheme_code=query.get("scheme"),
        )


class DisclosureList(_Door):
    """Frameworks with a datapoint map, and years with posted lines."""

    @extend_schema(operation_id="disclosures_list", responses=FrameworksSerializer)
    def get(self, request: Request) -> Any:
        """What can be disclosed."""
        asked(request, NoQuerySerializer)
        names = ("framework", "version", "title", "status", "source")
        maps = [{name: getattr(each, name) for name in names} for each in datapoint_maps()]
        return with_etag(request, {"frameworks": maps, "years": reading.years()})


class DisclosureDetail(_Door):
    """A framework's tables of a year, computed from posted statement lines now."""

    @extend_schema(
        operation_id="disclosures_retrieve",
        parameters=[DisclosureQuerySerializer],
        responses=DisclosureSerializer,
    )
    def get(self, request: Request, framework: str) -> Any:
        """Every cell with its datapoint, its arithmetic and the lines behind it."""
        return with_etag(request, disclosure_content(self.found(request, framework)))


class DisclosureFile(_Door):
    """The same as a workbook."""

    @extend_schema(
        operation_id="disclosures_file",
        parameters=[DisclosureQuerySerializer],
        responses={(200, WORKBOOK_TYPE): OpenApiResponse(OpenApiTypes.BINARY)},
    )
    def get(self, request: Request, framework: str) -> FileResponse:
        """A sheet a table; how each cell was computed; the lines behind it."""
        found = self.found(request, framework)
        file = io.BytesIO()
        write_workbook(found, file)
        file.seek(0)
        name = f"{found.map.code}-{found.facts.year.code}.xlsx"
        return FileResponse(file, as_attachment=True, filename=name, content_type=WORKBOOK_TYPE)
