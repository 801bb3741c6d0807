"""Who is in the synthetic cohort: each person stands for one situation the service must be right about.

All of them are invented; the ids begin with `demo-` and the names with "Synthetic".
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Device:
    """A wearable. With `worn` 0.5 it is on the wrist in about every second of the fixed 30-day blocks."""

    source: str
    hrv: str = "RMSSD"
    rhr_offset_bpm: float = 0.0
    hrv_factor: float = 1.0
    worn: float = 1.0
    date_stamped: bool = False
    """Daily summaries at 00:00 UTC instead of the local moment."""
    stages: bool = True
    score: str | None = None
    """The enum name of the morning score it gives."""
    strain: bool = False


OURA = Device("oura", score="READINESS_SCORE")
WHOOP = Device("whoop", score="RECOVERY_SCORE", strain=True)
FITBIT = Device("fitbit", rhr_offset_bpm=1.5, hrv_factor=0.9, score="SLEEP_SCORE")
GARMIN = Device("garmin", rhr_offset_bpm=-1.0, date_stamped=True, score="SLEEP_SCORE")
APPLE = Device("apple_health", hrv="SDNN", rhr_offset_bpm=2.0, hrv_factor=1.2, stages=False)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    key: str
    story: str
    timezone: str | None
    devices: tuple[Device, ...]
    sex: str
    born: date
    weight_kg: float
    height_cm: float
    energy_kcal: float
    rhr_bpm: float
    hrv_ms: float
    history_days: int = 180
    activity_level: str = "moderate"
    drinking: float = 0.3
    """Share of evenings with alcohol, before weekends raise it."""
    training: float = 0.35
    """Share of days with a workout; half of them hard."""
    sport: str = "RUNNING"
    dinner_hour: float = 19.0
    response: float = 1.0
    """Scales every planted effect; 0 for a person in whom there is nothing to find."""
    cycle_days: int | None = None
    unlogged_weekends: bool = False
    logging: float = 0.95
    """Share of days with a food log at all."""
    glitches: bool = False
    resyncs: bool = False
    gaps: bool = False
    predictions_enabled: bool = True

    @property
    def user_id(self) -> str:
        return f"demo-{self.key}"

    @property
    def name(self) -> str:
        return f"Synthetic {self.key.capitalize()}"


COHORT: tuple[DemoPerson, ...] = (
    DemoPerson(
        "anna", "over a year with one ring, wine and some late dinners", "Europe/London", (OURA,),
        "FEMALE", date(1988, 5, 14), 64, 168, 2000, 58, 52, history_days=400, drinking=0.35,
    ),
    DemoPerson(
        "bruno", "trains hard, mostly in the evening", "America/New_York", (WHOOP,),
        "MALE", date(1992, 11, 2), 78, 182, 2800, 50, 78, training=0.6, drinking=0.2, activity_level="active",
    ),
    DemoPerson(
        "chitra", "half-hour time zone, eats early, never drinks", "Asia/Kolkata", (FITBIT,),
        "FEMALE", date(1979, 1, 23), 59, 160, 1800, 68, 34, drinking=0, sport="HIKING", dinner_hour=18.2,
    ),
    DemoPerson(
        "dan", "two devices at once, one of them SDNN, one of them date-stamped",
        "America/Los_Angeles", (GARMIN, APPLE),
        "MALE", date(1985, 8, 30), 88, 178, 2500, 62, 45, sport="CYCLING",
    ),
    DemoPerson(
        "emi", "changes between two devices that overlap, and resyncs double rows", "Asia/Tokyo",
        (OURA, Device("fitbit", rhr_offset_bpm=1.5, hrv_factor=0.9, worn=0.5)),
        "FEMALE", date(1995, 3, 9), 55, 163, 1850, 60, 60, resyncs=True,
    ),
    DemoPerson(
        "farid", "logs no food at weekends", "Europe/Berlin", (FITBIT,),
        "MALE", date(1983, 12, 5), 84, 180, 2400, 66, 38, unlogged_weekends=True, drinking=0.4,
    ),
    DemoPerson(
        "grace", "half-hour zone with summer time, and a menstrual cycle", "Australia/Adelaide", (GARMIN,),
        "FEMALE", date(1994, 6, 18), 61, 170, 2050, 59, 55, cycle_days=28, sport="SWIMMING",
    ),
    DemoPerson(
        "hugo", "a device with glitches: 255 ms, 0 bpm, kJ as kcal, NaN", "America/Sao_Paulo", (WHOOP,),
        "MALE", date(1990, 9, 27), 80, 176, 2500, 56, 62, glitches=True, sport="SOCCER",
    ),
    DemoPerson(
        "ines", "long gaps, and food on every other day", "Europe/Lisbon", (OURA,),
        "FEMALE", date(1975, 4, 1), 70, 165, 1900, 64, 36, gaps=True, logging=0.5,
    ),
    DemoPerson(
        "jonas", "SDNN only, and no time zone stored", None, (APPLE,),
        "MALE", date(1968, 10, 11), 92, 185, 2500, 67, 30, training=0.2, sport="WALKING",
    ),
    DemoPerson(
        "kofi", "no planted effect: whatever is found is false", "Africa/Accra", (OURA,),
        "MALE", date(1987, 2, 20), 75, 177, 2400, 61, 50, response=0,
    ),
    DemoPerson(
        "lena", "switched predictions off", "Pacific/Auckland", (FITBIT,),
        "FEMALE", date(1998, 7, 7), 66, 172, 2100, 63, 48, predictions_enabled=False,
    ),
    DemoPerson(
        "milo", "joined three days ago", "America/St_Johns", (OURA,),
        "MALE", date(2001, 1, 30), 71, 179, 2500, 57, 70, history_days=3,
    ),
)  # fmt: skip
