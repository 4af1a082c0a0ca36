"""Writes. The bytes of an imported file, kept in parts, and read back as they came."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO

from departments.inventory.models.activity import ImportBatch, ImportPart

PART_BYTES = 1024 * 1024


def keep_file(batch: ImportBatch, file: BinaryIO) -> None:
    """Keep a file from its beginning; no more than one part of it is held at a time."""
    file.seek(0)
    for number, content in enumerate(_parts_of(file)):
        ImportPart.objects.create(batch=batch, number=number, content=content)


def kept_file(batch_id: int) -> Iterator[bytes]:
    """The file of an import, part by part."""
    parts = ImportPart.objects.filter(batch=batch_id).order_by("number")
    for content in parts.values_list("content", flat=True).iterator(chunk_size=4):
        yield bytes(content)


def digest_of(file: BinaryIO) -> str:
    """The hex SHA-256 of a file, read from its beginning."""
    file.seek(0)
    digest = sha256()
    for content in _parts_of(file):
        digest.update(content)
    return digest.hexdigest()


def _parts_of(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.read(PART_BYTES), b"")
