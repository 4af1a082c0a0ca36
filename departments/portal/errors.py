"""What pages refuse by themselves, in plain words."""

from __future__ import annotations

from typing import ClassVar

from departments.organisation.said import said


class PortalError(Exception):
    """Base of every refusal of the portal; `code` is stable, the message is for people."""

    code: ClassVar[str] = "portal_error"
    http_status: ClassVar[int] = 422


class FontMissing(PortalError):
    """No font of this installation has the letters of a document."""

    code = "pdf_font_missing"
    http_status = 503

    def __init__(self, reason: str) -> None:
        super().__init__(
            said(
                "This PDF can't be made here: %(reason)s. Install a font that has these letters, "
                "such as Noto Sans CJK KR for Korean, or name a folder with one as PDF_FONTS; or "
                "take the JSON or CSV, or the PDF in English.",
                reason=reason,
            )
        )
