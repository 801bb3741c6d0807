"""Features of the calendar and of how much of the recent past is known."""

from common.compute.features import formulas
from common.compute.features.feature import Feature
from common.compute.features.rules import Input, Kind, calendar, formula, total
from common.compute.series.channels import CHANNELS

TEMPORAL = "temporal"

DAY_OF_WEEK, DAY_OF_YEAR, MONTH = calendar("day_of_week"), calendar("day_of_year"), calendar("month")
ANY_DATA = Input(Kind.CALENDAR, "any_data", channels=tuple(CHANNELS))

FEATURES: list[Feature] = [
    Feature("day_of_week", "0..6", TEMPORAL, "0 on Monday to 6 on Sunday.", DAY_OF_WEEK),
    Feature(
        "day_of_week_sin", "-1..1", TEMPORAL, "Sine of 2 pi x day_of_week / 7.",
        formula(formulas.sine_of_week, DAY_OF_WEEK),
    ),
    Feature(
        "day_of_week_cos", "-1..1", TEMPORAL, "Cosine of 2 pi x day_of_week / 7.",
        formula(formulas.cosine_of_week, DAY_OF_WEEK),
    ),
    Feature(
        "is_weekend", "0/1", TEMPORAL, "1 on Saturday and Sunday.", formula(formulas.is_weekend, DAY_OF_WEEK)
    ),
    Feature("month", "1..12", TEMPORAL, "Month of the year.", MONTH),
    Feature(
        "season", "0..3", TEMPORAL,
        "Quarter of the year from December: 0 December to February, 1 March to May, and so on, in either "
        "hemisphere.",
        formula(formulas.season, MONTH),
    ),
    Feature(
        "day_of_year_sin", "-1..1", TEMPORAL, "Sine of 2 pi x day of the year / 365.25.",
        formula(formulas.sine_of_year, DAY_OF_YEAR),
    ),
    Feature(
        "day_of_year_cos", "-1..1", TEMPORAL, "Cosine of 2 pi x day of the year / 365.25.",
        formula(formulas.cosine_of_year, DAY_OF_YEAR),
    ),
    Feature(
        "travel_day", "0/1", TEMPORAL,
        "1 on a day on which the person's clock changed by a journey; the day's meal times are then unknown.",
        calendar("travel_day"),
    ),
    Feature(
        "history_28d_days", "days", TEMPORAL, "Days among 28 on which anything was logged or measured.",
        total(ANY_DATA, 28, 0),
    ),
]  # fmt: skip
