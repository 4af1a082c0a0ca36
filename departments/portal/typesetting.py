"""Calculates. A document as tagged PDF (PDF/UA-1), the same bytes for the same content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from departments.portal.errors import FontMissing

TEMPLATES = Path(__file__).parent / "typst"
NO_GLYPH = "could not be displayed with font"


def typeset(
    template: str,
    content: Mapping[str, Any],
    *,
    at: datetime | None,
    fonts: str = "",
) -> bytes:
    """A template of typst/ filled with content, as PDF/UA-1.

    `at` is the creation date in the file: content, date and fonts alone decide the bytes. Fonts
    that come with typst are tried first, with those in the folder `fonts`; then the machine's.
    Nothing is fetched, and no file is read but the template.

    Raises: FontMissing, where a letter has no font.
    """
    try:
        return _compile(template, content, at, fonts, with_machine=False)
    except FontMissing:
        return _compile(template, content, at, fonts, with_machine=True)


def _compile(
    template: str,
    content: Mapping[str, Any],
    at: datetime | None,
    fonts: str,
    *,
    with_machine: bool,
) -> bytes:
    with TemporaryDirectory() as folder:
        main = Path(folder) / "main.typ"
        main.write_bytes((TEMPLATES / template).read_bytes())
        data = json.dumps(dict(content), ensure_ascii=False)
        (Path(folder) / "content.json").write_text(data, encoding="utf-8")
        try:
            made = typst.compile(
                str(main),
                root=folder,
                format="pdf",
                pdf_standards="ua-1",
                font_paths=_fonts(fonts, with_machine=with_machine),
                timestamp=int((at or datetime(2000, 1, 1, tzinfo=UTC)).timestamp()),
            )
        except typst.TypstError as error:
            if NO_GLYPH in str(error):
                raise FontMissing(str(error).removeprefix("PDF/UA-1 error: ")) from error
            raise
    return bytes(made)


@cache
def _fonts(folder: str, *, with_machine: bool) -> typst.Fonts:
    """Found once a process: looking through the machine's fonts takes a while."""
    folders = [folder] if folder else []
    return typst.Fonts(include_system_fonts=with_machine, font_paths=folders)
