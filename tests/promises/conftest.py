"""Books to write in."""

import pytest

from tests.inventory.conftest import cast, excerpts, factors
from tests.ledger.books import Books, open_books

__all__ = ["cast", "excerpts", "factors"]


@pytest.fixture
def books(db: None) -> Books:
    """A founded company with empty books."""
    return open_books()
