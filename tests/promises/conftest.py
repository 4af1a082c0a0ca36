"""Books to write in."""

import pytest

from tests.ledger.books import Books, open_books


@pytest.fixture
def books(db: None) -> Books:
    """A founded company with empty books."""
    return open_books()
