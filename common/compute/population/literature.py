"""Published effects of habits on the night after, as standardised differences, each with its source.

Figures are of the studies, halved where they compare extremes (a dose nobody drinks daily, a laboratory,
a marathon) or are published because they were large; the spread over people is wide, because studies
seldom tell it. Means of `EXPECTED_FROM` are large enough to show within a person's year and are
looked for first; the others are only what an effect is measured against. Of food, published effects of a
day are small: at most 0.2.
"""

from dataclasses import dataclass

EXPECTED_FROM = 0.25
"""Smallest published effect that a person's own year can show."""

_PIETILA = "Pietilä et al. 2018, JMIR Ment Health 5, e23, doi:10.2196/mental.9519"
_STRUVEN = "Strüven et al. 2025, Nutrients 17, 1470, doi:10.3390/nu17091470"
_ALCOHOL_SLEEP = "Gardiner et al. 2025, Sleep Med Rev 80, 102030, doi:10.1016/j.smrv.2024.102030"
_CAFFEINE = "Gardiner et al. 2023, Sleep Med Rev 69, 101764, doi:10.1016/j.smrv.2023.101764"
_LEOTA = "Leota et al. 2025, Nat Commun 16, doi:10.1038/s41467-025-58271-x"
_HYNYNEN = "Hynynen et al. 2010, Int J Sports Med 31, 428-432, doi:10.1055/s-0030-1249625"
_NUUTTILA = "Nuuttila et al. 2022, Int J Sports Physiol Perform 17, 1296-1303, doi:10.1123/ijspp.2022-0145"
_KREDLOW = "Kredlow et al. 2015, J Behav Med 38, 427-449, doi:10.1007/s10865-015-9617-6"
_FAUST = "Faust et al. 2020, npj Digit Med 3, 39, doi:10.1038/s41746-020-0250-6"
_BOURDILLON = "Bourdillon et al. 2021, Front Neurosci 15, 642548, doi:10.3389/fnins.2021.642548"
_GRIMALDI = "Grimaldi et al., Arterioscler Thromb Vasc Biol (39 adults, 7.5 weeks, last meal 3 h before bed)"
_DUAN = "Duan et al. 2021, Nat Sci Sleep 13, 601-612, doi:10.2147/NSS.S301113"
_ST_ONGE = "St-Onge et al. 2016, J Clin Sleep Med 12, 19-24, doi:10.5664/jcsm.5384"


@dataclass(frozen=True, slots=True)
class Published:
    """`mean` and `spread` of the standardised effect over people; what the `reference` says of it."""

    mean: float
    spread: float
    reference: str
    said: str


_DRINKS_HEART = "+1.4, +4.0, +8.7 bpm and RMSSD -2.0, -5.7, -12.9 ms in the first hours after few, some, many"
_TRAINING_HEART = "a moderate run: nocturnal heart rate 109 +- 6%, RMSSD 87 +- 10% of a rest day's"
_LATE_TRAINING = "hard training that ends within 4 h of sleep: later and shorter sleep, higher RHR, lower HRV"

PUBLISHED: dict[tuple[str, str], Published] = {
    ("alcohol_drinks", "rhr_bpm"): Published(0.5, 0.3, _PIETILA, _DRINKS_HEART),
    ("alcohol_drinks", "hrv_rmssd_ms"): Published(-0.5, 0.3, _PIETILA, _DRINKS_HEART),
    ("alcohol_drinks", "hrv_sdnn_ms"): Published(-0.4, 0.3, _PIETILA, _DRINKS_HEART),
    ("alcohol_drinks", "rem_minutes"): Published(-0.3, 0.25, _ALCOHOL_SLEEP, "less REM from two drinks on"),
    ("alcohol_drinks", "sleep_minutes"): Published(-0.1, 0.2, _ALCOHOL_SLEEP, "total sleep: not determined"),
    ("alcohol_drinks", "deep_minutes"): Published(0.0, 0.2, _STRUVEN, "sleep stages unchanged, RHR +3.0 bpm"),
    ("training_load", "rhr_bpm"): Published(0.4, 0.3, _HYNYNEN, _TRAINING_HEART),
    ("training_load", "hrv_rmssd_ms"): Published(-0.35, 0.3, _HYNYNEN, _TRAINING_HEART),
    ("hard_minutes", "rhr_bpm"): Published(0.35, 0.3, _NUUTTILA, "after a 3 km test: higher heart rate"),
    ("hard_minutes", "hrv_rmssd_ms"): Published(-0.3, 0.3, _NUUTTILA, "after a 3 km test: lower LnRMSSD"),
    ("evening_workout_minutes", "rhr_bpm"): Published(0.35, 0.3, _LEOTA, _LATE_TRAINING),
    ("evening_workout_minutes", "hrv_rmssd_ms"): Published(-0.3, 0.3, _LEOTA, _LATE_TRAINING),
    ("evening_workout_minutes", "sleep_minutes"): Published(-0.1, 0.2, _LEOTA, _LATE_TRAINING),
    ("training_load", "sleep_minutes"): Published(0.15, 0.15, _KREDLOW, "acute exercise: small gains"),
    ("training_load", "deep_minutes"): Published(0.15, 0.15, _KREDLOW, "acute exercise: small gains"),
    ("training_load", "sleep_efficiency_pct"): Published(0.15, 0.15, _KREDLOW, "acute exercise: small gains"),
    ("sleep_minutes", "rhr_bpm"): Published(-0.25, 0.25, _FAUST, "bedtime 30 min late: +0.18 bpm that night"),
    ("sleep_minutes", "hrv_rmssd_ms"): Published(0.25, 0.25, _BOURDILLON, "RMSSD falls with 3 h nights"),
    ("last_meal_hour", "rhr_bpm"): Published(0.3, 0.25, _GRIMALDI, "nocturnal heart rate 5% lower"),
    ("last_meal_hour", "sleep_efficiency_pct"): Published(0.0, 0.15, _DUAN, "no change of sleep stages"),
    ("last_meal_hour", "sleep_minutes"): Published(0.0, 0.15, _DUAN, "no change of sleep stages"),
    ("fiber_g", "deep_minutes"): Published(0.1, 0.1, _ST_ONGE, "more slow-wave sleep"),
    ("saturated_fat_g", "deep_minutes"): Published(-0.1, 0.1, _ST_ONGE, "less slow-wave sleep"),
    ("sugar_g", "sleep_efficiency_pct"): Published(-0.1, 0.1, _ST_ONGE, "sugar, more arousals"),
    ("caffeine_mg", "sleep_minutes"): Published(-0.45, 0.3, _CAFFEINE, "45 min less sleep"),
    ("caffeine_mg", "deep_minutes"): Published(-0.4, 0.3, _CAFFEINE, "11.4 min less deep sleep"),
    ("caffeine_mg", "sleep_efficiency_pct"): Published(-0.4, 0.3, _CAFFEINE, "efficiency 7% lower"),
}  # fmt: skip
