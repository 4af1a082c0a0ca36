"""Calculates. What calculations print, in the language of who reads it: steps, stand-ins, doubts.

A result keeps the English, so that it stays what was approved.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from departments.organisation.telling import told_by

PATTERNS = (
    # what a step is of
    _("Allocated"),
    _("At the factor's prices"),
    _("Avoided, beside the sum"),
    _("Biogenic CO2, outside the scopes"),
    _("Business travel"),
    _("Capital goods"),
    _("Commuting and home working"),
    _("Conversion"),
    _("Electric vehicles"),
    _("Electricity"),
    _("Embodied share"),
    _("Embodied carbon of one"),
    _("Emissions"),
    _("End of life of sold products"),
    _("Energy, %(path)s"),
    _("Energy of requests"),
    _("Equipment bought"),
    _("Franchises"),
    _("Freight"),
    _("Fuel burned"),
    _("Fugitive %(gas)s"),
    _("GWP-100 of %(gas)s, %(gwp_set)s"),
    _("In kilograms"),
    _("Journey"),
    _("Leased assets"),
    _("Location-based"),
    _("Market-based"),
    _("Market-based, covered"),
    _("Market-based, not covered"),
    _("Processing of sold products"),
    _("Purchased goods"),
    _("Purchased heat"),
    _("Rated power"),
    _("Removal"),
    _("Reported"),
    _("Reported, location-based"),
    _("Reported, market-based"),
    _("Reversal"),
    _("Share of the investee"),
    _("Shipment"),
    _("Spend"),
    _("Upstream and losses"),
    _("Use of sold products"),
    _("Use over their life"),
    _("Vehicles"),
    _("Waste"),
    # gases
    _("Carbon dioxide"),
    _("Carbon tetrachloride"),
    _("Methane"),
    _("Nitrogen trifluoride"),
    _("Nitrous oxide"),
    _("Sulphur hexafluoride"),
    _("Sulfur hexafluoride"),
    # how energy was known
    _("measured"),
    _("measured at the facility"),
    _("measured at the machines"),
    _("energy per request"),
    # what somebody did with a record
    _("entered"),
    _("imported"),
    _("changed"),
    _("superseded"),
    _("submitted"),
    _("approved"),
    _("returned"),
    _("recalculated"),
    _("proposed a recalculation"),
    # a kind of removal or line, where it stands alone
    _("short"),
    _("medium"),
    _("long"),
    _("charge"),
    _("incentive"),
    _("recorded"),
    _("levy"),
    _("allocation"),
    # arithmetic
    _("%(kilograms)s × %(part)s ÷ %(total)s, to the milligram by largest remainder"),
    _("%(passengers)s passengers × %(distance)s km"),
    _("%(requests)s requests × %(energy)s"),
    _("%(product)s (as reported)"),
    _("%(product)s (cradle to gate)"),
    _("%(area)s ha × %(rate)s × %(years)s years"),
    _("%(tonnes)s tCO2e measured"),
    _("−1 × %(tonnes)s tCO2e released"),
    # what stood in for what is missing
    _("No source is cited for the reported figure."),
    _("No factor for an empty place: the one for %(instead)s is used."),
    _("No factor for %(place)s: the one for %(instead)s is used."),
    _("No factor for %(year)s: the nearest earlier year, %(used)s, is used."),
    _("By a restatement %(after)s takes the place of %(before)s."),
    _("No PUE is given: %(pue)s, %(source)s, is used."),
    _("No utilisation is given: full load, the most there can be."),
    _(
        "PUE %(pue)s is not applied: energy_kwh is what the building's meter counts, cooling "
        "included. Energy at the machines is entered as machine_energy_kwh."
    ),
    _(
        "Utilisation %(utilisation)s is not applied: average_power_w is what was measured. Rated "
        "power is entered as tdp_w, or by the hardware."
    ),
    _("The figure is of the hardware's kind, not of the maker's own."),
    # what looks wrong in a record, and what to do: see `doubts`
    _("of this meter"),
    _("of this department, activity and place"),
    _("of this activity in all departments of the file"),
    _("the median of %(count)s readings %(which)s comes to %(usual)s %(unit)s for 1 day"),
    _("the median of %(count)s readings %(which)s comes to %(usual)s %(unit)s for %(days)s days"),
    _("It is nothing; %(compared)s."),
    _("It is %(times)s times more than usual: %(compared)s."),
    _("It is %(times)s times less than usual: %(compared)s."),
    _("Was it read?"),
    _("Without its last digit, %(digit)s, it would be usual: is that a footnote's mark?"),
    _("Is %(unit)s the right unit, or one that is 1,000 times as large or small?"),
    _("Look at the bill: unit, decimal sign, and whether the counter began anew."),
    _("Line %(line)s says the same: department, activity, place, days and quantity."),
    _("Record %(record)s says the same: department, activity, place, days and quantity."),
    _("Leave it out, if it is the same bill."),
    _("Some of its days are billed already: record %(other)s is from %(first)s to %(last)s."),
    _("Some of its days are billed already: line %(other)s is from %(first)s to %(last)s."),
    _("Enter each day once."),
    _("Record %(other)s says %(quantity)s for the same days: the same with one digit more."),
    _("Line %(other)s says %(quantity)s for the same days: the same with one digit more."),
    _("Leave it out if it is the same bill; is the digit a footnote's mark?"),
    _("It is nearly all that a counter with so many digits can count."),
    _("If the counter began anew, enter what was used: end and beginning added up."),
    _("It names %(named)s; the electricity is of %(year)s."),
    _("It is of %(market)s, %(vintage)s; the electricity is of %(place)s, %(year)s."),
    _("Name an instrument of the year and the market in which the electricity was used."),
    _("The next settlement charges it as a true-up of that period."),
)
TOLD_AGAIN = frozenset({"compared", "path", "which"})


def told(sentence: str) -> str:
    """The sentence in the language in force; figures, codes and what people wrote stay."""
    return told_by(sentence, PATTERNS, TOLD_AGAIN)
