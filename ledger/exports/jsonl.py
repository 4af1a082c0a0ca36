"""Calculates. JSON Lines: an object a journal line, decimals as strings, UTF-8."""

from __future__ import annotations

from ledger.exports.columns import Notation

NOTATION = Notation(
    header=lambda names: "",
    end="}\n",
    lead=lambda name, is_first: ("{" if is_first else ",") + f'"{name}":',
    text=lambda sql: f"to_json(coalesce({sql}, ''))::text",
    number=lambda sql: f"coalesce(({sql})::text, 'null')",
    quote='"',
)
