"""Door. A file that proves a record, as a browser may have it: kept, and shown nowhere."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from departments.inventory.evidence_reading import Evidence, evidence_bytes

# It is somebody else's file: no browser guesses what it is, or runs anything in it.
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def attachment(found: Evidence) -> HttpResponse:
    """The bytes of a file, after somebody was found to see it; read while the database still knows
    for whom."""
    disposition = content_disposition_header(True, found.download_name) or "attachment"
    return HttpResponse(
        b"".join(evidence_bytes(found.evidence_id)),
        content_type=found.content_type,
        headers=SAFE_HEADERS
        | {"Content-Disposition": disposition, "Content-Length": str(found.size)},
    )
