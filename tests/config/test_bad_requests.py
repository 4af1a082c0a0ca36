"""Requests that no page could answer."""

import json
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client

from config.bad_requests import refuse_other_charsets


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/departments/%00/activity/", 404),
        ("/departments/SITES/carbon-fee/%00/", 404),
        ("/api/v1/statements/%00/FY23/X/", 404),
        ("/admin/ledger/settlement/?state=%00", 400),
        ("/sign-in/?next=%00", 400),
    ],
)
def test_a_nul_in_the_address_is_refused(client: Client, address: str, status: int) -> None:
    assert client.get(address).status_code == status


@pytest.mark.django_db
def test_a_nul_in_a_cookie_is_refused(client: Client) -> None:
    answer = client.get("/sign-in/", headers={"cookie": r'sessionid="\000aaaaaaaaaaaa"'})
    assert answer.status_code == 400


def answer_to(content_type: str) -> tuple[str, bytes]:
    """What the web server says to a request whose body would be of this type."""
    said: list[str] = []
    environ: dict[str, Any] = {
        "PATH_INFO": "/api/v1/nowhere/",
        "QUERY_STRING": "a=%41",
        "CONTENT_TYPE": content_type,
    }
    setup_testing_defaults(environ)
    served = refuse_other_charsets(WSGIHandler())(environ, lambda status, _: said.append(status))
    return said[0], b"".join(served)


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["zlib", "rot13", "idna", "utf-16", "nonsense", "x" * 20_000])
def test_another_charset_is_refused(charset: str) -> None:
    status, body = answer_to(f"application/json; charset={charset}")
    assert status == "415 Unsupported Media Type"
    assert json.loads(body)["code"] == "unsupported_charset"


@pytest.mark.django_db
@pytest.mark.parametrize("content_type", ["", "application/json", 'text/plain; charset="UTF-8"'])
def test_utf_8_is_let_through(content_type: str) -> None:
    status, body = answer_to(content_type)
    assert status == "404 Not Found"
    assert json.loads(body)["code"] == "not_found"
