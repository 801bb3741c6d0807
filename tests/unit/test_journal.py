"""What a person says of a day: understood, told again, and the numbers that days get from it."""

from datetime import date

import numpy as np
import pytest

from common.compute.correlations.pairs import confounders_of
from common.compute.correlations.quantities import CONFOUNDERS, SAID_CONFOUNDERS
from common.compute.features import CATALOGUE, build_features
from common.compute.journal import VOCABULARY, Kind, Said, Unfit, format_answer, understand
from common.compute.series.build import build_series, complete_only
from common.compute.series.calendar import AsOf, day_bounds_utc, resolve_zone
from common.compute.series.channels import CHANNELS
from common.compute.series.rows import Journal, PersonRows, Profile
from tests.people import meals_of

FIRST, LAST = date(2025, 3, 1), date(2025, 3, 10)
NAN = float("nan")


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        ("drinks", 0, Said(Kind.NUMBER, 0.0)),
        ("illness", True, Said(Kind.YES_NO, 1.0)),
        ("caffeine_last_hour", "15:30", Said(Kind.HOUR, 15.5)),
        ("caffeine_last_hour", 15.5, Said(Kind.HOUR, 15.5)),
        ("habit:cold_shower", False, Said(Kind.YES_NO, 0.0)),
        ("habit:pages_read", 12, Said(Kind.NUMBER, 12.0)),
        ("habit:lights_out", "25:15", Said(Kind.HOUR, 25.25)),
    ],
)
def test_an_answer_is_understood_and_told_again(name: str, answer: bool | float | str, said: Said) -> None:
    assert understand(name, answer) == said
    assert understand(name, format_answer(said.kind, said.value)) == said


@pytest.mark.parametrize(
    ("name", "answer", "code"),
    [
        ("drink", 1, "unknown_entry"),
        ("habit:Cold shower", True, "unknown_entry"),
        ("drinks", True, "wrong_kind"),
        ("illness", 1, "wrong_kind"),
        ("stress", 11, "out_of_bounds"),
        ("drinks", -1, "out_of_bounds"),
        ("drinks", float("inf"), "out_of_bounds"),
        ("caffeine_last_hour", "half past three", "not_an_hour"),
        ("caffeine_last_hour", "31:00", "not_an_hour"),
        ("stress", "3", "not_an_hour"),
    ],
)
def test_an_answer_to_another_question_is_refused(name: str, answer: bool | float | str, code: str) -> None:
    with pytest.raises(Unfit) as refused:
        understand(name, answer)
    assert refused.value.code == code


def test_everything_but_drinks_is_a_channel_and_a_feature() -> None:
    names = set(VOCABULARY) - {"drinks"}
    assert names <= set(CHANNELS)
    assert names <= set(CATALOGUE)


def test_what_was_said_holds_and_what_was_not_asked_is_unknown() -> None:
    journal = _journal(
        (1, "drinks", 0), (2, "drinks", 3), (3, "drinks", 2), (3, "illness", 1), (4, "habit:sauna", 0)
    )
    meals = meals_of(
        ("2025-03-02T20:00", "Beer", {"calories": 150}),
        ("2025-03-03T12:00", "Soup", {"calories": 300}),
        ("2025-03-05T20:00", "Beer", {"calories": 150}),
    )
    as_of = AsOf(LAST, day_bounds_utc(resolve_zone("UTC")[0], LAST)[1], open=False)
    series = complete_only(
        build_series(PersonRows(Profile("p", "UTC"), meals=meals, journal=journal), FIRST, LAST, as_of)
    )
    assert series["alcohol_drinks"][:5] == pytest.approx([0, 3, 2, NAN, 1], nan_ok=True)
    assert series["alcohol_g"][:5] == pytest.approx([0, 30, 20, NAN, 13.02], nan_ok=True, abs=0.01)
    assert series["illness"][1:4] == pytest.approx([NAN, 1, NAN], nan_ok=True)
    assert series.habits["habit:sauna"][2:5] == pytest.approx([NAN, 0, NAN], nan_ok=True)
    assert list(series.habits) == ["habit:sauna"]
    table = build_features(series)
    assert table.values[table.names.index("alcohol_standard_drinks_daily"), 0] == 0


def test_who_says_they_drank_is_not_counted_as_sober_for_want_of_a_drink_in_the_log() -> None:
    meals = meals_of(
        *(
            (f"2025-03-0{day}T{hour}:00", "Stew", {"calories": 900.0})
            for day in (1, 2, 3)
            for hour in ("08", "13", "19")
        ),
        ("2025-03-03T20:00", "Beer", {"calories": 150}),
    )
    journal = _journal((1, "alcohol", 1), (2, "alcohol", 0), (2, "drinks", 0), (3, "alcohol", 1))
    as_of = AsOf(LAST, day_bounds_utc(resolve_zone("UTC")[0], LAST)[1], open=False)
    rows = PersonRows(Profile("p", "UTC"), meals=meals, journal=journal)
    series = build_series(rows, FIRST, LAST, as_of)
    assert series["food_log_complete"][:3].tolist() == [1, 1, 1]
    assert series["alcohol_drinks"][:3] == pytest.approx([NAN, 0, 1], nan_ok=True)
    assert series["alcohol"][:4] == pytest.approx([1, 0, 1, NAN], nan_ok=True)


def test_alcohol_by_day_and_by_drink_are_one_thing() -> None:
    names = (*CONFOUNDERS, *SAID_CONFOUNDERS)
    for one, other in (("alcohol", "alcohol_drinks"), ("alcohol_drinks", "alcohol")):
        assert not confounders_of(one, "rhr_bpm")[names.index(other)]
    assert all(
        confounders_of("late_meal", "rhr_bpm")[names.index(name)] for name in ("alcohol", "alcohol_drinks")
    )


def test_a_past_day_knows_no_later_answer() -> None:
    journal = _journal((1, "stress", 4), (6, "stress", 9))
    as_of = AsOf(date(2025, 3, 3), day_bounds_utc(resolve_zone("UTC")[0], date(2025, 3, 3))[1], open=False)
    series = build_series(PersonRows(Profile("p", "UTC"), journal=journal), FIRST, LAST, as_of)
    assert series["stress"][0] == 4
    assert np.isnan(series["stress"][1:]).all()


def _journal(*said: tuple[int, str, float]) -> Journal:
    days = np.array([date(2025, 3, day) for day, _, _ in said], "datetime64[D]")
    return Journal(days, [name for _, name, _ in said], np.array([value for _, _, value in said], float))
