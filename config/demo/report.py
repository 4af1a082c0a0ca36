"""Reads. What the demo prints: fees, statements, feebate, grants, air, trial balance, proof."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from ledger import balances, seal, statements, verification
from ledger.atmosphere import atmosphere
from pricing import grant_lookup

Write = Callable[[str], object]


def print_report(scheme_code: str, feebate_code: str, write: Write) -> bool:
    """Print the settled years. Returns: whether the books verify."""
    lines = statements.statement_lines(scheme_code=scheme_code)
    _print_years(lines, write)
    _print_departments(scheme_code, lines, write)
    _print_feebate(feebate_code, write)
    _print_grants(scheme_code, write)
    _print_atmosphere(write)
    _print_trial_balance(write)
    return _print_verification(write)


def _print_years(lines: list[statements.StatementLine], write: Write) -> None:
    charged: dict[str, Decimal] = defaultdict(Decimal)
    true_ups: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.kind == "charge":
            charged[line.activity_period] += line.amount
            if line.is_true_up:
                true_ups[line.activity_period] += line.amount
    write("\nCarbon fee by the year of the activity, USD")
    for year in sorted(charged):
        note = f"   of which true-up {true_ups[year]:+,.2f}" if year in true_ups else ""
        write(f"  {year}  {charged[year]:>16,.2f}{note}")
    write(f"  total {sum(charged.values()):>16,.2f}")


def _print_departments(
    scheme_code: str, lines: list[statements.StatementLine], write: Write
) -> None:
    periods = [
        summary.period
        for summary in statements.period_summaries(scheme_code=scheme_code, department_ids=None)
    ]
    write("\nStatements by department, USD: charges less incentives, as posted in each period")
    write(f"  {'':16}" + "".join(f"{period:>18}" for period in periods) + f"{'balance':>18}")
    totals: dict[str, list[Decimal]] = {}
    for department in sorted({line.department for line in lines}):
        row = []
        for period in periods:
            found = statements.statement_of(
                department_code=department, scheme_code=scheme_code, period_code=period
            )
            row.append(found.net)
        totals[department] = row
        write(f"  {department:16}" + "".join(f"{net:>18,.2f}" for net in [*row, sum(row)]))
    columns = [sum(column, Decimal(0)) for column in zip(*totals.values(), strict=True)]
    write(f"  {'total':16}" + "".join(f"{net:>18,.2f}" for net in [*columns, sum(columns)]))


def _print_feebate(scheme_code: str, write: Write) -> None:
    settled = statements.statement_lines(scheme_code=scheme_code)
    lines = [line for line in settled if line.kind != "recorded"]
    years = sorted({line.activity_period for line in lines})
    write(f"\nA feebate beside it, {', '.join(years)}, USD: all that sites are charged goes back")
    write(f"  {'':16}{'charged':>18}{'returned':>18}{'net':>18}")
    total = [Decimal(0), Decimal(0)]
    for department in sorted({line.department for line in lines}):
        own = [line for line in lines if line.department == department]
        charged = sum((line.amount for line in own if line.kind == "charge"), Decimal(0))
        returned = -sum((line.amount for line in own if line.kind == "allocation"), Decimal(0))
        total = [total[0] + charged, total[1] + returned]
        write(f"  {department:16}{charged:>18,.2f}{returned:>18,.2f}{charged - returned:>18,.2f}")
    write(f"  {'total':16}{total[0]:>18,.2f}{total[1]:>18,.2f}{total[0] - total[1]:>18,.2f}")


def _print_grants(scheme_code: str, write: Write) -> None:
    write("\nGrants of the fund (illustrative), USD a tonne: promised, measured")
    for grant in grant_lookup.list_grants(scheme_code=scheme_code):
        promised = grant.score.whole
        measured = grant.delivery.at_this_rate if grant.delivery else None
        figures = [f"{each.middle:,.2f}" if each else "–" for each in (promised, measured)]
        name = f"{grant.department}: {grant.title}"
        write(f"  {name[:52]:52}" + "".join(f"{figure:>10}" for figure in figures))


def _print_atmosphere(write: Write) -> None:
    found = atmosphere()
    write("\nAtmosphere, tCO2e: what each year has added, and what is in the air")
    for year in found.years:
        write(f"  {year.year}   {_tonnes(year.net_kgco2e)}")
    for name, kgco2e in (
        ("before", found.historical_kgco2e),
        ("by hand", found.by_hand_kgco2e),
        ("balance", found.balance_kgco2e),
    ):
        if kgco2e or name == "balance":
            write(f"  {name:7}{_tonnes(kgco2e)}")


def _tonnes(kgco2e: Decimal) -> str:
    return f"{kgco2e.scaleb(-3):>18,.3f}"


def _print_trial_balance(write: Write) -> None:
    rows = balances.trial_balance()
    width = max((len(row.account) for row in rows), default=10)
    write("\nTrial balance: debit minus credit")
    for row in rows:
        write(f"  {row.account:{width}} {row.balance:>26,} {row.commodity}")
    for commodity in sorted({row.commodity for row in rows}, reverse=True):
        total = sum((row.balance for row in rows if row.commodity == commodity), Decimal(0))
        write(f"  {'sum':{width}} {total:>26,} {commodity}")


def _print_verification(write: Write) -> bool:
    result = verification.verify()
    write("\nVerification")
    for name, count in result.checked.items():
        broken = [finding for finding in result.findings if finding.check == name]
        write(f"  {'BROKEN' if broken else 'holds '} {name} ({count:,})")
        for finding in broken:
            write(f"         {finding.place}: {finding.detail}")
    write(f"  head of the seals {seal.chain_head()}")
    return result.holds
