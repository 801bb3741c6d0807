"""The register: one row for each measure of the body, as devices report it.

Everything the service knows of a measure is said here once: how it is stored and read, what its days are
called, which of its changes matter, and what it serves as. Channels, features, correlations, anomalies,
insights, trials and forecasts are derived from these rows, so that a new measure is a new row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Taken(StrEnum):
    """When in a day a measure is taken."""

    DAY = "day"  # over the whole day
    NIGHT = "night"  # over the night that ends on the morning of the day
    MOMENT = "moment"  # at some moment of the day


class Reading(StrEnum):
    """How several rows of one source and day become one number."""

    TOTAL = "total"  # a count of the day: the last running total, or the sum of increments
    PEAK = "peak"  # one finding sent again as it grows: the maximum; of a sleep in fragments, their sum
    SAMPLE = "sample"  # a measurement: the median


class Family(StrEnum):
    """Measures that are faces of one thing."""

    HEART = "heart"
    SLEEP = "sleep"
    BREATHING_TEMPERATURE = "breathing_temperature"
    MOVEMENT = "movement"
    OTHER = "other"


class Shown(StrEnum):
    """When what was done on a day shows in the measure."""

    NEXT_MORNING = "next_morning"
    FOLLOWING_NIGHT = "following_night"
    NEXT_DAY = "next_day"


class Wear(StrEnum):
    """How a total depends on the hours the device is worn."""

    NONE = "none"
    PRONE = "prone"  # counts only what happens while it is worn
    GROWS = "grows"  # grows with every hour it is worn


@dataclass(frozen=True, slots=True)
class Watch:
    """How a measure is watched night by night. Deviations are in the unit of `Measure.to_scale`."""

    worse: int
    """+1 where higher is the direction of strain, -1 where lower is."""
    floor: float
    """The smallest deviation worth a word."""
    long_floor: float = np.inf
    """The deviation from which a long run of nights is worth a doctor's time."""
    alone: float = np.inf
    """The score from which it is told with nothing beside it; infinite: it only stands beside others. Were
    every measure told as readily, a person with many of them would be told too often."""


@dataclass(frozen=True, slots=True)
class Level:
    """Shifts of the usual level over weeks, as shares of the level."""

    floor: float
    """The smallest change of a fortnight's mean that is worth telling."""
    large: float


@dataclass(frozen=True, slots=True)
class Learned:
    """What a model trained for a measure starts from, by the device families of `forecasts.model_inputs`."""

    model_id: str
    typical_errors: Mapping[str, float]
    """Usual error of the simple rule for a person of whom nothing is known yet, on `Measure.to_scale`."""
    reference_rules: Mapping[str, str] | None = None
    """The rule whose error is learned; None: of every family the combination of all."""


