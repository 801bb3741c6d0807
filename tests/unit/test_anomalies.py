"""Nights unlike a person's own: told when they are, and hardly ever when they are not."""

import os
from pathlib import Path

import numpy as np
import pytest

from common.compute.anomalies import WATCHED, Unusual, find_unusual, forest_rows, is_unusual, score_nights
from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNEL_INDEX
from tests.benchmarks.insights_nights import measure_real_people
from tests.unit.insight_samples import LAST, rate_nights, series_of
from tests.unit.made_nights import (
    JUDGED,
    MEASURED,
    NIGHTS,
    TOLD_BY,
    Flags,
    count_episodes,
    make_ill,
    make_nights,
    series_with,
)

PEOPLE = 40
RESEMBLANCES = (0.2, 0.5, 0.86)


def flags(series: DailySeries, *, forest: bool = True) -> Flags:
    scores = [score_nights(series, watched) for watched in WATCHED]
    rarity = rate_nights(forest_rows(series, scores)) if forest else np.zeros(len(series.days))
    return is_unusual(scores, rarity)


def find(series: DailySeries) -> Unusual | None:
    return find_unusual(series, rate_nights)


@pytest.mark.parametrize("measured", MEASURED)
def test_normal_people_are_told_at_most_once_in_sixty_nights_and_the_ill_are_told(measured: str) -> None:
    often = told = 0
    for resemblance in RESEMBLANCES:
        for seed in range(PEOPLE):
            nights = make_nights(seed, resemblance)
            often += count_episodes(flags(series_with(nights, measured))[JUDGED]) > 1
            told += bool(flags(series_with(make_ill(nights), measured))[TOLD_BY].any())
    assert told >= 0.8 * len(RESEMBLANCES) * PEOPLE
    assert often <= 0.05 * len(RESEMBLANCES) * PEOPLE


def test_the_forest_tells_mild_illness_in_several_measures_and_adds_no_false_alarm() -> None:
    told, often = np.zeros(2), np.zeros(2)
    for seed in range(PEOPLE):
        nights = make_nights(seed, 0.5)
        quiet = series_with(nights, "five")
        ill = series_with(make_ill(nights, rhr_sds=1.6, others_sds=1.6), "five")
        for forest in (False, True):
            often[int(forest)] += count_episodes(flags(quiet, forest=forest)[JUDGED]) > 1
            told[int(forest)] += flags(ill, forest=forest)[TOLD_BY].any()
    assert told[1] >= told[0] + 0.05 * PEOPLE
    assert often[1] <= often[0]


def test_the_last_night_alone_is_judged_as_it_is_among_all() -> None:
    for seed in range(6):
        series = series_with(make_ill(make_nights(seed, 0.5), others_sds=1.0), "five")
        for nights in (121, 122, 123, 130):
            cut = series_with(
                {n: v[:nights] for n, v in make_ill(make_nights(seed, 0.5), others_sds=1.0).items()}, "five"
            )
            assert (find(cut) is not None) == flags(series)[nights - 1]


def test_one_glitch_is_no_unusual_night() -> None:
    nights = make_nights(1, 0.3)
    quiet = flags(series_with(nights, "two"))
    nights["rhr_bpm"][130] = 110.0
    after = flags(series_with(nights, "two"))
    assert not quiet[130:133].any()
    assert not after[130:133].any()


def test_another_device_that_reads_higher_is_judged_by_its_own_nights_alone() -> None:
    rhr = make_nights(2, 0.3)["rhr_bpm"]
    rhr[120:] += 8
    alone = np.where(np.arange(NIGHTS) < 120, np.nan, rhr)
    for nights in range(121, NIGHTS + 1):
        cut, own = (series_of(days=nights, rhr_bpm=values[:nights]) for values in (rhr, alone))
        cut.source_codes[CHANNEL_INDEX["rhr_bpm"], 120:] = 1
        assert find(cut) == find(own)
        assert nights >= 141 or find(cut) is None


