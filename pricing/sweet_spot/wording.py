"""Calculates. What an estimate says, as patterns: answers keep the English, people read their own.

A pattern makes one sentence or one part of the method; figures are its places.
"""

from __future__ import annotations

TOO_FEW = (
    "%(cells)s usable cells of %(departments)s departments in %(periods)s periods are too few: at "
    "least %(need_cells)s cells above zero, %(need_departments)s departments and %(need_periods)s "
    "periods are needed."
)
NEVER_CHANGED = (
    "The price never changed (%(price)s in %(periods)s periods), so whatever moved tonnes, it was "
    "not the price."
)
OWN_THROUGHOUT = (
    "The price never changed (%(low)s to %(high)s, each department's own throughout in %(periods)s "
    "periods), so whatever moved tonnes, it was not the price."
)
SAME_PERIOD = (
    "All %(departments)s departments knew the same change of price in the same 1 period: what the "
    "price did can't be told from what else happened then."
)
SAME_PERIODS = (
    "All %(departments)s departments knew the same change of price in the same %(periods)s "
    "periods: what the price did can't be told from what else happened then."
)
BY_CATEGORY = (
    "The price differed between categories only (%(paths)s courses of price in %(categories)s "
    "categories), never between departments of one category: a change of emission factors, or of "
    "what a category is needed for, looks the same. At least %(need)s courses of price are needed "
    "to compare categories."
)
ONE_DEPARTMENT = (
    "Only %(department)s ever knew another price than the other %(others)s departments: whatever "
    "else happened there explains its tonnes as well."
)
AT_ONCE = (
    "Of the %(prices)s prices only %(found)s can be compared: the others came for all departments "
    "at once, so what they did can't be told from what else happened then. A department that keeps "
    "its price is needed beside one whose price changes."
)
ALL_AT_ONCE = (
    "Whenever prices changed they changed for all departments at once, so what the change itself "
    "did can't be told from what else happened then: a department that keeps its price is needed "
    "beside one whose price changes."
)
DRIFT = (
    "Prices moved in %(how_often)s of all periods, and their %(steps)s largest steps make only "
    "%(largest)s of the way: a price that drifts like this follows something, and where that is a "
    "department's growth its effect can't be told apart."
)
STEADY = (
    "Prices moved as steadily as departments grow: of their differences only %(left)s is left "
    "beside each department's own trend, and %(need)s is needed."
)
STEADY_WITH_DRIVER = (
    "Prices moved as steadily as departments grow: of their differences only %(left)s is left "
    "beside each department's own trend and its driver, and %(need)s is needed."
)
TOO_FEW_FOR_UNITS = (
    "%(cells)s usable cells are too few for %(units)s units and %(periods)s periods."
)
TOO_WIDE = (
    "%(cells)s cells of %(departments)s departments leave every price an interval wider than from "
    "a tenth of the tonnes to ten times as many."
)
RISES = (
    "Tonnes are %(change)s at the highest price against the lowest, and that is no accident "
    "(p = %(p)s): the price seems to follow the departments that grow."
)
LEADS = (
    "Tonnes moved before the price did (p = %(p)s): the price seems to follow the departments' "
    "growth, so its own effect can't be told from that."
)
ZEROS = "%(count)s cells of zero emissions are taken as readings that were missed."
WITHOUT = "%(count)s cells without emissions are left out."
SHORT = "%(count)s cells of units with fewer than 3 periods are left out."
DRIVER_STILL = "The driver never changes, so it explains nothing."
METHOD = (
    "log-linear panel regression (least squares) with department × category levels and "
    "%(compared)s effects; response as straight lines between %(knots)s prices; %(lags)s; "
    "%(trends)s; %(driver)s; 95 %% intervals from %(variance)s variance clustered by %(cluster)s "
    "with Satterthwaite degrees of freedom"
)
NO_METHOD = "none: not identifiable"
BY_CATEGORY_AND_PERIOD, BY_DEPARTMENT_AND_PERIOD = "category × period", "department × period"
LAGS = {
    frequency: f"changes under way for up to %(periods)s {frequency}s"
    for frequency in ("year", "half", "quarter", "month", "number")
}
NO_LAGS = "no lags needed"
TRENDS, NO_TRENDS = "each unit's own trend", "no trends of their own needed"
DRIVER, NO_DRIVER = "elasticity to the driver", "no driver"
CLUSTERS = ("department", "category")

PATTERNS = (
    *(TOO_FEW, OWN_THROUGHOUT, NEVER_CHANGED, SAME_PERIOD, SAME_PERIODS, BY_CATEGORY),
    *(ONE_DEPARTMENT, AT_ONCE, ALL_AT_ONCE, DRIFT, STEADY_WITH_DRIVER, STEADY),
    *(TOO_FEW_FOR_UNITS, TOO_WIDE, RISES, LEADS, ZEROS, WITHOUT, SHORT, DRIVER_STILL),
    *(METHOD, NO_METHOD, BY_CATEGORY_AND_PERIOD, BY_DEPARTMENT_AND_PERIOD, NO_LAGS),
    *(*LAGS.values(), TRENDS, NO_TRENDS, DRIVER, NO_DRIVER, *CLUSTERS),
)