@dataclass(frozen=True, slots=True)
class Forecasting:
    """How the coming night's value is forecast: by the rule of a person's own level, unless a model is."""

    asked_as: tuple[str, ...] = ()
    """Other names callers use; one that measures share stands for the one that the person's device gives."""
    learned: Learned | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    name: str
    """What callers, findings and stored rows call it."""
    stored_as: str
    """Value of "HealthMetricType"; empty where another table has it."""
    channel: str
    """Its row of a daily series."""
    unit: str
    low: float
    high: float
    """Physiological bounds of a day, both included; a value outside is dropped and counted."""
    taken: Taken
    reading: Reading = Reading.SAMPLE
    label: str
    """Inside an English sentence."""
    exact_label: str = ""
    """The same where it must be told from another of its kind."""
    definition: str
    """What its feature of one day is, before "of the day"."""
    abbreviation: str = ""
    """Where there is no room for the label."""
    family: Family = Family.OTHER
    logarithmic: bool = False
    """Changes are alike as shares: compared as natural logarithms."""
    wear: Wear = Wear.NONE

    better: int = 0
    """The direction most people would welcome; 0 where neither is better."""
    smallest: float | None = None
    """The smallest change worth telling a person. None: it is no outcome of a correlation."""
    large: float | None = None
    """A change that matters much."""
    step: float | None = None
    """What a person might change in a day. None: it is no input of a correlation."""
    confounder: bool = False
    """It moves habits and outcomes alike, so correlations adjust for it."""
    shown: Shown | None = None
    groups: tuple[str, ...] = ()
    """Names by which callers ask for several measures at once."""

    vital: bool = False
    """Any device worn at night reports it: a night without any of these is a night not worn."""
    watch: Watch | None = None
    level: Level | None = None
    model_input: bool = False
    """Forecast models see its feature of one day."""
    forecast: Forecasting | None = None
    """None: the coming night's value is not forecast."""
    bins: tuple[float, ...] = ()
    """Edges that part people into about equal groups, where one period is compared with another."""

    def to_scale(self, values: Floats) -> Floats:
        return np.log(values) if self.logarithmic else values

    def from_scale(self, value: float) -> float:
        return float(np.exp(value)) if self.logarithmic else value

    @property
    def feature(self) -> str:
        """Its feature of one day."""
        return f"{self.name}_daily" if self.taken is Taken.DAY else self.name

    @property
    def is_length_of_night(self) -> bool:
        return self.taken is Taken.NIGHT and self.unit == "min"

    @property
    def shown_on(self) -> Shown:
        """The same as `shown`, by default that which follows from when it is taken."""
        return self.shown or (Shown.FOLLOWING_NIGHT if self.taken is Taken.NIGHT else Shown.NEXT_DAY)


_DAY, _NIGHT, _MOMENT = Taken.DAY, Taken.NIGHT, Taken.MOMENT
_HEART, _SLEEP, _BREATHING = Family.HEART, Family.SLEEP, Family.BREATHING_TEMPERATURE
_MOVEMENT = Family.MOVEMENT
_TOTAL, _PEAK = Reading.TOTAL, Reading.PEAK
_MORNING = Shown.NEXT_MORNING
_BPM_BINS = tuple(range(42, 91, 4))
_HRV_BINS = (12, 17, 22, 28, 35, 42, 50, 60, 72, 88, 110)

