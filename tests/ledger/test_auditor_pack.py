"""The auditor pack, checked as an auditor checks it: its own checker, in an empty place."""

from __future__ import annotations

import ast
import io
import json
import re
import subprocess
import sys
from datetime import date
from hashlib import sha256
from io import StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.test import Client

from ledger import deliveries, period_close, seal
from ledger.audit.pack import FOLDER, write_pack
from ledger.errors.calendar import PeriodNotFound
from ledger.errors.settlements import NotAllowed
from ledger.models.journal import JournalEntry, JournalLine
from tests.ledger.books import NOON, Books


@pytest.fixture
def closed(books: Books) -> Books:
    """Two quarters closed and a third settled: emissions, a removal, a true-up, odd words."""
    books.departments["CLOUD"].name = "Wölkchen | \n="
    books.departments["CLOUD"].save()
    books.emit("CLOUD", date(2023, 2, 1), "1000000")
    books.emit("OFFICES", date(2023, 2, 1), "7000")
    books.emit(
        "CLOUD", date(2023, 2, 1), "3000", durability_class="medium", removal_state="verified"
    )
    books.settle("2023Q1")
    for period, day in (("2023Q2", date(2023, 5, 1)), ("2023Q3", date(2023, 8, 1))):
        books.emit("CLOUD", day, "2000")
        books.emit("CLOUD", date(2023, 2, 1), "6000", scope=2)
        books.settle(period)
    for period in ("2023Q1", "2023Q2"):
        period_close.close(period_code=period, by=books.people["finance"], at=NOON)
    deliveries.deliver_due(at=NOON)
    return books


def pack(folder: Path, **asked: str) -> Path:
    """Write a pack and unpack it into a folder."""
    content = io.BytesIO()
    write_pack(into=content, by=None, **asked)
    with ZipFile(content) as archive:
        archive.extractall(folder)
    return folder


def check(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run the checker with no environment, no site packages and nothing of this project."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "check.py", *arguments],
        cwd=folder,
        env={},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_the_books_hold_wherever_they_are_taken(closed: Books, tmp_path: Path) -> None:
    code, said = check(pack(tmp_path))
    entries, lines = JournalEntry.objects.count(), JournalLine.objects.count()
    assert code == 0, said
    assert f"{entries} entries with {lines} lines balance in each commodity" in said
    assert "2 seals are one chain." in said
    assert "2 heads kept outside the database" in said
    assert "Everything holds." in said
    assert said.endswith(f"head of the seals: {seal.chain_head()}\n")


def test_one_period_holds_by_itself(closed: Books, tmp_path: Path) -> None:
    code, said = check(pack(tmp_path, period="2023Q2"))
    assert code == 0, said
    assert "1 closed periods hold what they were sealed over." in said


def test_the_zip_file_is_checked_as_it_is_and_the_same_books_make_the_same_bytes(
    closed: Books, tmp_path: Path
) -> None:
    files = [tmp_path / "a.zip", tmp_path / "b.zip"]
    for file in files:
        call_command("auditor_pack", out=str(file), stdout=StringIO())
    assert files[0].read_bytes() == files[1].read_bytes()
    (tmp_path / "check.py").write_bytes((FOLDER / "check.py").read_bytes())
    assert check(tmp_path, "a.zip", "--head", seal.chain_head())[0] == 0
    code, said = check(tmp_path, "a.zip", "--head", "0" * 64)
    assert code == 1
    assert "the head that you kept: is the chain of no seal in this pack" in said


def test_one_changed_digit_anywhere_is_found(closed: Books, tmp_path: Path) -> None:
    folder = pack(tmp_path)
    members = sorted(path for path in folder.iterdir() if path.is_file())
    for member in members:
        content = member.read_bytes()
        digits = [match.start() for match in re.finditer(rb"\d", content)]
        for at in {digits[0], digits[len(digits) // 2], digits[-1]}:
            other = b"1" if content[at : at + 1] != b"1" else b"2"
            if member.name == "check.py" and b"'" in content[at - 9 : at]:
                continue
            member.write_bytes(content[:at] + other + content[at + 1 :])
            code, said = check_with_own(folder, content if member.name == "check.py" else None)
            assert code == 1, f"{member.name} at {at}"
            assert member.name in said, said
        member.write_bytes(content)
    assert check(folder)[0] == 0


def check_with_own(folder: Path, checker: bytes | None) -> tuple[int, str]:
    """A checker that was tampered with is not the one to ask: take the original from elsewhere."""
    if checker is None:
        return check(folder)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    (elsewhere / "check.py").write_bytes(checker)
    return check(elsewhere, "..")


def test_the_place_of_a_changed_amount_is_named_though_the_manifest_agrees(
    closed: Books, tmp_path: Path
) -> None:
    """The forger also writes a new manifest: the seals still tell, line by line."""
    folder = pack(tmp_path)
    table = folder / "lines.csv"
    rows = table.read_text().splitlines()
    entry_id, line_id, account_id, commodity, debit, credit = rows[1].split(",")
    changed = f"{entry_id},{line_id},{account_id},{commodity},{int(debit) + 1},{credit}"
    table.write_text("\n".join([rows[0], changed, *rows[2:]]) + "\n")
    list_again(folder)
    code, said = check(folder)
    assert code == 1
    assert "holds   8 files are those that the manifest lists" in said
    assert f"lines.csv line 2 (line {line_id}): is not as it was sealed" in said
    assert f"(entry {entry_id}): debits and credits in {commodity} differ by 1" in said
    table.write_text("\n".join([rows[0], *rows[2:]]) + "\n")
    assert f"(entry {entry_id}): was sealed with" in check(folder)[1]
    table.write_text("\n".join([rows[0], rows[2], rows[1], *rows[3:]]) + "\n")
    assert "lines.csv line 2" in check(folder)[1]


def list_again(folder: Path) -> None:
    """Write the manifest that belongs to the files as they are now."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, member in manifest["members"].items():
        content = (folder / name).read_bytes()
        member.update(sha256=sha256(content).hexdigest(), bytes=len(content))
    content = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(content)
    line = f"{sha256(content).hexdigest()}  manifest.json\n"
    (folder / "manifest.sha256").write_text(line)


def test_the_checker_needs_no_newer_python_than_it_says() -> None:
    ast.parse((FOLDER / "check.py").read_text(), feature_version=(3, 9))


def test_who_may_take_it(closed: Books) -> None:
    write_pack(into=io.BytesIO(), by=closed.people["auditor"])
    with pytest.raises(NotAllowed):
        write_pack(into=io.BytesIO(), by=closed.people["analyst"])
    with pytest.raises(PeriodNotFound):
        write_pack(into=io.BytesIO(), by=None, period="2099")


def test_an_auditor_downloads_it_from_the_administration(closed: Books, client: Client) -> None:
    client.force_login(closed.people["auditor"])
    assert "Download the auditor pack" in client.get("/admin/verify/").content.decode()
    answer = client.post("/admin/auditor-pack/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="auditor-pack.zip"'
    with ZipFile(io.BytesIO(answer.getvalue())) as archive:
        assert "check.py" in archive.namelist()
    client.force_login(closed.people["analyst"])
    assert "Download the auditor pack" not in client.get("/admin/verify/").content.decode()
    assert client.post("/admin/auditor-pack/").status_code == 403
