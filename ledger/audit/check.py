"""Checks an auditor pack with nothing but Python's standard library, 3.9 or newer.

Reads the pack as a stream: memory grows with the number of accounts, not with that of lines.
Exit codes: 0 everything holds, 1 something does not and its place is printed, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Iterator  # noqa: UP035  Python 3.9

HASH = 32
SHOWN = 20
Row = dict[str, Any]
Sides = dict[Any, int]  # by whose books and commodity: debits less credits
LINE_COLUMNS = ["entry_id", "line_id", "account_id", "commodity", "debit", "credit"]
NOTHING = sha256(b"").hexdigest()


class Pack:
    """The files of a pack, in a folder or a zip file."""

    def __init__(self, place: Path) -> None:
        self.folder = place if place.is_dir() else None
        self.zip = None if self.folder else zipfile.ZipFile(place)

    def names(self) -> set[str]:
        if self.zip:
            return set(self.zip.namelist())
        assert self.folder
        return {path.name for path in self.folder.iterdir() if path.is_file()}

    def open(self, name: str) -> IO[bytes]:
        if self.zip:
            return self.zip.open(name)
        assert self.folder
        return (self.folder / name).open("rb")

    def text(self, name: str) -> io.TextIOWrapper:
        return io.TextIOWrapper(self.open(name), encoding="utf-8", newline="")

    def sha256_and_size(self, name: str) -> tuple[str, int]:
        digest, size = sha256(), 0
        with self.open(name) as file:
            for piece in iter(lambda: file.read(1 << 20), b""):
                digest.update(piece)
                size += len(piece)
        return digest.hexdigest(), size


class Checker:
    """Goes through a pack and keeps what is wrong, with its place."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.problems: list[str] = []
        self.holds: list[str] = []
        self.accounts: dict[int, Row] = {}
        self.account_chains: list[str] = [NOTHING]
        self.periods: dict[int, Row] = {}
        self.found: dict[int, Row] = {}  # what the entries of a period add up to
        self.sums: dict[tuple[int, int, str], list[int]] = {}
        self.included: list[int] = []
        self.head = ""

    def wrong(self, place: str, what: str) -> None:
        self.problems.append(f"{place}: {what}")

    def step(self, what: str, check: Any) -> None:
        """Run a check; what can't even be read is a problem with its place too."""
        before = len(self.problems)
        try:
            said = check()
        except (KeyError, ValueError, TypeError, OSError, zipfile.BadZipFile) as error:
            self.wrong(what, f"can't be read: {type(error).__name__} {error}")
            return
        if len(self.problems) == before:
            self.holds.append(said)

    # --- files ----------------------------------------------------------------------------------

    def manifest(self) -> str:
        """Every file is the one that the manifest lists."""
        with self.pack.text("manifest.sha256") as file:
            kept = file.read()
        if kept != f"{self.pack.sha256_and_size('manifest.json')[0]}  manifest.json\n":
            self.wrong("manifest.json", "is not the one whose hash stands in manifest.sha256")
        with self.pack.open("manifest.json") as file:
            manifest = json.load(file)
        self.included = [int(period) for period in manifest["periods"]]
        members = manifest["members"]
        for name in sorted(set(members) - self.pack.names()):
            self.wrong(name, "is missing")
        for name in sorted(set(members) & self.pack.names()):
            if self.pack.sha256_and_size(name) != (members[name]["sha256"], members[name]["bytes"]):
                self.wrong(name, "is not the file that manifest.json lists")
        return f"{len(members)} files are those that the manifest lists."

    def rows(self, name: str) -> Iterator[tuple[str, Row]]:
        """The rows of a JSON Lines file, each with its place."""
        with self.pack.text(name) as file:
            for number, text in enumerate(file, start=1):
                place = f"{name} line {number}"
                try:
                    row = json.loads(text)
                except ValueError as error:
                    raise ValueError(f"{place}: {error}") from error
                yield place, row

    # --- accounts and periods -------------------------------------------------------------------

    def check_accounts(self) -> str:
        """Each account hashes to its seal, and the seals are one chain."""
        chain = b""
        for place, row in self.rows("accounts.jsonl"):
            place = f"{place} (account {row['id']})"
            self.accounts[row["id"]] = row
            if row["seal_number"] is None:
                continue
            fields = ("id", "code", "kind", "commodity", "exponent", "scheme", "department")
            names = (*fields, "scope", "category", "durability_class")
            books = [row["legal_entity"], row["counterparty"]]
            told_apart = b"" if books == [None, None] else b"\0" + joined(books)
            digest = sha256(joined(row[name] for name in names) + told_apart).digest()
            chain = sha256(chain + digest).digest()
            if row["seal_number"] != len(self.account_chains):
                self.wrong(place, f"has seal {row['seal_number']} out of turn")
            if digest.hex() != row["sha256"]:
                self.wrong(place, "is not as it was sealed")
            if chain.hex() != row["chain"]:
                self.wrong(place, "its seal does not continue the one before")
                chain = bytes.fromhex(row["chain"])
            self.account_chains.append(row["chain"])
        return f"{len(self.account_chains) - 1:,} accounts are as they were sealed."

    def check_periods(self) -> str:
        """Seals are numbered without a gap, and each is chained to the one before."""
        number = 0
        for place, row in self.rows("periods.jsonl"):
            place = f"{place} (period {row['code']})"
            self.periods[row["id"]] = row
            if row["seal_number"] is None:
                if row["state"] != "open":
                    self.wrong(place, "is closed and not sealed")
                continue
            number += 1
            self._check_seal(place, number, row)
            self.head = row["chain_sha256"]
        return f"{number} seals are one chain."

    def _check_seal(self, place: str, number: int, row: Row) -> None:
        code = row["code"]
        fields = [
            row["previous_sha256"],
            row["seal_number"],
            row["id"],
            len(code.encode()),
            code,
            row["first_day"],
            row["day_after"],
            row["closed_by"],
            row["closed_at"],
            row["sealed_at"],
            row["entry_count"],
            row["line_count"],
            row["lines_sha256"],
            row["account_count"],
            row["accounts_sha256"],
        ]
        if row["seal_number"] != number or row["state"] != "closed":
            self.wrong(place, f"seal {row['seal_number']} is out of turn, or its period is open")
        if sha256(joined(fields)).hexdigest() != row["chain_sha256"]:
            self.wrong(place, "the seal does not hash to its chain")
        if row["previous_sha256"] != self.head:
            self.wrong(place, "the seal is not chained to the one before")
        sealed = row["account_count"]
        if self.account_chains[sealed : sealed + 1] != [row["accounts_sha256"]]:
            self.wrong(place, f"its first {sealed} accounts are not those in accounts.jsonl")

    # --- entries and lines ----------------------------------------------------------------------

    def check_entries(self) -> str:
        """Each entry with its lines hashes to its seal, balances, and lies in its period."""
        lines = Lines(self.pack)
        entries = self.rows("entries.jsonl")
        current = next(entries, None)
        counts = [0, 0, 0]
        while current is not None:
            following = next(entries, None)
            place, row = current
            place = f"{place} (entry {row['id'] or row['seal_entry']})"
            own = lines.of_entry(row, following[1]["id"] if following else None)
            self._check_entry(place, row, own)
            counts[0] += 1
            counts[1] += len(own)
            counts[2] += row["seal_number"] is None
            current = following
        if lines.next is not None:
            self.wrong(lines.place, f"belongs to entry {lines.next[0]}, which is not in its turn")
        lines.close()
        unsealed = f" {counts[2]:,} of them are not sealed yet." if counts[2] else ""
        return (
            f"{counts[0]:,} entries with {counts[1]:,} lines balance in each commodity and "
            f"each legal entity's books and are as they were sealed.{unsealed}"
        )

    def _check_entry(self, place: str, row: Row, lines: list[tuple[str, list[str]]]) -> None:
        if row["id"] is None:
            self.wrong(place, "was sealed and is gone")
            return
        period = self.periods.get(row["period"])
        if period is None or row["period"] not in self.included:
            self.wrong(place, f"lies in period {row['period']}, which is not in this pack")
            return
        if not period["first_day"] <= row["entry_date"] < period["day_after"]:
            self.wrong(place, f"is dated {row['entry_date']}, outside of its period")
        hashes = [sha256(entry_text(row)).digest()]
        sides: Sides = {}
        for line_place, line in lines:
            hashes.append(sha256("|".join(line[1:]).encode()).digest())
            self._add(line_place, row, line, sides)
        for (books, commodity), left in sorted(sides.items()):
            if left:
                self.wrong(place, f"debits and credits in {commodity}{books} differ by {left}")
        self._check_entry_seal(place, row, hashes, [line_place for line_place, _ in lines])

    def _add(self, place: str, row: Row, line: list[str], sides: Sides) -> None:
        entry_id, _, account_id, commodity, debit, credit = line
        account = self.accounts.get(int(account_id))
        if int(entry_id) != row["id"]:
            self.wrong(place, f"belongs to entry {entry_id}, and stands under entry {row['id']}")
        if account is None or account["commodity"] != commodity:
            self.wrong(place, f"there is no account {account_id} that counts {commodity}")
        entity = None if account is None else account["legal_entity"]
        of_books = (f" of legal entity {entity}" if entity is not None else "", commodity)
        for key in {("", commodity), of_books}:
            sides[key] = sides.get(key, 0) + int(debit) - int(credit)
        sums = self.sums.setdefault((row["period"], int(account_id), commodity), [0, 0])
        sums[0] += int(debit)
        sums[1] += int(credit)

    def _check_entry_seal(
        self, place: str, row: Row, hashes: list[bytes], places: list[str]
    ) -> None:
        found = self.found.setdefault(row["period"], {"entries": 0, "lines": 0, "chain": ""})
        if row["seal_number"] is None:
            if self.periods[row["period"]]["seal_number"] is not None:
                self.wrong(place, "has no seal, though its period is sealed: it was added")
            return
        found["entries"] += 1
        found["lines"] += len(hashes) - 1
        sealed = bytes.fromhex(row["hashes"])
        pieces = [sealed[at : at + HASH] for at in range(0, len(sealed), HASH)]
        if pieces[:1] != hashes[:1]:
            self.wrong(place, "its own fields are not as they were sealed")
        if len(pieces) != len(hashes):
            self.wrong(place, f"was sealed with {len(pieces) - 1} lines and has {len(places)}")
        else:
            for line_place, piece, digest in zip(places, pieces[1:], hashes[1:]):  # noqa: B905
                if piece != digest:
                    self.wrong(line_place, "is not as it was sealed")
        before = bytes.fromhex(found["chain"])
        link = before + int(row["seal_entry"]).to_bytes(8, "big") + sealed
        if row["seal_number"] != found["entries"]:
            self.wrong(place, f"has seal {row['seal_number']} where {found['entries']} is due")
        if sha256(link).hexdigest() != row["chain"]:
            self.wrong(place, "its seal does not continue the one before")
        found["chain"] = row["chain"]

    def check_sealed_periods(self) -> str:
        """What each included period was sealed over is what its entries add up to."""
        sealed = [self.periods[number] for number in self.included if number in self.periods]
        sealed = [period for period in sealed if period["seal_number"] is not None]
        for period in sealed:
            found = self.found.get(period["id"], {"entries": 0, "lines": 0, "chain": ""})
            kept = (period["entry_count"], period["line_count"], period["lines_sha256"])
            if kept != (found["entries"], found["lines"], found["chain"] or NOTHING):
                self.wrong(
                    f"period {period['code']}",
                    f"was sealed over {kept[0]} entries and {kept[1]} lines; here are "
                    f"{found['entries']} and {found['lines']}, or others",
                )
        return f"{len(sealed)} closed periods hold what they were sealed over."

    def check_trial_balance(self) -> str:
        """Every balance is what the lines add up to, and every period balances."""
        left = dict(self.sums)
        with self.pack.text("trial_balance.csv") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                place = f"trial_balance.csv line {number}"
                account_id = int(row["account_id"])
                sums = left.pop((int(row["period_id"]), account_id, row["commodity"]), None)
                if sums != [int(row["debit"]), int(row["credit"])]:
                    self.wrong(place, f"account {account_id}: the lines add up to {sums}")
                if row["account"] != self.accounts.get(account_id, {}).get("code"):
                    self.wrong(place, f"account {account_id} has another code in accounts.jsonl")
        for period, account_id, commodity in sorted(left):
            self.wrong("trial_balance.csv", f"no row of {period}/{account_id}/{commodity}")
        return f"{len(self.sums):,} balances are what the lines add up to."

    def check_heads(self, kept: str | None) -> str:
        """Heads kept outside the database are heads of these seals."""
        seals = {row["seal_number"]: row for row in self.periods.values()}
        names = ("seal_number", "code", "chain_sha256", "sealed_at")
        count = 0
        if "heads.txt" in self.pack.names():
            with self.pack.text("heads.txt") as file:
                for number, line in enumerate(file.read().splitlines(), start=1):
                    count += 1
                    fields = line.split("\t")
                    row = seals.get(int(fields[0])) if fields[0].isdecimal() else None
                    if row is None or fields != [str(row[name]) for name in names]:
                        self.wrong(f"heads.txt line {number}", "is not the head of a seal here")
        chains = {row["chain_sha256"] for row in self.periods.values()}
        if kept and kept.lower() not in chains:
            self.wrong("the head that you kept", "is the chain of no seal in this pack")
        return f"{count + bool(kept)} heads kept outside the database are heads of these seals."


