"""Addresses that no page could answer."""

import pytest
from django.test import Client


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