REGISTER: tuple[Measure, ...] = (
    Measure(
        name="steps", stored_as="STEPS", channel="steps", unit="steps", low=0, high=120_000,
        taken=_DAY, reading=_TOTAL, family=_MOVEMENT, wear=Wear.PRONE,
        label="daily steps", definition="Steps",
        better=+1, step=3000, model_input=True, level=Level(0.20, 0.60),
        bins=(2_000, 4_000, 5_500, 7_000, 8_500, 10_000, 12_000, 15_000, 20_000),
    ),
    Measure(
        name="active_calories", stored_as="ACTIVE_CALORIES", channel="active_kcal", unit="kcal",
        low=0, high=10_000, taken=_DAY, reading=_TOTAL, family=_MOVEMENT, wear=Wear.PRONE,
        label="active energy", definition="Active energy spent",
        step=300, model_input=True,
    ),
    Measure(
        name="total_calories", stored_as="TOTAL_CALORIES", channel="total_kcal", unit="kcal",
        low=500, high=9_000, taken=_DAY, reading=_TOTAL, family=_MOVEMENT, wear=Wear.GROWS,
        label="total energy", definition="Total energy spent",
        step=300, model_input=True,
        bins=(1_400, 1_700, 1_900, 2_100, 2_300, 2_600, 3_000, 3_600),
    ),
    Measure(
        name="exercise_minutes", stored_as="EXERCISE_MINUTES", channel="exercise_minutes", unit="min",
        low=0, high=1_440, taken=_DAY, reading=_TOTAL, family=_MOVEMENT, wear=Wear.PRONE,
        label="exercise minutes", definition="Exercise minutes, as the device counts them,",
        step=30, model_input=True, bins=(5, 15, 30, 45, 60, 90, 120),
    ),
    Measure(
        name="standing_hours", stored_as="STANDING_HOURS", channel="standing_hours", unit="h",
        low=0, high=24, taken=_DAY, reading=_TOTAL, family=_MOVEMENT, wear=Wear.GROWS,
        label="hours with standing", definition="Hours with standing", step=2,
    ),
    Measure(
        name="strain_score", stored_as="STRAIN_SCORE", channel="strain_score", unit="score",
        low=0, high=21, taken=_DAY, reading=_PEAK,
        label="strain score", definition="Strain score of the device", step=3, model_input=True,
    ),
    Measure(
        name="rhr", stored_as="RESTING_HEART_RATE", channel="rhr_bpm", unit="bpm", low=25, high=130,
        taken=_NIGHT, family=_HEART,
        label="resting heart rate", definition="Resting heart rate", abbreviation="Resting HR",
        better=-1, smallest=0.5, large=3, shown=_MORNING, vital=True, model_input=True,
        forecast=Forecasting(
            learned=Learned(
                "rhr_lstm",
                typical_errors={"smoothed": 1.0, "night": 2.5, "other": 2.5},
                reference_rules={"smoothed": "persistence", "night": "ewma_0.3", "other": "combined"},
            ),
        ),
        # resting heart rate answers illness most surely
        watch=Watch(worse=+1, floor=2, long_floor=10, alone=2.6), level=Level(0.03, 0.10),
        bins=_BPM_BINS,
    ),
    Measure(
        name="hrv_rmssd", stored_as="HEART_RATE_VARIABILITY_RMSSD", channel="hrv_rmssd_ms", unit="ms",
        low=3, high=250, taken=_NIGHT, family=_HEART, logarithmic=True,
        label="heart rate variability (HRV)", exact_label="heart rate variability (RMSSD)",
        definition="Heart-rate variability (RMSSD)", abbreviation="HRV, RMSSD",
        better=+1, smallest=1.5, large=8, shown=_MORNING, groups=("hrv",), vital=True, model_input=True,
        forecast=Forecasting(
            asked_as=("hrv",),
            learned=Learned("hrv_xgboost", typical_errors={"smoothed": 0.19, "night": 0.14, "other": 0.28}),
        ),
        watch=Watch(worse=-1, floor=0.15, long_floor=0.7, alone=4), level=Level(0.10, 0.30),
        bins=_HRV_BINS,
    ),
    Measure(
        name="hrv_sdnn", stored_as="HEART_RATE_VARIABILITY_SDNN", channel="hrv_sdnn_ms", unit="ms",
        low=3, high=250, taken=_NIGHT, family=_HEART, logarithmic=True,
        label="heart rate variability (HRV)", exact_label="heart rate variability (SDNN)",
        definition="Heart-rate variability (SDNN)", abbreviation="HRV, SDNN",
        better=+1, smallest=1.5, large=8, shown=_MORNING, groups=("hrv",), vital=True,
        forecast=Forecasting(asked_as=("hrv",)),
        watch=Watch(worse=-1, floor=0.15, long_floor=0.7, alone=4), level=Level(0.10, 0.30),
    ),
    Measure(
        name="sleep_duration", stored_as="SLEEP_DURATION", channel="sleep_minutes", unit="min",
        low=30, high=1_080, taken=_NIGHT, reading=_PEAK, family=_SLEEP,
        label="time asleep", definition="Minutes asleep in the night", abbreviation="Sleep",
        better=+1, smallest=5, large=30, step=60, confounder=True, groups=("sleep",), vital=True,
        model_input=True, forecast=Forecasting(asked_as=("sleep_minutes",)),
        # short sleep has many plain reasons: it is never told as unusual by itself
        watch=Watch(worse=-1, floor=30), level=Level(0.07, 0.20),
        bins=(300, 345, 375, 405, 435, 465, 495, 540),
    ),
    Measure(
        name="deep_sleep_minutes", stored_as="DEEP_SLEEP_DURATION", channel="deep_minutes", unit="min",
        low=0, high=600, taken=_NIGHT, reading=_PEAK, family=_SLEEP,
        label="deep sleep", definition="Minutes of deep sleep in the night",
        better=+1, smallest=2, large=15, step=20, groups=("sleep",), model_input=True,
    ),
    Measure(
        name="rem_sleep_minutes", stored_as="REM_SLEEP_DURATION", channel="rem_minutes", unit="min",
        low=0, high=600, taken=_NIGHT, reading=_PEAK, family=_SLEEP,
        label="REM sleep", definition="Minutes of REM sleep in the night",
        better=+1, smallest=2, large=15, step=20, groups=("sleep",), model_input=True,
    ),
    Measure(
        name="sleep_efficiency", stored_as="SLEEP_EFFICIENCY", channel="sleep_efficiency_pct", unit="%",
        low=10, high=100, taken=_NIGHT, family=_SLEEP,
        label="sleep efficiency", definition="Sleep efficiency of the night",
        better=+1, smallest=0.5, large=4, step=5, groups=("sleep",), model_input=True,
    ),
    Measure(
        name="sleep_score", stored_as="SLEEP_SCORE", channel="sleep_score", unit="score",
        low=0, high=100, taken=_NIGHT,
        label="sleep score", definition="Sleep score of the device for the night",
        better=+1, smallest=1, large=8, groups=("sleep",), model_input=True,
    ),
    Measure(
        name="recovery_score", stored_as="RECOVERY_SCORE", channel="recovery_score", unit="score",
        low=0, high=100, taken=_NIGHT,
        label="recovery score", definition="Recovery score of the device for the morning",
        better=+1, smallest=1, large=10, shown=_MORNING, groups=("recovery",), model_input=True,
        forecast=Forecasting(asked_as=("recovery",)),
    ),
    Measure(
        name="readiness_score", stored_as="READINESS_SCORE", channel="readiness_score", unit="score",
        low=0, high=100, taken=_NIGHT,
        label="readiness score", definition="Readiness score of the device for the morning",
        better=+1, smallest=1, large=8, shown=_MORNING, groups=("recovery",), model_input=True,
        forecast=Forecasting(asked_as=("readiness",)),
    ),
    Measure(
        name="respiratory_rate", stored_as="RESPIRATORY_RATE", channel="respiratory_rate_brpm",
        unit="breaths/min", low=5, high=40, taken=_NIGHT, family=_BREATHING,
        label="breathing rate in sleep", definition="Respiratory rate of the night",
        smallest=0.1, model_input=True, watch=Watch(worse=+1, floor=0.8, long_floor=4, alone=4),
    ),
    Measure(
        name="skin_temperature", stored_as="SKIN_TEMPERATURE", channel="skin_temperature_c", unit="degC",
        low=-10, high=42, taken=_NIGHT, family=_BREATHING,
        label="skin temperature in sleep",
        definition="Skin temperature of the night, on the device's scale,",
        smallest=0.05, model_input=True, confounder=True,
        watch=Watch(worse=+1, floor=0.4, long_floor=1.5, alone=4),
    ),
    Measure(
        name="oxygen_saturation", stored_as="OXYGEN_SATURATION", channel="oxygen_saturation_pct", unit="%",
        low=60, high=100, taken=_NIGHT, family=_BREATHING,
        label="oxygen saturation", definition="Oxygen saturation of the night", model_input=True,
    ),
    Measure(
        name="vo2_max", stored_as="VO2_MAX", channel="vo2_max", unit="ml/kg/min", low=10, high=100,
        taken=_MOMENT, label="maximal oxygen uptake",
        definition="Maximal oxygen uptake, as the device estimates it,", model_input=True,
    ),
    Measure(
        name="blood_pressure_systolic", stored_as="BLOOD_PRESSURE_SYSTOLIC",
        channel="blood_pressure_systolic_mmhg", unit="mmHg", low=60, high=260, taken=_MOMENT,
        label="systolic blood pressure", definition="Median systolic blood pressure",
    ),
    Measure(
        name="blood_pressure_diastolic", stored_as="BLOOD_PRESSURE_DIASTOLIC",
        channel="blood_pressure_diastolic_mmhg", unit="mmHg", low=30, high=160, taken=_MOMENT,
        label="diastolic blood pressure", definition="Median diastolic blood pressure",
    ),
    Measure(
        name="body_fat", stored_as="BODY_FAT_PERCENTAGE", channel="body_fat_pct", unit="%",
        low=2, high=70, taken=_MOMENT, label="body fat", definition="Body fat",
    ),
    Measure(
        name="muscle_mass", stored_as="MUSCLE_MASS", channel="muscle_mass_kg", unit="kg",
        low=10, high=150, taken=_MOMENT, label="muscle mass", definition="Muscle mass",
    ),
    Measure(
        name="bone_mass", stored_as="BONE_MASS", channel="bone_mass_kg", unit="kg",
        low=0.5, high=10, taken=_MOMENT, label="bone mass", definition="Bone mass",
    ),
    Measure(
        name="body_water", stored_as="WATER_PERCENTAGE", channel="water_pct", unit="%",
        low=20, high=80, taken=_MOMENT, label="body water", definition="Body water",
    ),
    Measure(
        name="blood_glucose", stored_as="BLOOD_GLUCOSE", channel="blood_glucose_mg_dl", unit="mg/dl",
        low=20, high=600, taken=_MOMENT,
        label="blood glucose", definition="Median blood glucose", smallest=2,
    ),
    Measure(
        name="glucose_mean", stored_as="", channel="glucose_mean_mg_dl", unit="mg/dl", low=20, high=600,
        taken=_MOMENT, label="mean glucose", definition="Mean of continuously measured glucose",
        smallest=2, large=10,
    ),
    Measure(
        name="glucose_in_range", stored_as="", channel="glucose_in_range_pct", unit="%", low=0, high=100,
        taken=_MOMENT, label="time with glucose in range",
        definition="Share of continuously measured glucose within 70-180 mg/dl",
        better=+1, smallest=2, large=10,
    ),
    Measure(
        name="glucose_variability", stored_as="", channel="glucose_cv_pct", unit="%", low=0, high=100,
        taken=_MOMENT, label="glucose variability",
        definition="Coefficient of variation of continuously measured glucose",
        better=-1, smallest=1, large=5,
    ),
    Measure(
        name="weight", stored_as="", channel="weight_kg", unit="kg", low=25, high=350,
        taken=_MOMENT, label="body weight", definition="Median body weight",
    ),
    Measure(
        name="water", stored_as="", channel="water_ml", unit="ml", low=0, high=15_000,
        taken=_DAY, reading=_TOTAL, label="water drunk", definition="Water drunk, as logged,", step=500,
    ),
    Measure(
        name="stress_level", stored_as="STRESS_LEVEL", channel="stress_level", unit="score",
        low=0, high=100, taken=_MOMENT,
        label="stress score", definition="Stress level of the device",
        better=-1, smallest=1, large=8, model_input=True, confounder=True,
    ),
)  # fmt: skip

MEASURES: dict[str, Measure] = {measure.name: measure for measure in REGISTER}
BY_CHANNEL: Mapping[str, Measure] = {measure.channel: measure for measure in REGISTER}

API_NAMES: Mapping[str, str] = {"hrv_rmssd": "hrv"}
"""Measure -> what forecasts, their models and their endpoints call it, where that is another name."""


EVERY_NAME: Mapping[str, Measure] = MEASURES | {api: MEASURES[name] for name, api in API_NAMES.items()}
"""Measures by their own names and by those of the API."""


def api_name(measure: Measure) -> str:
    """Return what forecasts and their endpoints call a measure."""
    return API_NAMES.get(measure.name, measure.name)
