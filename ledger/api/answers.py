"""Doors. What the ledger's doors share with all others."""

from departments.organisation.api.answers import asked, not_modified, sent, with_etag
from departments.organisation.api.streams import CsvStream, JsonLinesStream

__all__ = ["CsvStream", "JsonLinesStream", "asked", "not_modified", "sent", "with_etag"]
