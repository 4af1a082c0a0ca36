"""What a company says about a scheme: numbered versions by two people, never edited."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from departments.organisation.constraints import constraint_of
from pricing import text_setting
from pricing.errors import (
    ApprovedBySamePerson,
    NotAllowed,
    PriceInvalid,
    PriceNeverEdited,
    SchemeNotFound,
)
from pricing.models import SchemeText
from pricing.text_lookup import texts_in_force
from tests.factories import FIRST_DAY, NOON, Cast, make_cast, make_scheme

pytestmark = pytest.mark.django_db

LATER = date(2023, 7, 1)


def say(
    cast: Cast, scheme_id: int, text: str, *, approved: bool = True, **facts: Any
) -> SchemeText:
    usual: dict[str, Any] = {"topic": "objectives", "starts_on": FIRST_DAY}
    proposed = text_setting.propose_text(
        scheme_id=scheme_id, text=text, by=cast.people["analyst"], **usual | facts
    )
    if approved:
        text_setting.approve_text(text_id=proposed.pk, by=cast.people["approver"], at=NOON)
    return proposed


def told(scheme_id: int, on: date, topic: str = "objectives") -> str | None:
    found = texts_in_force(scheme_id=scheme_id, on=on).get(topic)
    return found.text if found else None


def test_the_highest_approved_version_in_force_is_told() -> None:
    cast, scheme = make_cast(), make_scheme()
    say(cast, scheme.pk, "First.")
    say(cast, scheme.pk, "From July 2023.", starts_on=LATER)
    say(cast, scheme.pk, "Not approved.", approved=False)
    say(cast, scheme.pk, "Everywhere.", topic="scope_of_application")
    assert told(scheme.pk, date(2023, 6, 30)) == "First."
    assert told(scheme.pk, LATER) == "From July 2023."
    assert told(scheme.pk, date(2019, 1, 1)) is None
    found = texts_in_force(scheme_id=scheme.pk, on=LATER)["objectives"]
    assert found.version == 2
    assert found.about == (
        "Text “objectives”, version 2, in force from 2023-07-01; proposed by analyst, approved by "
        "approver."
    )


def test_a_correction_is_the_next_version_also_of_days_that_have_passed() -> None:
    cast, scheme = make_cast(), make_scheme()
    say(cast, scheme.pk, "Wrong.")
    say(cast, scheme.pk, "Right.", ends_before=LATER)
    assert told(scheme.pk, FIRST_DAY) == "Right."
    assert told(scheme.pk, LATER) == "Wrong."
    assert list(SchemeText.objects.order_by("version").values_list("version", "text")) == [
        (1, "Wrong."),
        (2, "Right."),
    ]


def test_two_people_make_a_text() -> None:
    cast, scheme = make_cast(), make_scheme()
    text = say(cast, scheme.pk, "First.", approved=False)
    both = cast.people["analyst"]
    both.memberships.create(role="sustainability_approver")
    with pytest.raises(ApprovedBySamePerson):
        text_setting.approve_text(text_id=text.pk, by=both, at=NOON)
    with pytest.raises(NotAllowed):
        text_setting.approve_text(text_id=text.pk, by=cast.people["finance"], at=NOON)
    cast.people["analyst"] = cast.people["finance"]
    with pytest.raises(NotAllowed):
        say(cast, scheme.pk, "Second.")
    assert told(scheme.pk, FIRST_DAY) is None


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"topic": "motto"}, r"no topic 'motto'. There are: objectives"),
        ({"text": "   "}, "0 characters"),
        ({"text": "x" * 10_001}, "10,001 characters"),
        ({"ends_before": FIRST_DAY}, "yet starts on"),
    ],
)
def test_a_text_that_says_nothing_is_refused(facts: dict[str, Any], problem: str) -> None:
    cast, scheme = make_cast(), make_scheme()
    with pytest.raises(PriceInvalid, match=problem):
        say(cast, scheme.pk, **{"text": "First."} | facts)
    with pytest.raises(SchemeNotFound):
        say(cast, 0, "First.")
    assert not SchemeText.objects.exists()


def test_an_approved_text_is_never_edited_nor_deleted() -> None:
    cast, scheme = make_cast(), make_scheme()
    text = say(cast, scheme.pk, "First.")
    for statement in (
        "UPDATE pricing_schemetext SET text = 'Other.' WHERE id = %s",
        "UPDATE pricing_schemetext SET in_force = '[2030-01-01,)' WHERE id = %s",
        "DELETE FROM pricing_schemetext WHERE id = %s",
    ):
        with (
            pytest.raises(IntegrityError) as error,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, [text.pk])
        assert constraint_of(error.value) == "pricing_approved_text_never_edited"
    with pytest.raises(PriceNeverEdited):
        text_setting.withdraw_text(text_id=text.pk, by=cast.people["analyst"])
    assert told(scheme.pk, FIRST_DAY) == "First."


def test_a_proposal_may_be_withdrawn_and_its_number_is_free_again() -> None:
    cast, scheme = make_cast(), make_scheme()
    text = say(cast, scheme.pk, "First.", approved=False)
    text_setting.withdraw_text(text_id=text.pk, by=cast.people["analyst"])
    assert say(cast, scheme.pk, "Second.").version == 1


def test_texts_come_from_a_file_by_command(tmp_path: Path) -> None:
    cast, scheme = make_cast(), make_scheme()
    file = tmp_path / "texts.csv"
    file.write_text(
        "topic,text,first_day\nobjectives,Pay for tonnes.,2020-07-01\nmotto,None.,2020-07-01\n"
    )
    with pytest.raises(CommandError, match="line 3: There is no topic 'motto'"):
        run("load", str(file), by="analyst")
    assert not SchemeText.objects.exists()
    file.write_text("topic,text,first_day\nobjectives,Pay for tonnes.,2020-07-01\n")
    assert run("load", str(file), by="analyst").startswith("1 scheme texts proposed")
    assert run("load", str(file), by="analyst").startswith("0 scheme texts proposed, 1 as they")
    assert run("approve", by="approver") == "1 scheme texts approved.\n"
    assert "objectives v1, 2020-07-01" in run("list")
    assert told(scheme.pk, FIRST_DAY) == "Pay for tonnes."
    assert cast.people["approver"].get_username() in run("list")


def run(step: str, *arguments: str, **options: Any) -> str:
    out = io.StringIO()
    flags = [f"--{name}={value}" for name, value in {"scheme": "carbon-fee", **options}.items()]
    call_command("scheme_texts", step, *arguments, *flags, stdout=out)
    return out.getvalue()
