"""Set-based statements that the ORM says badly, one file each."""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def statement(name: str) -> str:
    """The text of `name`.sql."""
    return (FOLDER / f"{name}.sql").read_text()
