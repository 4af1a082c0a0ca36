"""What the log says of each line, and how it is written."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from django.conf import settings

from config.logs import logging_settings

PROGRAM = """
import logging.config
from config.logs import logging_settings
from departments.organisation import sight
logging.config.dictConfig(logging_settings({form!r}, "INFO"))
log = logging.getLogger("ledger.outbox")
{work}
"""


def log_of(form: str, work: str) -> list[str]:
    """The lines that a program writes which logs in this form."""
    program = PROGRAM.format(form=form, work=work)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stderr.splitlines()


def test_a_line_of_json_says_for_which_request_and_person() -> None:
    (line,) = log_of(
        "json",
        "sight.see(sight.Sight(department_ids=None, person_id=7))\n"
        "sight.because(sight.Cause(request_id='0f3a'))\n"
        "log.warning('outgoing message %s waits: %s', 12, 'no route')",
    )

    told = json.loads(line)
    assert told.pop("at")[:2] == "20"
    assert told == {
        "level": "WARNING",
        "logger": "ledger.outbox",
        "message": "outgoing message 12 waits: no route",
        "request_id": "0f3a",
        "person_id": 7,
    }


def test_what_went_wrong_stands_in_the_same_line() -> None:
    (line,) = log_of(
        "json",
        "try:\n    raise ZeroDivisionError('no tonnes')\n"
        "except ZeroDivisionError:\n    log.exception('sweet spot has no answer')",
    )

    told = json.loads(line)
    assert "ZeroDivisionError: no tonnes" in told["exc_info"]
    assert (told["request_id"], told["person_id"]) == (None, None)


def test_lines_are_made_to_be_read() -> None:
    (line,) = log_of("lines", "log.info('summer.csv was taken in')")

    assert line.endswith("INFO ledger.outbox: summer.csv was taken in")


def test_another_form_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="LOG_FORMAT is 'xml'; it can be lines or json"):
        logging_settings("xml", "INFO")
