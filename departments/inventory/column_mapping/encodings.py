"""Calculates. How a text file is encoded and divided, with how sure that is."""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from itertools import pairwise

from departments.inventory.activity_file import SAVE_AS
from departments.inventory.workbooks.refusal import TableRefused
from departments.organisation.said import said, together

DELIMITERS = {",": said("commas"), ";": said("semicolons"), "\t": said("tabs"), "|": said("bars")}
NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252",
    "cp949": "Windows-949",
}
_WESTERN = set("€‚„…‘’“”–—°²³µ·½¼¾§£¥©®™«»¿¡ºª×±\u00a0")
LINES_LOOKED_AT = 20


def decoded(content: bytes, told: str) -> tuple[str, str]:
    """The text of a file, and how it was read, in words.

    Raises: TableRefused, if the encoding that was told doesn't fit, or none or two would.
    """
    if told:
        try:
            return _text(content, told), said("Encoding %(name)s, as told.", name=NAMES[told])
        except UnicodeDecodeError as error:
            reason = said(
                "The file is not in %(name)s: byte %(start)s does not fit.",
                name=NAMES[told],
                start=f"{error.start:,}",
            )
            raise TableRefused(reason, SAVE_AS) from error
    if content.startswith((BOM_UTF8, BOM_UTF16_LE, BOM_UTF16_BE)):
        encoding = "utf-8-sig" if content.startswith(BOM_UTF8) else "utf-16"
        note = said("Encoding %(name)s, by its mark: certain.", name=NAMES[encoding])
        return decoded(content, encoding)[0], note
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return _guessed(content)
    if text.isascii():
        return text, said("Encoding UTF-8: certain, there are plain letters only.")
    return text, said("Encoding UTF-8: certain.")


def _guessed(content: bytes) -> tuple[str, str]:
    korean, western = _korean(content), _western(content)
    if bool(korean) == bool(western):
        reason = (
            said("The file is not UTF-8, and two encodings fit.")
            if korean
            else said("The file is not UTF-8, and no known encoding fits.")
        )
        hint = together(
            SAVE_AS, said("Or tell the encoding: cp949 (Korean) or cp1252 (Western European).")
        )
        raise TableRefused(reason, hint)
    encoding = "cp949" if korean else "cp1252"
    text = korean or western
    beyond = [sign for sign in text if not sign.isascii()]
    shown = " ".join(dict.fromkeys(beyond[:200]))[:20]
    return text, said(
        "Encoding %(name)s (%(kind)s): likely, by %(count)s signs such as %(shown)s.",
        name=NAMES[encoding],
        kind=said("Korean") if korean else said("Western European"),
        count=f"{len(beyond):,}",
        shown=shown,
    )


def _text(content: bytes, encoding: str) -> str:
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    return content.decode(codec)


def _korean(content: bytes) -> str:
    """The text, if nearly all signs beyond ASCII are Korean syllables of the old standard."""
    try:
        text = content.decode("cp949")
    except UnicodeDecodeError:
        return ""
    beyond = [sign for sign in text if not sign.isascii()]
    common = sum(1 for sign in beyond if "가" <= sign <= "힣" and sign.encode("cp949")[1] >= 0xA1)
    return text if common >= 2 and common >= 0.8 * len(beyond) else ""


def _western(content: bytes) -> str:
    """The text, if its signs beyond ASCII are letters beside letters, or usual marks."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    beyond = [sign for sign in text if not sign.isascii()]
    fitting = sum(1 for sign in beyond if sign.isalpha() or sign in _WESTERN)
    runs = sum(1 for one, two in pairwise(text) if not (one.isascii() or two.isascii()))
    return text if fitting == len(beyond) and runs * 4 <= len(beyond) else ""


def delimiter_of(text: str) -> str:
    """What stands between the columns: the sign that most lines have equally often."""
    lines = [line for line in io.StringIO(text, newline=None) if line.strip()][:LINES_LOOKED_AT]
    best, most = ",", 0
    for sign in DELIMITERS:
        try:
            widths = Counter(len(row) - 1 for row in csv.reader(lines, delimiter=sign))
        except csv.Error:
            continue
        score = max((times * width for width, times in widths.items()), default=0)
        if score > most:
            best, most = sign, score
    return best
