"""Calculates. A CSV file of activity data into rows of text, with every problem of its form."""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from departments.inventory.entry import ALIASES, INPUTS
from departments.inventory.errors import RowProblem
from departments.organisation.said import said

REQUIRED = ("department", "activity", "started_on", "ended_on", "quantity", "unit")
OPTIONAL = ("external_id", "place", "note", "estimated")
COLUMNS = (*REQUIRED, *OPTIONAL, *sorted(INPUTS - set(ALIASES)))
MOST_BYTES = 25 * 1024 * 1024
MOST_ROWS = 200_000
# Of a file that is streamed, see `staged_import`.
MOST_STREAMED_BYTES = 1024**3
MOST_STREAMED_ROWS = 5_000_000
BROKEN = "From here on this is not CSV"
LONGEST_LINE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row as it stands in the file, by column; `line` is where it begins, the header is 1."""

    line: int
    cells: dict[str, str]


def read_activity_file(content: bytes) -> tuple[list[FileRow], list[RowProblem]]:
    """The rows of a file, and what is wrong with its form. Rows that are read may still be wrong.

    A file whose header can't be used has no rows.
    """
    text, problems = _decoded(content)
    if problems:
        return [], problems
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header, problems = read_header(reader)
    if problems:
        return [], problems
    rows: list[FileRow] = []
    for item in _rows(reader, header):
        if isinstance(item, FileRow):
            rows.append(item)
        else:
            problems.append(item)
    if not rows and not problems:
        problems.append(no_rows())
    return rows, problems


def read_header(reader: Iterator[list[str]]) -> tuple[list[str], list[RowProblem]]:
    """The names of the columns, and what is wrong with them."""
    try:
        header = [name.strip().casefold() for name in next(reader, [])]
    except csv.Error as error:
        return [], [broken(1, error)]
    return header, list(header_problems(header))


def no_rows() -> RowProblem:
    hint = said("Add a row below the header for each activity.")
    return RowProblem(0, "", "", said("The file has a header and no rows."), hint)


def too_many_rows(most: int) -> RowProblem:
    reason = said("It has more than %(most)s rows.", most=f"{most:,}")
    return RowProblem(0, "", "", reason, said("Split it, e.g. by department or month."))


def too_many_bytes(count: int, most: int) -> RowProblem:
    reason = said(
        "It has %(count)s bytes; at most %(most)s are taken at once.",
        count=f"{count:,}",
        most=f"{most:,}",
    )
    return RowProblem(0, "", "", reason, said("Split it, e.g. by department or month."))


def _decoded(content: bytes) -> tuple[str, list[RowProblem]]:
    if len(content) > MOST_BYTES:
        return "", [too_many_bytes(len(content), MOST_BYTES)]
    if not content.strip():
        hint = said("The first line names the columns: %(required)s.", required=", ".join(REQUIRED))
        return "", [RowProblem(0, "", "", said("The file is empty."), hint)]
    encoding, refused = encoding_of(content)
    if refused:
        return "", [RowProblem(0, "", "", refused, SAVE_AS)]
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        return "", [undecodable(content, error, encoding)]
    return text, []


SAVE_AS = said("Save it as “CSV UTF-8 (comma delimited)”.")


def encoding_of(content: bytes) -> tuple[str, str]:
    """How a file that begins so is encoded; or why it can't be read."""
    if content.startswith((BOM_UTF32_LE, BOM_UTF32_BE)):
        return "", said("The file is in UTF-32, which is not read.")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "", said("This is a spreadsheet, not a CSV file.")
    if content.startswith(BOM_UTF8):
        return "utf-8-sig", ""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16", ""
    if content[:200].count(b"\x00") > len(content[:200]) // 4:
        return "", said("The file looks like UTF-16 without a byte order mark.")
    return "utf-8", ""


