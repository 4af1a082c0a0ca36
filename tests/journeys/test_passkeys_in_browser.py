"""A browser with a virtual authenticator adds a passkey and signs in with it alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.journeys.chromium import PROGRAMS, check_page, open_page
from tests.organisation.second_factors import PASSWORD, make_member

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.mark.parametrize("width", [1280, 390])
def test_a_passkey_is_added_and_signs_in(
    transactional_db: None,
    live_server: LiveServer,
    require_program: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    width: int,
) -> None:
    make_member("ann")
    program = require_program(*PROGRAMS)
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in this thread
    with open_page(program, width) as (page, complaints):
        protocol = page.context.new_cdp_session(page)
        protocol.send("WebAuthn.enable")
        protocol.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

        page.goto(f"{live_server.url}/sign-in/?next=/account/")
        page.get_by_label("Username").fill("ann")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("link", name="Add a passkey").click()
        check_page(page)
        page.get_by_role("button", name="Add", exact=True).click()
        page.wait_for_url("**/account/codes/")
        assert page.locator(".codes code").count() == 10
        page.get_by_role("button", name="Sign out").click()

        page.get_by_role("button", name="Sign in with a passkey").click()
        page.get_by_role("link", name="ann", exact=True).wait_for()
        page.goto(f"{live_server.url}/account/passkeys/")
        added = page.locator(".means dt").all_inner_texts()
        assert [name.split("\n")[0] for name in added] == ["Passkey"]
        check_page(page)
        assert complaints == []
