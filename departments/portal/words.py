"""Names. What scopes, categories, kinds and states are called on a page."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.statements import StatementLine

SCOPES: dict[int, Promise] = {
    1: gettext_lazy("Burned or leaked here"),
    2: gettext_lazy("Purchased energy"),
    3: gettext_lazy("Value chain"),
}

# The names of the GHG Protocol Corporate Value Chain (Scope 3) Standard, table 5.3.
CATEGORIES: dict[int, Promise] = {
    1: gettext_lazy("Purchased goods and services"),
    2: gettext_lazy("Capital goods"),
    3: gettext_lazy("Fuel- and energy-related activities"),
    4: gettext_lazy("Upstream transportation and distribution"),
    5: gettext_lazy("Waste generated in operations"),
    6: gettext_lazy("Business travel"),
    7: gettext_lazy("Employee commuting"),
    8: gettext_lazy("Upstream leased assets"),
    9: gettext_lazy("Downstream transportation and distribution"),
    10: gettext_lazy("Processing of sold products"),
    11: gettext_lazy("Use of sold products"),
    12: gettext_lazy("End-of-life treatment of sold products"),
    13: gettext_lazy("Downstream leased assets"),
    14: gettext_lazy("Franchises"),
    15: gettext_lazy("Investments"),
}

DURABILITY: dict[str, Promise] = {
    "short": gettext_lazy("Absorbed, kept under 100 years"),
    "medium": gettext_lazy("Absorbed, kept 100 to 1,000 years"),
    "long": gettext_lazy("Absorbed, kept 1,000 years or more"),
}

KINDS: dict[str, Promise] = {
    "charge": gettext_lazy("Charge"),
    "incentive": gettext_lazy("Incentive"),
    "levy": gettext_lazy("Levy"),
    "allocation": gettext_lazy("Allocation"),
    "recorded": gettext_lazy("Recorded, not charged"),
}

STATES: dict[str, Promise] = {
    "draft": gettext_lazy("Draft"),
    "submitted": gettext_lazy("Submitted"),
    "approved": gettext_lazy("Approved"),
    "returned": gettext_lazy("Returned"),
    "open": gettext_lazy("Open"),
    "posted": gettext_lazy("Posted"),
    "closed": gettext_lazy("Closed"),
    "calculating": gettext_lazy("Calculating"),
    "calculated": gettext_lazy("Calculated"),
    "cancelled": gettext_lazy("Cancelled"),
    "applied": gettext_lazy("Applied for"),
    "scored": gettext_lazy("Scored"),
    "proposed": gettext_lazy("Award proposed"),
    "awarded": gettext_lazy("Awarded"),
    "declined": gettext_lazy("Declined"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "failed": gettext_lazy("Failed"),
    "planned": gettext_lazy("Planned"),
    "evidenced": gettext_lazy("Shown"),
    "accepted": gettext_lazy("Accepted"),
    "paid": gettext_lazy("Paid"),
    "taken_back": gettext_lazy("Taken back"),
}

DOUBTS: dict[str, Promise] = {
    "high": gettext_lazy("Unusually high"),
    "low": gettext_lazy("Unusually low"),
    "digit": gettext_lazy("A digit too many"),
    "counter": gettext_lazy("A counter that began anew"),
    "repeated": gettext_lazy("Repeated"),
    "overlapping": gettext_lazy("Overlapping days"),
    "vintage": gettext_lazy("Certificate of another year"),
    "market": gettext_lazy("Certificate of another market"),
    "late": gettext_lazy("Late"),
}

FILE_KINDS: dict[str, str | Promise] = {
    "application/pdf": "PDF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "text/csv": "CSV",
    "text/plain": gettext_lazy("plain text"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": gettext_lazy("workbook"),
}

ROLES: dict[str, Promise] = {
    "contributor": gettext_lazy("Contributor"),
    "approver": gettext_lazy("Approver"),
    "viewer": gettext_lazy("Viewer"),
}

DISPUTE_STATES: dict[str, Promise] = {
    "open": gettext_lazy("Open"),
    "accepted": gettext_lazy("Accepted"),
    "rejected": gettext_lazy("Rejected"),
    "withdrawn": gettext_lazy("Withdrawn"),
}

STEPS: dict[str, Promise] = {
    "entered": gettext_lazy("Entered"),
    "imported": gettext_lazy("Imported"),
    "changed": gettext_lazy("Changed"),
    "superseded": gettext_lazy("Superseded"),
    "submitted": gettext_lazy("Submitted"),
    "approved": gettext_lazy("Approved"),
    "returned": gettext_lazy("Returned"),
    "recalculated": gettext_lazy("Recalculated"),
    "proposed a recalculation": gettext_lazy("Proposed a recalculation"),
    **{name: STATES[name] for name in ("applied", "scored", "proposed", "awarded", "declined")},
    **{name: STATES[name] for name in ("withdrawn", "closed", "failed")},
}


CHANGE_STEPS: dict[str, Promise] = {
    "before": gettext_lazy("Bill before"),
    "volume": gettext_lazy("Volume"),
    "mix": gettext_lazy("Mix"),
    "factor": gettext_lazy("Factor"),
    "price": gettext_lazy("Price"),
    "organisation": gettext_lazy("Organisation"),
    "corrections": gettext_lazy("Corrections"),
    "allocations": gettext_lazy("Shared out"),
    "incentives": gettext_lazy("Incentives"),
    "after": gettext_lazy("This bill"),
    # from a bill to what it would be
    "rail": gettext_lazy("Rail"),
    "certificates": gettext_lazy("Certificates"),
    "reduction": gettext_lazy("Less of it"),
    "shared": gettext_lazy("Shared out"),
}

CHANGE_REASONS: dict[str, Promise] = {
    "volume": gettext_lazy("More or less was done, at the factors and prices of before."),
    "mix": gettext_lazy("The same amount was done another way, or at another place."),
    "factor": gettext_lazy("A unit of what was done emits more or less than before."),
    "price": gettext_lazy("A tonne costs more or less, or is priced for the first time."),
    "organisation": gettext_lazy("The department came or went with a re-organisation."),
    "corrections": gettext_lazy("True-ups: tonnes of earlier periods that came late or changed."),
    "allocations": gettext_lazy("Levies and what is given back, by the rule of the scheme."),
    "incentives": gettext_lazy("Verified absorbed tonnes that earned more or less."),
}


SHARED_OUT: dict[str, Promise] = {
    "levy": gettext_lazy("Levy by the scheme's rule"),
    "allocation": gettext_lazy("Allocated back by the scheme's rule"),
}


def line_name(line: StatementLine) -> str:
    """What a statement line is for, e.g. `Scope 3, category 6: Business travel`."""
    if line.kind in SHARED_OUT:
        return _incentive_name(line) if line.is_incentive else str(SHARED_OUT[line.kind])
    if line.durability_class:
        stored = str(DURABILITY.get(line.durability_class, line.durability_class))
        if line.kind == "incentive" and line.amount > 0:
            return f"{_('Claw-back of an incentive')}: {stored}"
        return stored
    return emission_name(line.scope, line.category)


def _incentive_name(line: StatementLine) -> str:
    """What a fee pays for tonnes below the baseline, or takes away that is over a cap."""
    if line.amount > 0:
        return _("Incentives not paid or taken back: over the cap, or no longer below the baseline")
    return _("Incentive for less than the baseline, within the caps")


def emission_name(scope: int | None, category: int | None) -> str:
    """A scope and category with its name."""
    if category:
        return _("Scope %(scope)s, category %(category)s: %(name)s") % {
            "scope": scope,
            "category": category,
            "name": CATEGORIES.get(category, ""),
        }
    if scope is None:
        return _("Absorbed")
    return _("Scope %(scope)s: %(name)s") % {"scope": scope, "name": SCOPES.get(scope, "")}


def group_title(kind: str, of_period: str, posted: str, *, is_incentive: bool = False) -> str:
    """What a group of lines is called on a bill; `of_period` names a true-up's period."""
    if is_incentive:
        return _("Incentives for less than the baseline, and caps")
    if of_period:
        names = {"of": of_period, "posted": posted}
        return _("True-up for %(of)s, posted in %(posted)s") % names
    return {
        "charge": _("Charges for %(period)s") % {"period": posted},
        "levy": _("Levies"),
        "allocation": _("Allocated back"),
        "incentive": _("Incentives for absorbed tonnes"),
    }.get(kind, _("Recorded, not charged"))