def test_figures_are_those_of_the_nights_themselves() -> None:
    nights = make_nights(3, 0.2)
    rhr = nights["rhr_bpm"]
    rhr[-3:] = [70.0, 71.0, 73.0]
    unusual = find(series_with(nights, "two"))
    assert unusual is not None
    assert unusual.night == LAST
    driver = unusual.drivers[0]
    assert (driver.metric, driver.level, driver.long) == ("rhr", 71.0, False)
    assert driver.usual == pytest.approx(float(np.median(rhr[-60:-4])))


def test_what_drove_a_rare_night_is_named_the_strongest_first() -> None:
    nights = make_ill(make_nights(8, 0.2), rhr_sds=2.2, others_sds=2.4)
    cut = {name: values[:123] for name, values in nights.items()}
    unusual = find(series_with(cut, "five"))
    assert unusual is not None
    named = [driver.metric for driver in unusual.drivers]
    assert {"rhr", "hrv_rmssd", "skin_temperature"} <= set(named)
    scores = [driver.score for driver in unusual.drivers]
    assert scores == sorted(scores, reverse=True)


def test_a_long_large_deviation_is_told_as_such_and_a_short_one_is_not() -> None:
    rhr = make_nights(4, 0.2)["rhr_bpm"]
    for nights, long in ((3, False), (6, True)):
        values = rhr.copy()
        values[-nights:] = 76.0
        unusual = find(series_of(days=NIGHTS, rhr_bpm=values))
        assert unusual is not None
        assert (unusual.long, unusual.drivers[0].nights) == (long, nights)


def test_better_nights_are_not_unusual() -> None:
    nights = make_nights(5, 0.2)
    nights["rhr_bpm"][-4:] -= 9
    nights["hrv_rmssd_ms"][-4:] *= 1.6
    assert find(series_with(nights, "five")) is None


def test_short_sleep_alone_is_not_unusual() -> None:
    nights = make_nights(5, 0.2)
    nights["sleep_minutes"][-4:] = 200.0
    assert find(series_with(nights, "five")) is None


def test_three_weeks_of_nights_come_before_any_judgement() -> None:
    rhr = np.full(24, 58.0)
    rhr[-3:] = 75.0
    assert find(series_of(days=24, rhr_bpm=rhr)) is None


def test_a_night_that_was_not_measured_is_not_judged() -> None:
    rhr = make_nights(6, 0.2)["rhr_bpm"]
    rhr[-6:-1] = 76.0
    rhr[-1] = np.nan
    assert find(series_of(days=NIGHTS, rhr_bpm=rhr)) is None


def test_a_night_missed_in_between_does_not_hide_the_others() -> None:
    rhr = make_nights(6, 0.2)["rhr_bpm"]
    rhr[-3:] = [72.0, np.nan, 73.0]
    assert find(series_of(days=NIGHTS, rhr_bpm=rhr)) is not None


def test_later_nights_change_no_earlier_judgement() -> None:
    nights = make_ill(make_nights(7, 0.4), others_sds=1.0)
    whole = flags(series_with(nights, "five"))
    cut = {name: values[:124] for name, values in nights.items()}
    assert whole[TOLD_BY].any()
    np.testing.assert_array_equal(flags(series_with(cut, "five")), whole[:124])


@pytest.mark.skipif("NUTRI_DATA_DIR" not in os.environ, reason="NUTRI_DATA_DIR names no shared data")
def test_illness_planted_into_real_nights_is_told_in_people_no_threshold_was_chosen_on() -> None:
    tally = measure_real_people(Path(os.environ["NUTRI_DATA_DIR"]), "reporting", 4)[WATCHED[0].watch.alone]
    assert tally.planted >= 60
    assert tally.told >= 0.8 * tally.planted
    assert tally.episodes <= 1.1 * tally.sixties


def test_hrv_that_settled_at_a_new_level_is_told_for_a_few_nights_only() -> None:
    nights = make_nights(6, 0.5)
    told = 0
    for since in range(1, 15):
        values = nights["hrv_rmssd_ms"].copy()
        values[-since:] *= 0.5
        told += find(series_of(days=NIGHTS, hrv_rmssd_ms=values)) is not None
    assert 1 <= told <= 4