class Lines:
    """lines.csv as a stream, entry by entry."""

    def __init__(self, pack: Pack) -> None:
        self.file = pack.text("lines.csv")
        self.reader = csv.reader(self.file)
        if next(self.reader, None) != LINE_COLUMNS:
            raise ValueError(f"lines.csv does not begin with {','.join(LINE_COLUMNS)}")
        self.next: list[str] | None = None
        self.advance()

    @property
    def place(self) -> str:
        assert self.next
        return f"lines.csv line {self.reader.line_num} (line {self.next[1]})"

    def advance(self) -> None:
        self.next = next(self.reader, None)
        if self.next is not None and len(self.next) != len(LINE_COLUMNS):
            raise ValueError(f"lines.csv line {self.reader.line_num}: not six columns")

    def of_entry(self, row: Row, following: int | None) -> list[tuple[str, list[str]]]:
        """An entry's lines; one that names a wrong entry is taken while lines are still due."""
        due = len(row["hashes"] or "") // (2 * HASH) - 1
        own: list[tuple[str, list[str]]] = []
        while self.next is not None and row["id"] is not None:
            is_own = self.next[0] == str(row["id"])
            if not is_own and (len(own) >= due or self.next[0] == str(following)):
                break
            own.append((self.place, self.next))
            self.advance()
        return own

    def close(self) -> None:
        self.file.close()


