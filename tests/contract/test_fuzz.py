"""The API keeps its contract under random requests: whoever asks, no check fails, nothing breaks.

`make fuzz REQUESTS=100000 SEED=1` sends so many; `make test` a few to each operation.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from departments.organisation.api_keys import SCOPES, issue_key
from departments.organisation.models import User
from tests.contract.fuzzing import Outcome, Person, fuzz, fuzz_some, operations
from tests.promises.storm import web_server

pytestmark = pytest.mark.django_db(transaction=True)

REQUESTS = int(os.environ.get("CFL_FUZZ_REQUESTS", "0"))
SEED = int(os.environ.get("CFL_FUZZ_SEED", "1"))
ROLES = os.environ.get("CFL_FUZZ_ROLES", "").split(";")
MOST_SECONDS = 2

PROGRAMS = {
    "contributor": "sites-emea-contributor",
    "department approver": "sites-emea-approver",
    "analyst": "analyst",
    "sustainability approver": "approver",
    "finance": "finance",
    "auditor": "auditor",
    "administrator": "admin",
}
SIGNED_IN = {"analyst, signed in": "analyst", "approver, signed in": "approver"}


@pytest.fixture
def company(transactional_db: None) -> None:
    """The demo company with all its years, its grants and its books."""
    call_command("load_factors", verbosity=0)
    call_command("load_demo", verbosity=0)


@pytest.fixture
def server(company: None, program_environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The real server, on a port of this machine."""
    address = f"127.0.0.1:{free_port()}"
    with web_server(tmp_path, program_environment, also_at=address):
        yield f"http://{address}"
    assert "Traceback" not in (tmp_path / "web.log").read_text()


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def key_of(person: str) -> dict[str, str]:
    """A key with every scope; the person's role decides what they open."""
    issued = issue_key(
        name="fuzzing",
        scopes=SCOPES,
        departments=[],
        acts_for=User.objects.get(username=person),
        expires_at=None,
        at=timezone.now(),
    )
    return {"Authorization": f"Bearer {issued.secret}"}


def session_of(person: str) -> dict[str, str]:
    """A browser's: only persons take the steps of a settlement."""
    browser = Client()
    browser.force_login(User.objects.get(username=person))
    token = "f" * 32
    cookies = f"sessionid={browser.cookies['sessionid'].value}; csrftoken={token}"
    return {"Cookie": cookies, "X-CSRFToken": token}


def headers_of(who: str) -> dict[str, str]:
    return key_of(PROGRAMS[who]) if who in PROGRAMS else session_of(SIGNED_IN[who])


def test_nothing_breaks_and_no_check_fails(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    everybody = [*PROGRAMS, *SIGNED_IN] if ROLES == [""] else ROLES
    outcomes: list[Outcome] = []
    for place, who in enumerate(everybody):
        person = Person(who, headers_of(who))
        if REQUESTS:
            share = REQUESTS // len(everybody)
            found = fuzz(person, base_url=server, seed=SEED + 1000 * place, requests=share)
        else:
            found = fuzz_some(person, base_url=server, seed=SEED, part=place, of=len(everybody))
        outcomes.append(found)
        with capsys.disabled():
            print(f"\n{found}", end="", flush=True)
    failures = [
        f"{one.who}: {kind}\n{what}" for one in outcomes for kind, what in one.failures.items()
    ]
    assert not failures, "\n\n".join(failures)
    assert sum(one.server_errors for one in outcomes) == 0
    met = [set(one.operations) for one in outcomes]
    if REQUESTS:  # each of them met every operation; otherwise, and with all roles, together
        assert [set(operations()) - each for each in met] == [set()] * len(met)
        assert max(one.slowest for one in outcomes) <= MOST_SECONDS
    elif ROLES == [""]:
        assert set(operations()) - set().union(*met) == set()
