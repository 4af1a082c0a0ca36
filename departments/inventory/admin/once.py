"""Calculates. What a page shows of a row is read once: the theme asks for it again and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.utils.safestring import SafeString


def once(show: Callable[[Any, Any], SafeString]) -> Callable[[Any, Any], SafeString]:
    """A column of the desk that keeps with the row what it showed."""

    @wraps(show)
    def shown(page: Any, row: Any) -> SafeString:
        kept: dict[str, SafeString] = row.__dict__.setdefault("_shown", {})
        if show.__name__ not in kept:
            kept[show.__name__] = show(page, row)
        return kept[show.__name__]

    return shown
