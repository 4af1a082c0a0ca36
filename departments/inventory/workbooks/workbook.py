"""Reads. An XLSX workbook: its sheets by name, and the rows of one, streamed.

Read with the standard library, which tells errors, lost results and every digit apart and holds
one row at a time; see docs/decisions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from departments.inventory.workbooks.cell_text import Shown, shown_as, unescaped
from departments.inventory.workbooks.package import Attributes, Package, xml_parser
from departments.inventory.workbooks.refusal import TableRefused, broken
from departments.inventory.workbooks.sheet_rows import Remarks, SheetReader, SheetRow
from departments.organisation.said import said

MOST_WORDS_BYTES = 32 * 1024 * 1024  # of the texts that cells share, which are held


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook, and the part that holds it."""

    name: str
    part: str
    is_hidden: bool


class Workbook:
    """A workbook that is open for reading."""

    def __init__(self, file: BinaryIO) -> None:
        """Raises: TableRefused, if this is no workbook that can be read."""
        self._package = Package(file)
        starts = self._package.related("").values()
        part = next((name for kind, name in starts if kind == "officeDocument"), "")
        if not part.endswith(".xml"):
            reason = said("This is no workbook in the form .xlsx.")
            raise TableRefused(
                reason, said("Open it in a spreadsheet program and save it as .xlsx.")
            )
        self._related = self._package.related(part)
        self.sheets, self._is_1904 = self._read_sheets(part)
        self._words: list[str] | None = None
        self._formats: list[Shown] | None = None
        self.remarks = Remarks()

    def sheet(self, name: str = "") -> Sheet:
        """The sheet with this name; or the first that is shown and not empty.

        Raises: TableRefused.
        """
        shown = [each for each in self.sheets if not each.is_hidden]
        listed = ", ".join(f"“{each.name}”" for each in self.sheets[:20])
        if name:
            for each in self.sheets:
                if each.name.casefold() == name.casefold():
                    return each
            reason = said("There is no sheet “%(name)s”.", name=name)
            raise TableRefused(reason, said("The workbook has %(listed)s.", listed=listed))
        for each in shown:
            if any(any(row.cells) for row in self.rows(each)):
                return each
        raise TableRefused(
            said("No sheet that is shown holds anything."),
            said("There are %(listed)s.", listed=listed),
        )

    def rows(self, sheet: Sheet) -> Iterator[SheetRow]:
        """The rows of a sheet that are written down, in their order; `remarks` fill meanwhile.

        Raises: TableRefused, where the sheet can't be read on.
        """
        if self._words is None or self._formats is None:
            self._words, self._formats = self._read_words(), self._read_formats()
        reader = SheetReader(self._words, self._formats, is_1904=self._is_1904)
        self.remarks = reader.remarks
        parser = xml_parser(reader.start, reader.end, reader.text)
        for _ in self._package.parse(sheet.part, parser):
            yield from reader.taken()

    def _read_sheets(self, part: str) -> tuple[tuple[Sheet, ...], bool]:
        found: list[Sheet] = []
        dates: dict[str, str] = {}

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "sheet":
                kind, name = self._related.get(_reference(attributes), ("", ""))
                if kind == "worksheet":  # charts are sheets too
                    is_hidden = attributes.get("state", "visible") != "visible"
                    found.append(Sheet(attributes.get("name", ""), name, is_hidden))
            elif tag == "workbookPr":
                dates.update(attributes)

        for _ in self._package.parse(part, xml_parser(start)):
            pass
        if not found:
            raise broken(said("it has no sheet"))
        return tuple(found), dates.get("date1904", "") in ("1", "true")

    def _read_words(self) -> list[str]:
        """The texts that cells refer to by number, without what only says how they sound."""
        words: list[str] = []
        pieces: list[str] = []
        state = {"is_text": False, "phonetic": 0, "length": 0}

        def start(tag: str, _: Attributes) -> None:
            if tag == "si":
                pieces.clear()
            elif tag == "rPh":
                state["phonetic"] += 1
            state["is_text"] = tag == "t" and not state["phonetic"]

        def end(tag: str) -> None:
            state["is_text"] = False
            if tag == "si":
                words.append(unescaped("".join(pieces)))
            elif tag == "rPh":
                state["phonetic"] -= 1

        def text(piece: str) -> None:
            if state["is_text"]:
                state["length"] += len(piece)
                pieces.append(piece)

        parser = xml_parser(start, end, text)
        for part in self._parts("sharedStrings"):
            for _ in self._package.parse(part, parser):
                if state["length"] + len(words) * 16 > MOST_WORDS_BYTES:
                    reason = said("The workbook holds too much text.")
                    raise TableRefused(reason, said("Split it, or save the sheet as CSV."))
        return words

    def _read_formats(self) -> list[Shown]:
        """What each cell format shows a number as, by its number."""
        codes: dict[str, str] = {}
        formats: list[Shown] = []
        within: list[str] = []

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "numFmt":
                codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            elif tag == "xf" and "cellXfs" in within:
                number = attributes.get("numFmtId", "0")
                known = int(number) if number.isdecimal() and len(number) < 9 else 0
                formats.append(shown_as(known, codes.get(number, "")))
            within.append(tag)

        def end(_: str) -> None:
            within.pop()

        for part in self._parts("styles"):
            for _ in self._package.parse(part, xml_parser(start, end)):
                pass
        return formats

    def _parts(self, kind: str) -> Iterator[str]:
        return (name for its_kind, name in self._related.values() if its_kind == kind)


def _reference(attributes: Attributes) -> str:
    """What `r:id` says, whatever the prefix stands for the namespace."""
    return next((text for name, text in attributes.items() if name.endswith(":id")), "")
