"""The tidy daily format: what is refused, what is never invented, and where each column lands."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from common.compute.series.rows import NUTRIENTS
from model_export.data.rows import to_person_rows
from model_export.data.tidy import TidyPerson, read_tidy

HEADER = (
    "dataset,user,date,rhr,steps,alcohol,calories_in,first_meal_h,last_meal_h,n_meal_entries,rhr_7day_garmin"
)


def write(tmp_path: Path, *lines: str, header: str = HEADER) -> Path:
    path = tmp_path / "people.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def one(tmp_path: Path, line: str) -> TidyPerson:
    return read_tidy(write(tmp_path, line)).people[0]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("oura,a,2024-13-01,60,,,,,,,", "date"),
        ("oura,a,2024-01-01,sixty,,,,,,,", "rhr"),
        ("oura,a,2024-01-01,nan,,,,,,,", "rhr"),
        ("oura,a,2024-01-01,60,-5,,,,,,", "steps"),
        ("oura,a,2024-01-01,60,,2,,,,,", "alcohol"),
        ("oura,a,2024-01-01,60,,,,25,,,", "first_meal_h"),
        ("oura,a/b,2024-01-01,60,,,,,,,", "user"),
        ("oura,a,2024-01-01,60", "cells"),
        ("oura,a,2024-01-02,61,,,,,,,", "twice"),
    ],
)
def test_a_bad_line_is_refused_by_its_number_and_the_rest_is_read(
    tmp_path: Path, line: str, word: str
) -> None:
    file = read_tidy(write(tmp_path, "oura,a,2024-01-02,60,,,,,,,", line, "oura,a,2024-01-03,62,,,,,,,"))
    assert [fault.line for fault in file.faults] == [3]
    assert word in file.faults[0].detail
    assert file.people[0].days == [date(2024, 1, 2), date(2024, 1, 3)]


def test_a_file_without_the_key_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no column user"):
        read_tidy(write(tmp_path, header="dataset,date,rhr"))


def test_a_blank_cell_writes_no_row(tmp_path: Path) -> None:
    rows = to_person_rows(one(tmp_path, "oura,a,2024-01-01,60,,,,,,,55"))
    assert rows.readings.metric == ["RESTING_HEART_RATE"]
    assert not rows.meals.name
    assert not rows.workouts.kind


def test_a_seven_day_average_is_not_a_target(tmp_path: Path) -> None:
    file = read_tidy(write(tmp_path, "oura,a,2024-01-01,,,,,,,,55"))
    assert file.left_out == ["rhr_7day_garmin"]
    assert not to_person_rows(file.people[0]).readings.metric


def test_alcohol_is_a_meal_and_its_absence_is_nothing(tmp_path: Path) -> None:
    drank = to_person_rows(one(tmp_path, "oura,a,2024-01-01,,,1,,,,,"))
    sober = to_person_rows(one(tmp_path, "oura,a,2024-01-01,,,0,,,,,"))
    assert drank.meals.name == ["alcoholic drink"]
    assert not sober.meals.name


def test_food_is_split_between_the_first_and_last_meal_and_adds_up(tmp_path: Path) -> None:
    meals = to_person_rows(one(tmp_path, "oura,a,2024-01-01,,,,1800,8.5,20,3,")).meals
    assert meals.nutrients[:, NUTRIENTS.index("calories")].tolist() == [600, 600, 600]
    assert np.isnan(meals.nutrients[:, NUTRIENTS.index("fiber")]).all()
    assert [str(at)[11:16] for at in meals.at] == ["08:30", "14:15", "20:00"]


@pytest.mark.parametrize("zone", ["UTC", "Atlantic/Cape_Verde", "Asia/Bangkok", "America/New_York"])
def test_no_row_falls_on_the_utc_midnight_that_means_a_date_stamp(tmp_path: Path, zone: str) -> None:
    line = "oura,a,2024-07-01,60,9000,1,1800,8,20,3,"
    rows = to_person_rows(one(tmp_path, line), zone)
    for at in (rows.readings.at, rows.meals.at):
        assert not (at == at.astype("datetime64[D]")).any()


def test_days_move_together_so_that_the_last_falls_on_the_day_asked_for(tmp_path: Path) -> None:
    person = read_tidy(write(tmp_path, "oura,a,2024-01-01,60,,,,,,,", "oura,a,2024-01-09,61,,,,,,,")).people[
        0
    ]
    moved = person.until(date(2026, 3, 10))
    assert moved.days == [date(2026, 3, 2), date(2026, 3, 10)]
    assert moved.values == person.values


def test_the_device_is_told_by_the_name_of_the_set(tmp_path: Path) -> None:
    for dataset, source in (("lifesnaps", "fitbit"), ("whoop_ald0405", "whoop"), ("my_diary", "manual")):
        assert one(tmp_path, f"{dataset},a,2024-01-01,60,,,,,,,").source == source
