"""Reads. The parts of an XLSX file, after its size unpacked was looked at."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from departments.inventory.workbooks.refusal import TableRefused, broken
from departments.organisation.said import said

MOST_BYTES = 64 * 1024 * 1024
MOST_UNPACKED_BYTES = 256 * 1024 * 1024
MOST_PARTS = 10_000
READ_BYTES = 64 * 1024
COMPOUND = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_AS_XLSX = said("Save it as .xlsx.")
_IS_ENCRYPTED = 0x1
_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError)
Attributes = dict[str, str]


class Package:
    """The zip archive that a workbook is, and what its parts say of each other."""

    def __init__(self, file: BinaryIO) -> None:
        """Raises: TableRefused, before anything is unpacked."""
        file.seek(0, 2)
        _require_size(file.tell(), MOST_BYTES)
        file.seek(0)
        if file.read(4) == COMPOUND:
            raise _compound(file)
        try:
            self._archive = zipfile.ZipFile(file)
        except _DAMAGES as error:
            raise broken(said("it is no zip archive any more")) from error
        parts = self._archive.infolist()
        if len(parts) > MOST_PARTS:
            raise broken(said("it has %(parts)s parts", parts=f"{len(parts):,}"))
        _require_size(sum(part.file_size for part in parts), MOST_UNPACKED_BYTES, is_unpacked=True)
        if any(part.flag_bits & _IS_ENCRYPTED for part in parts):
            raise TableRefused(said("The file is encrypted."), said("Save it without a password."))
        self._names = {part.filename for part in parts}
        if "mimetype" in self._names:
            raise TableRefused(said("This is an OpenDocument file (.ods)."), _AS_XLSX)

    def parse(self, name: str, parser: XMLParserType) -> Iterator[None]:
        """Feed a part to a parser, piece by piece.

        Raises: TableRefused, if the part is missing, damaged or no XML.
        """
        if name not in self._names:
            raise broken(said("its part %(name)s is missing", name=name))
        try:
            with self._archive.open(name) as part:
                while piece := part.read(READ_BYTES):
                    parser.Parse(piece, False)
                    yield
                parser.Parse(b"", True)
                yield
        except (*_DAMAGES, ExpatError) as error:
            raise broken(said("its part %(name)s can't be read", name=name)) from error

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """The parts that a part refers to, as kind and name by reference; empty if to none."""
        folder, file_name = posixpath.split(name)
        relations = posixpath.join(folder, "_rels", f"{file_name}.rels")
        found: dict[str, tuple[str, str]] = {}
        if relations not in self._names:
            return found

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                kind = posixpath.basename(attributes.get("Type", ""))
                target = posixpath.join("/", folder, attributes.get("Target", ""))
                found[attributes.get("Id", "")] = (kind, posixpath.normpath(target).lstrip("/"))

        for _ in self.parse(relations, xml_parser(start)):
            pass
        return found


def xml_parser(
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> XMLParserType:
    """A parser that tells elements by their names without namespaces.

    No workbook has a document type, and with it entities: one that has is refused.
    """

    def started(tag: str, attributes: Attributes) -> None:
        start(tag.rpartition(":")[2] if ":" in tag else tag, attributes)

    def ended(tag: str) -> None:
        ends(tag.rpartition(":")[2] if ":" in tag else tag)

    ends = end or (lambda tag: None)

    def refuse(*_: object) -> None:
        raise broken(said("it has a document type"))

    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    if text is not None:
        parser.CharacterDataHandler = text
    return parser


def _require_size(count: int, most: int, *, is_unpacked: bool = False) -> None:
    if count > most:
        reason = said(
            "The workbook has %(count)s bytes unpacked; at most %(most)s are read."
            if is_unpacked
            else "The workbook has %(count)s bytes; at most %(most)s are read.",
            count=f"{count:,}",
            most=f"{most:,}",
        )
        raise TableRefused(reason, said("Split it, e.g. by month, or save the sheet as CSV."))


def _compound(file: BinaryIO) -> TableRefused:
    """What both old and encrypted files of spreadsheet programs begin with."""
    file.seek(0)
    if _ENCRYPTED in file.read(MOST_BYTES):
        return TableRefused(said("The workbook is encrypted."), said("Save it without a password."))
    return TableRefused(said("This is a file of an old spreadsheet program (.xls)."), _AS_XLSX)
