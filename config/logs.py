"""Writes. The log on standard error: lines to read, or JSON for whoever collects it."""

from __future__ import annotations

import logging
from typing import Any

from departments.organisation import sight

LINES, JSON = "lines", "json"
FORMATS = {
    LINES: {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    JSON: {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "fmt": ["asctime", "levelname", "name", "message", "request_id", "person_id"],
        "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"},
        "datefmt": "%Y-%m-%dT%H:%M:%S%z",
    },
}


class WhoAsked(logging.Filter):
    """Adds the request's id and the person, by id, whose work wrote the line; null where none is.

    The id is the one that a proxy gave in `X-Request-ID`, or a new one; problems of the API and the
    audit trail name the same.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        seen, why = sight.current(), sight.cause()
        record.request_id = why.request_id or None
        record.person_id = seen.person_id if seen and seen.person_id else why.person_id
        return True


def logging_settings(form: str, level: str) -> dict[str, Any]:
    """What Django's `LOGGING` takes.

    Raises: ValueError for a form that is none.
    """
    if form not in FORMATS:
        raise ValueError(f"LOG_FORMAT is {form!r}; it can be {' or '.join(FORMATS)}.")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"who asked": {"()": WhoAsked}},
        "formatters": {"log": FORMATS[form]},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "log",
                "filters": ["who asked"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
    }
