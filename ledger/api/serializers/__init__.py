"""Doors. The books as programs read them: decimals as strings, beside them minor units."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


class Exact(serializers.DecimalField):
    """A decimal with the digits it has, as a string."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=None, decimal_places=None, **options)


@extend_schema_field(OpenApiTypes.INT64)
class Minor(serializers.Field[Any, Any, int, Any]):
    """The same amount in whole minor units: cents of USD, milligrams of KGCO2E; 64 bits."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Decimal) -> int:
        return int(value.scaleb(-int(value.as_tuple().exponent)))
