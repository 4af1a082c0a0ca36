"""A client of the Carbon Fee Ledger's API, to be copied: Python's standard library, no more.

    export CFL_KEY=cfl_…
    python client.py --url http://127.0.0.1:8000 validate sap FY24
    python client.py --url http://127.0.0.1:8000 export sap FY24 --out q1.csv
    python client.py --url http://127.0.0.1:8000 reconcile 1 booked.csv
    python client.py --url http://127.0.0.1:8000 acknowledge 1 --reference "JE 4711"

What a client needs is in `Client`: a key, refusals as `Problem`, pages, and POSTs that may be sent
again because each has an `Idempotency-Key`. docs/walkthrough.md uses it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TRY_AGAIN = {429, 500, 502, 503, 504}  # the same request may succeed a little later
IN_USE = "idempotency_key_in_use"  # our own first try is still under way
LONGEST_WAIT = 60.0  # seconds


class Problem(Exception):
    """A refusal, as RFC 9457 writes it; `code` is stable, `detail` is for people.

    `status` is None where a worker found it later than the request.
    """

    def __init__(self, status: int | None, body: dict[str, Any]) -> None:
        self.status = status
        self.code = str(body.get("code", ""))
        self.detail = str(body.get("detail", ""))
        self.errors = body.get("errors", {})  # by field, where fields are wrong
        self.request_id = str(body.get("request_id", ""))
        super().__init__(f"{status or ''} {self.code}: {self.detail}".lstrip())


@dataclass(slots=True)
class Client:
    """One key at one address. `ledger` is the one that is meant: another one refuses (421)."""

    url: str
    key: str
    ledger: str = "books"
    tries: int = 5
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def get(self, path: str, **query: str) -> Any:
        """One answer as JSON. Raises: Problem."""
        return json.loads(self._send("GET", _with(path, query))[0])

    def rows(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """Every row of a list, page after page. Raises: Problem."""
        while True:
            page = self.get(path, **query)
            yield from page["data"]
            if not page["has_more"]:
                return
            query["cursor"] = page["next_cursor"]

    def file(self, path: str) -> bytes:
        """A file, as it is. Raises: Problem."""
        return self._send("GET", path)[0]

    def post(self, path: str, body: dict[str, Any], *, once: str = "") -> Any:
        """Do something once, however often it has to be sent. Raises: Problem.

        `once` names what is done, such as `export FY24`: run again within a day, a program gets the
        first answer. Without it only the tries of this call are one.
        """
        headers = {"Idempotency-Key": once or str(uuid.uuid4()), "Content-Type": "application/json"}
        return json.loads(self._send("POST", path, json.dumps(body).encode(), headers)[0])

    def ended(self, job: dict[str, Any]) -> dict[str, Any]:
        """Ask how far long work is, after 1, 2, 4 … s, until it has ended. Raises: Problem."""
        wait = 1.0
        while job["state"] in ("waiting", "running"):
            self.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
            job = self.get(job["url"].removeprefix("/api/v1/"))
        if job["state"] != "done":
            raise Problem(None, {"code": job["error_code"], "detail": job["error"]})
        return job

    def _send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[bytes, int]:
        """Send it, and again while that may help: as long as the server says, else 1, 2, 4 … s."""
        known = {"Authorization": f"Bearer {self.key}", "CFL-Ledger": self.ledger}
        address = f"{self.url.rstrip('/')}/api/v1/{path}"
        for attempt in range(1, self.tries + 1):
            request = urllib.request.Request(
                address, data=body, headers={**known, **(headers or {})}, method=method
            )
            wait = float(2 ** (attempt - 1))
            try:
                with urllib.request.urlopen(request, timeout=120) as answer:
                    return answer.read(), answer.status
            except urllib.error.HTTPError as refusal:
                problem = Problem(refusal.code, _json(refusal.read()))
                may_help = refusal.code in TRY_AGAIN or problem.code == IN_USE
                if attempt == self.tries or not may_help:
                    raise problem from None
                wait = _seconds(refusal.headers.get("Retry-After"), wait)
            except OSError:  # no connection, or it broke: nobody knows whether it was done
                if attempt == self.tries:
                    raise
            self.sleep(min(wait, LONGEST_WAIT))
        raise AssertionError("every try ended")


def _with(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urllib.parse.urlencode(query)}" if query else path


def _json(content: bytes) -> dict[str, Any]:
    """A problem's body; something else, such as a proxy's page, is told as it is."""
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"detail": content[:200].decode(errors="replace")}


def _seconds(told: str | None, otherwise: float) -> float:
    return float(told) if told and told.isdecimal() else otherwise


# What finance does with it


def validate(client: Client, format_name: str, period: str) -> list[str]:
    """Everything that keeps a period's file from leaving."""
    found = client.post("exports/validate/", {"format": format_name, "period": period})
    return list(found["problems"])


