"""Books to write in."""

from datetime import date

import pytest

from ledger import period_close
from tests.inventory.conftest import cast, excerpts, factors
from tests.ledger.books import NOON, Books, open_books

__all__ = ["cast", "excerpts", "factors"]


@pytest.fixture
def books(db: None) -> Books:
    """A founded company with empty books."""
    return open_books()


@pytest.fixture
def quarter(books: Books) -> Books:
    """A tonne of Q2 is settled."""
    books.emit("CLOUD", date(2023, 5, 1), "1000")
    books.settle("2023Q2")
    return books


@pytest.fixture
def closed(books: Books) -> Books:
    """A tonne of Q1 is settled, and Q1 is closed."""
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.settle("2023Q1")
    period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
    return books
