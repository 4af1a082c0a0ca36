"""Reads. The arguments of a blend of gases, by the mass shares that its label prints."""

from __future__ import annotations

import re
from decimal import Decimal

from departments.inventory.argument_figures import Activity, Arguments, is_confirmed
from departments.inventory.entry import plain, read_quantity
from departments.inventory.errors import EntryRefused
from departments.inventory.factor_choice import FactorLibrary
from departments.organisation.said import said

_PART = re.compile(r"(?P<gas>.+?)\s*[:=\s]\s*(?P<share>[0-9.]+)\s*(?P<percent>%?)")


def blend(record: Activity, name: str, library: FactorLibrary) -> Arguments:
    """Mass, the gases' shares and their GWPs of one set.

    The composition is written as on the label: `hfc-32 50%, hfc-125 50%`, or with shares of 1.
    Raises: EntryRefused, GwpNotFound.
    """
    shares = read_composition(str(record.inputs["composition"]))
    found = [
        library.choose_gwp(
            gas=gas,
            gwp_set=str(record.inputs.get("gwp_set", "")),
            allow_suspect=is_confirmed(record),
        )
        for gas in shares
    ]
    used = " and ".join(dict.fromkeys(gwp.gwp_set for gwp in found))
    gwps = {gas: gwp.kgco2e_per_kg for gas, gwp in zip(shares, found, strict=True)}
    return Arguments(
        given={
            "mass": plain(record.quantity),
            "unit": record.unit,
            "blend": name,
            "shares": shares,
            "gwps": gwps,
            "gwp_set": used,
        },
        gwp_set=found[0].gwp_set,
        citation={
            "publisher": found[0].source,
            "title": "Global warming potentials, 100 years, of the gases by mass share",
            "factor_set": used,
            "factor_code": ", ".join(gwp.gas for gwp in found),
            "url": found[0].url,
            "licence": found[0].licence,
        },
    )


def read_composition(text: str) -> dict[str, Decimal]:
    """Mass shares of 1 by gas.

    Raises: EntryRefused, if a part can't be read or a gas stands twice.
    """
    shares: dict[str, Decimal] = {}
    for part in filter(None, (each.strip() for each in re.split("[,;]", text))):
        match = _PART.fullmatch(part)
        gas = match["gas"].strip().casefold() if match else ""
        if match is None or gas in shares:
            raise EntryRefused(
                field="composition",
                value=part,
                reason=said("This gas stands twice.")
                if match
                else said("This is no gas with its share."),
                hint=said("Write each gas with its mass share: hfc-32 50%, hfc-125 50%."),
            )
        share = read_quantity(match["share"], field="composition")
        shares[gas] = plain(share / 100) if match["percent"] else share
    return shares