def undecodable(
    content: bytes, error: UnicodeDecodeError, encoding: str, *, lines_before: int = 0
) -> RowProblem:
    """Where the file is not encoded as it began, and what that place may have been meant to say."""
    if encoding == "utf-16":
        return RowProblem(0, "", "", said("The file begins as UTF-16 but breaks off."), SAVE_AS)
    line = lines_before + content.count(b"\n", 0, error.start) + 1
    byte = f"0x{content[error.start]:02X}"
    guess = content[error.start : error.start + 20].decode("cp1252", errors="replace")
    reason = said(
        "The file is not UTF-8: byte %(byte)s in line %(line)s; it may be Windows-1252 (Latin-1).",
        byte=byte,
        line=line,
    )
    return RowProblem(line, "", guess.splitlines()[0] if guess else "", reason, SAVE_AS)


def header_problems(header: list[str]) -> Iterator[RowProblem]:
    """What is wrong with the names of the columns, in small letters."""
    known = {*COLUMNS, *ALIASES}
    if len(header) == 1 and any(sign in header[0] for sign in ";\t|"):
        sign = next(sign for sign in ";\t|" if sign in header[0])
        shown = said("tab") if sign == "\t" else sign
        reason = said("The columns are separated by “%(shown)s”.", shown=shown)
        yield RowProblem(1, "", "", reason, said("Save the file with commas between the columns."))
        return
    for number, name in enumerate(header, start=1):
        if not name:
            hint = said("Name it or delete it.")
            yield RowProblem(1, "", "", said("Column %(number)s has no name.", number=number), hint)
        elif name not in known:
            yield RowProblem(1, name, "", said("Unknown column."), _column_hint(name))
    named = Counter(ALIASES.get(name, name) for name in header if name)
    for name, count in named.items():
        if count > 1:
            yield RowProblem(
                1,
                name,
                "",
                said("This column stands %(count)s times.", count=count),
                said("Keep one."),
            )
    for name in REQUIRED:
        if name not in header:
            hint = said("Needed are %(required)s.", required=", ".join(REQUIRED))
            yield RowProblem(1, name, "", said("This column is missing."), hint)


def _column_hint(name: str) -> str:
    near = get_close_matches(name, [*COLUMNS, *ALIASES], n=1)
    return (
        said("Did you mean %(nearest)s?", nearest=near[0])
        if near
        else said("Known are %(known)s.", known=", ".join(COLUMNS))
    )


def _rows(reader: Iterator[list[str]], header: list[str]) -> Iterator[FileRow | RowProblem]:
    """Each row, or what is wrong with it; a broken quote ends the file."""
    count = 0
    while True:
        line = getattr(reader, "line_num", 0) + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield broken(line, error)
            return
        if is_blank(cells):
            continue
        count += 1
        if count > MOST_ROWS:
            yield too_many_rows(MOST_ROWS)
            return
        yield row_of(line, cells, header)


def is_blank(cells: list[str]) -> bool:
    """Whether nothing stands in a row; it does not count."""
    return not any(cell.strip() for cell in cells)


def row_of(line: int, cells: list[str], header: list[str]) -> FileRow | RowProblem:
    """A row by its columns; missing cells at its end are empty, surplus ones a problem."""
    surplus = cells[len(header) :]
    if any(cell.strip() for cell in surplus):
        reason = said(
            "The row has %(cells)s cells, the header %(header)s.",
            cells=len(cells),
            header=len(header),
        )
        hint = said(
            "Put text that holds a comma between quotation marks, numbers without thousands."
        )
        return RowProblem(line, "", ",".join(surplus)[:60], reason, hint)
    by_name = dict(zip(header, cells, strict=False))
    return FileRow(line, {name: by_name.get(name, "") for name in header})


def is_of_the_file(problem: RowProblem) -> bool:
    """Whether it is not about a row: who knows what stands in the rest of the file."""
    return problem.line == 0 or problem.reason.startswith(BROKEN)


def broken(line: int, error: csv.Error) -> RowProblem:
    """Where a file ceases to be CSV."""
    reason = said("From here on this is not CSV: %(error)s.", error=error)
    return RowProblem(line, "", "", reason, said("Look for a quotation mark that is not closed."))