def export(client: Client, format_name: str, period: str, into: Path) -> dict[str, Any]:
    """Export a period, wait for it, and keep the file, if it is the one that was registered."""
    body = {"format": format_name, "period": period}
    asked = client.post("exports/", body, once=f"export-{format_name}-{period}")
    made: dict[str, Any] = client.ended(asked)["export"]
    content = client.file(f"exports/{made['sequence']}/file/")
    if hashlib.sha256(content).hexdigest() != made["sha256"]:
        raise ValueError(f"export {made['sequence']} came broken: take its file again")
    into.write_bytes(content)
    return made


def reconcile(client: Client, sequence: int, booked: Path) -> dict[str, Any]:
    """Compare what the ERP says it booked with what was sent."""
    body = {"file_name": booked.name, "csv": booked.read_text(encoding="utf-8")}
    found: dict[str, Any] = client.post(f"exports/{sequence}/reconciliations/", body)
    return found


def acknowledge(client: Client, sequence: int, reference: str) -> dict[str, Any]:
    """Say that an export is in finance's own books."""
    answer: dict[str, Any] = client.post(
        f"exports/{sequence}/acknowledge/", {"reference": reference}
    )
    return answer


def main() -> int:
    """One step. Exit codes: 0 done, 1 refused or differing."""
    asked = _arguments()
    client = Client(asked.url, os.environ["CFL_KEY"], ledger=asked.ledger)
    try:
        return _run(client, asked)
    except Problem as problem:
        print(f"Refused: {problem}", file=sys.stderr)
        return 1


def _run(client: Client, asked: argparse.Namespace) -> int:
    if asked.step == "validate":
        problems = validate(client, asked.format, asked.period)
        print("\n".join(problems) or "Nothing is wrong.")
        return 1 if problems else 0
    if asked.step == "export":
        made = export(client, asked.format, asked.period, asked.out)
        sides = made["totals"]
        totals = ", ".join(f"{code} {side['debit']}" for code, side in sides.items())
        print(f"Export {made['sequence']}: {made['line_count']} lines, {totals}, in {asked.out}")
        return 0
    if asked.step == "reconcile":
        found = reconcile(client, asked.sequence, asked.booked)
        counts = {name: found[name] for name in ("matched", "missing", "extra", "differing")}
        print(", ".join(f"{count} {name}" for name, count in counts.items()))
        return 0 if counts["matched"] == sum(counts.values()) else 1
    answer = acknowledge(client, asked.sequence, asked.reference)
    by = answer["acknowledgement"]["acknowledged_by"]
    print(f"Export {asked.sequence} is acknowledged by {by}: {asked.reference}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The key is taken from CFL_KEY.")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--ledger", default="books", help="or sandbox/NAME")
    steps = parser.add_subparsers(dest="step", required=True)
    for name in ("validate", "export"):
        step = steps.add_parser(name)
        step.add_argument("format")
        step.add_argument("period")
        if name == "export":
            step.add_argument("--out", type=Path, required=True)
    for name in ("reconcile", "acknowledge"):
        step = steps.add_parser(name)
        step.add_argument("sequence", type=int)
        if name == "reconcile":
            step.add_argument("booked", type=Path)
        else:
            step.add_argument("--reference", default="")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