def joined(fields: Any) -> bytes:
    return "|".join("" if field is None else str(field) for field in fields).encode()


def entry_text(row: Row) -> bytes:
    texts = [row[name] for name in ("source_type", "source_id", "purpose", "description")]
    ids = ("settlement", "department", "activity_period", "reverses", "posted_by")
    fields = [row["id"], row["period"], row["entry_date"], row["recorded_at"], row["transaction"]]
    fields += [row[name] for name in ids]
    for text in texts:
        fields += [len(text.encode()), text]
    return joined(fields)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--head", metavar="HASH", help="the chain of a seal that you kept")
    asked = parser.parse_args(arguments)
    if not asked.pack.exists():
        parser.error(f"there is no {asked.pack}")
    checker = Checker(Pack(asked.pack))
    checker.step("manifest.json", checker.manifest)
    checker.step("accounts.jsonl", checker.check_accounts)
    checker.step("periods.jsonl", checker.check_periods)
    checker.step("entries.jsonl, lines.csv", checker.check_entries)
    checker.step("periods.jsonl", checker.check_sealed_periods)
    checker.step("trial_balance.csv", checker.check_trial_balance)
    checker.step("heads.txt", lambda: checker.check_heads(asked.head))
    for said in checker.holds:
        print(f"holds   {said}")
    for problem in checker.problems[:SHOWN]:
        print(f"BROKEN  {problem}")
    if len(checker.problems) > SHOWN:
        print(f"BROKEN  and {len(checker.problems) - SHOWN:,} more")
    print("Nothing else was found." if checker.problems else "Everything holds.")
    print(f"head of the seals: {checker.head or 'no period is closed yet'}")
    return 1 if checker.problems else 0


if __name__ == "__main__":
    sys.exit(main())
