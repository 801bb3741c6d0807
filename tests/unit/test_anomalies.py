"""Nights unlike a person's own: told when they are, and hardly ever when they are not."""

import numpy as np
import pytest

from common.compute.anomalies import MEASURES, find_unusual, is_unusual, score_nights
from common.compute.channels import CHANNEL_INDEX
from common.compute.person import Floats
from common.compute.series import DailySeries
from tests.unit.insight_samples import LAST, series_of

NIGHTS, ILL = 150, slice(120, 123)
PEOPLE = 60


def draw_nights(rng: np.random.Generator, resemblance: float, nights: int = NIGHTS) -> Floats:
    """Standard-normal nights, each correlated so much with the one before."""
    steps = rng.standard_normal(nights + 50)
    values = np.zeros(nights + 50)
    for night in range(1, nights + 50):
        values[night] = resemblance * values[night - 1] + np.sqrt(1 - resemblance**2) * steps[night]
    return values[50:]


def flags(series: DailySeries) -> list[bool]:
    return [bool(flag) for flag in is_unusual([score_nights(series, measure) for measure in MEASURES])]


def episodes(unusual: list[bool]) -> int:
    """Runs that lie further apart than one insight lasts."""
    nights = np.flatnonzero(unusual)
    return int((np.diff(nights, prepend=-99) > 30).sum())


def make_nights(seed: int, resemblance: float) -> tuple[Floats, Floats]:
    rng = np.random.default_rng([seed, int(100 * resemblance)])
    strain = draw_nights(rng, resemblance)
    calm = -0.5 * strain + np.sqrt(0.75) * draw_nights(rng, min(resemblance, 0.4))
    return 58 + 2.5 * strain, 50 * np.exp(0.15 * calm)


def test_normal_people_are_told_at_most_once_in_sixty_nights_and_the_ill_are_told() -> None:
    often = told = 0
    for resemblance in (0.2, 0.5, 0.86):
        for seed in range(PEOPLE):
            rhr, hrv = make_nights(seed, resemblance)
            often += episodes(flags(series_of(days=NIGHTS, rhr_bpm=rhr, hrv_rmssd_ms=hrv))[90:]) > 1
            rhr[ILL] += 2.5 * 2.5
            told += any(flags(series_of(days=NIGHTS, rhr_bpm=rhr, hrv_rmssd_ms=hrv))[ILL.start + 1 : 124])
    assert often <= 0.05 * 3 * PEOPLE
    assert told >= 0.8 * 3 * PEOPLE


def test_one_glitch_is_no_unusual_night() -> None:
    rhr, hrv = make_nights(1, 0.3)
    quiet = flags(series_of(days=NIGHTS, rhr_bpm=rhr, hrv_rmssd_ms=hrv))
    rhr[130] = 110.0
    after = flags(series_of(days=NIGHTS, rhr_bpm=rhr, hrv_rmssd_ms=hrv))
    assert after[130:133] == quiet[130:133] == [False] * 3


def test_another_device_that_reads_higher_is_no_unusual_night() -> None:
    rhr, _ = make_nights(2, 0.3)
    rhr[120:] += 8
    series = series_of(days=NIGHTS, rhr_bpm=rhr)
    series.source_codes[CHANNEL_INDEX["rhr_bpm"], 120:] = 1
    assert find_unusual(series) is None
    for nights in range(121, NIGHTS):
        cut = series_of(days=nights, rhr_bpm=rhr[:nights])
        cut.source_codes[CHANNEL_INDEX["rhr_bpm"], 120:] = 1
        assert find_unusual(cut) is None


def test_figures_are_those_of_the_nights_themselves() -> None:
    rhr, hrv = make_nights(3, 0.2)
    rhr[-3:] = [70.0, 71.0, 73.0]
    unusual = find_unusual(series_of(days=NIGHTS, rhr_bpm=rhr, hrv_rmssd_ms=hrv))
    assert unusual is not None
    assert unusual.night == LAST
    driver = unusual.drivers[0]
    assert (driver.metric, driver.level, driver.long) == ("rhr", 71.0, False)
    assert driver.usual == pytest.approx(float(np.median(rhr[-60:-4])))


def test_a_long_large_deviation_is_told_as_such_and_a_short_one_is_not() -> None:
    rhr, _ = make_nights(4, 0.2)
    for nights, long in ((3, False), (6, True)):
        values = rhr.copy()
        values[-nights:] = 76.0
        unusual = find_unusual(series_of(days=NIGHTS, rhr_bpm=values))
        assert unusual is not None
        assert (unusual.long, unusual.drivers[0].nights) == (long, nights)


def test_better_nights_are_not_unusual() -> None:
    rhr, hrv = make_nights(5, 0.2)
    rhr[-4:] -= 9
    hrv[-4:] *= 1.6
    assert find_unusual(series_of(days=NIGHTS, rhr_bpm=rhr, hrv_rmssd_ms=hrv)) is None


def test_three_weeks_of_nights_come_before_any_judgement() -> None:
    rhr = np.full(24, 58.0)
    rhr[-3:] = 75.0
    assert find_unusual(series_of(days=24, rhr_bpm=rhr)) is None


def test_a_night_that_was_not_measured_is_not_judged() -> None:
    rhr, _ = make_nights(6, 0.2)
    rhr[-6:-1] = 76.0
    rhr[-1] = np.nan
    assert find_unusual(series_of(days=NIGHTS, rhr_bpm=rhr)) is None


def test_later_nights_change_no_earlier_judgement() -> None:
    rhr, hrv = make_nights(7, 0.4)
    whole = flags(series_of(days=NIGHTS, rhr_bpm=rhr, hrv_rmssd_ms=hrv))
    part = flags(series_of(days=100, rhr_bpm=rhr[:100], hrv_rmssd_ms=hrv[:100]))
    assert part == whole[:100]
