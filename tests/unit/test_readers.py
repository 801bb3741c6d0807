"""Exports of every maker, read and joined: the same invented days come out of each."""

import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import InvalidInput
from functions.local.data.exports import read_exports
from functions.local.data.readers.clocks import (
    find_order,
    read_date,
    read_instant,
    read_offset,
    read_wall_clock,
)
from functions.local.data.readers.join import Joined, choose_zone, join
from functions.local.data.readers.tables import number
from tests.fixtures import exports
from tests.fixtures.exports import DAYS, ZONE, archive, asleep_of, hrv_of, rhr_of, steps_of

NEW_YORK = str(ZONE)


def read(folder: Path, *inputs: Mapping[str, bytes] | bytes, zone: str = NEW_YORK) -> Joined:
    paths = []
    for i, one in enumerate(inputs):
        path = folder / f"{i}"
        if isinstance(one, bytes):
            path.write_bytes(one)
        else:
            archive(path, one)
        paths.append(path)
    return join(read_exports(paths)[0], "me", zone)


def by_day(joined: Joined, metric: str) -> dict[date, float]:
    """Of each local day as the service labels it: a night's before 15:00, a day's as it is. Naps are left
    out."""
    readings = joined.rows.readings
    found: dict[date, float] = {}
    for at, kind, value in zip(readings.at.tolist(), readings.metric, readings.value.tolist(), strict=True):
        if kind == metric and not (kind == SLEEP and value < 120):
            local = at.replace(tzinfo=UTC).astimezone(ZONE)
            late = kind not in DAY_METRICS and local.hour >= 15
            found[local.date() + timedelta(days=late)] = value
    return found


Truth = Callable[[date], float]
RHR, RMSSD, SDNN = "RESTING_HEART_RATE", "HEART_RATE_VARIABILITY_RMSSD", "HEART_RATE_VARIABILITY_SDNN"
SLEEP, STEPS = "SLEEP_DURATION", "STEPS"
DAY_METRICS = {"STEPS", "TOTAL_CALORIES", "STRAIN_SCORE", "ACTIVE_CALORIES"}

CASES: dict[str, tuple[Mapping[str, bytes] | bytes, dict[str, Truth]]] = {
    "whoop": (exports.whoop_members(), {RHR: rhr_of, RMSSD: hrv_of, SLEEP: asleep_of}),
    "whoop after a spreadsheet": (
        exports.whoop_members("%-m/%-d/%Y %-H:%M"),
        {RHR: rhr_of, RMSSD: hrv_of, SLEEP: asleep_of},
    ),
    "oura v2": (exports.oura_v2_members(), {RHR: rhr_of, RMSSD: hrv_of, SLEEP: asleep_of, STEPS: steps_of}),
    "oura account": (exports.oura_account_csv(), {RHR: rhr_of, RMSSD: hrv_of, SLEEP: asleep_of}),
    "oura account with semicolons": (exports.oura_account_csv(";"), {RHR: rhr_of, RMSSD: hrv_of}),
    "oura v1": (exports.oura_v1_members(), {RHR: rhr_of, RMSSD: hrv_of, SLEEP: asleep_of}),
    "apple": (
        {
            "apple_health_export/export.xml": exports.apple_xml(),
            "apple_health_export/export_cda.xml": b"<ClinicalDocument/>",
        },
        {RHR: rhr_of, SDNN: hrv_of, SLEEP: asleep_of, STEPS: steps_of},
    ),
    "apple exported in summer": (
        {"apple_health_export/Exportieren.xml": exports.apple_xml(exported_offset="+0900")},
        {RHR: rhr_of, SDNN: hrv_of, SLEEP: asleep_of, STEPS: steps_of},
    ),
    "apple without a declaration": (exports.apple_xml(declaration=""), {RHR: rhr_of, SLEEP: asleep_of}),
    "fitbit": (exports.fitbit_members(), {RHR: rhr_of, RMSSD: hrv_of, SLEEP: asleep_of}),
    "garmin archive": (exports.garmin_members(), {RHR: rhr_of, SLEEP: asleep_of, STEPS: steps_of}),
    "garmin api": (exports.garmin_api_members(), {RHR: rhr_of, RMSSD: hrv_of, STEPS: steps_of}),
    "zepp": (exports.zepp_members(), {SLEEP: asleep_of, STEPS: steps_of}),
    "samsung": (exports.samsung_members(), {SLEEP: asleep_of, STEPS: steps_of}),
}


@pytest.mark.parametrize("name", CASES)
def test_every_maker_s_days_are_found_on_their_days(name: str, tmp_path: Path) -> None:
    given_, truths = CASES[name]
    joined = read(tmp_path, given_)
    for metric, truth in truths.items():
        found = by_day(joined, metric)
        assert found == pytest.approx({day: truth(day) for day in DAYS}, abs=0.51), metric


@pytest.mark.parametrize("header", exports.TRENDS_VINTAGES)
def test_trends_of_every_vintage_are_read_and_a_score_is_no_heart_rate(
    header: tuple[str, ...], tmp_path: Path
) -> None:
    joined = read(tmp_path, exports.oura_trends_csv(header))
    for metric, truth in ((RHR, rhr_of), (RMSSD, hrv_of), (SLEEP, asleep_of)):
        assert by_day(joined, metric) == pytest.approx({day: truth(day) for day in DAYS[:-1]})


def test_recoveries_take_the_day_of_their_sleep_and_not_while_calibrating(tmp_path: Path) -> None:
    joined = read(tmp_path, exports.whoop_api_members())
    assert by_day(joined, RHR) == {day: rhr_of(day) for day in DAYS[1:]}
    assert by_day(joined, SLEEP) == {day: asleep_of(day) for day in DAYS}


def test_half_of_fitbit_s_steps_of_the_evening_are_of_the_local_day(tmp_path: Path) -> None:
    joined = read(tmp_path, exports.fitbit_members())
    assert by_day(joined, STEPS) == {day: 2 * (steps_of(day) // 2) for day in DAYS}
    assert 99 not in by_day(joined, RHR).values(), "a sleep score's is the day before's"


def test_a_journal_s_answer_is_of_the_day_before_its_night(tmp_path: Path) -> None:
    joined = read(tmp_path, exports.whoop_members())
    drank = {day: value for (day, name), value in joined.entries.items() if name == "alcohol"}
    assert drank == {day - timedelta(days=1): day.toordinal() % 3 == 0 for day in DAYS}
    assert {name for _, name in joined.entries} == {"alcohol", "caffeine"}, "no sensitive question is taken"


def test_strain_is_of_the_day_after_the_night(tmp_path: Path) -> None:
    joined = read(tmp_path, exports.whoop_members())
    assert by_day(joined, "STRAIN_SCORE") == dict.fromkeys(DAYS[:-1], 12.5), "the running cycle has none yet"


def test_naps_are_sleeps_of_their_own_and_bring_no_heart_rate(tmp_path: Path) -> None:
    readings = read(tmp_path, exports.oura_v2_members()).rows.readings
    lengths = [
        value for metric, value in zip(readings.metric, readings.value, strict=True) if metric == SLEEP
    ]
    assert sorted(lengths)[: len(DAYS)] == [35.0] * len(DAYS)
    assert len(lengths) == 2 * len(DAYS)
    assert 75.0 not in readings.value[np.array(readings.metric) == RHR]


def test_apple_s_nights_are_medians_of_the_sleep_and_phone_and_watch_are_not_added(tmp_path: Path) -> None:
    joined = read(tmp_path, exports.apple_xml())
    assert 150 not in by_day(joined, SDNN).values()
    meals = joined.rows.meals
    assert len(meals.name) == len(DAYS)
    assert meals.nutrients[0][:2] == pytest.approx([800.0, 40.0])
    drinks = {day: value for (day, name), value in joined.entries.items() if name == "drinks"}
    assert drinks == {day: float(day.toordinal() % 2) for day in DAYS}, "none is said as well as some"
    (run,) = joined.rows.workouts.kind
    assert run == "RUNNING"


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE HealthData [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>\n',
        '<!DOCTYPE HealthData [<!ENTITY f SYSTEM "file:///etc/passwd">]>\n',
        "<!DOCTYPE HealthData [\n<!ATTLIST Record\n  type CDATA #REQUIRED\n  <!-- never closed -->\n]>\n",
    ],
)
def test_no_declaration_is_believed(declaration: str, tmp_path: Path) -> None:
    plain = by_day(read(tmp_path, exports.apple_xml()), RHR)
    assert by_day(read(tmp_path, exports.apple_xml(declaration)), RHR) == plain
    entity = exports.apple_xml(declaration).replace(b'locale="en_US"', b'locale="&f;"')
    with pytest.raises(InvalidInput, match="damaged"):
        read(tmp_path, entity)


def test_servings_are_meals_at_their_time_and_the_summary_says_what_was_drunk(tmp_path: Path) -> None:
    joined = read(tmp_path, exports.cronometer_members())
    meals = joined.rows.meals
    assert len(meals.name) == 2 * len(DAYS)
    assert meals.name[:2] == ["Oats, 1.00 cup", "Lasagne, 400 g"]
    assert str(meals.at[0]) == "2026-03-05T13:10:00.000"
    drinks = {day: value for (day, name), value in joined.entries.items() if name == "drinks"}
    assert drinks == {day: 1.4 if day.toordinal() % 2 else 0.0 for day in DAYS}
    assert joined.rows.profile.weight_kg == pytest.approx(70.0, abs=0.1)


def test_a_summary_alone_is_spread_over_the_day(tmp_path: Path) -> None:
    joined = read(tmp_path, exports.cronometer_members()["dailysummary.csv"])
    assert joined.rows.meals.nutrients[:, 0].sum() == pytest.approx(1200 * len(DAYS))


@pytest.mark.parametrize("written", ["%Y-%m-%d", "%d.%m.%Y"])
def test_myfitnesspal_s_meals_are_found(written: str, tmp_path: Path) -> None:
    days = exports.myfitnesspal_csv(written)
    assert read(tmp_path, days).rows.meals.nutrients[:, 0].sum() == 1300 * len(DAYS)


def test_habits_are_yes_no_or_a_number_and_a_skip_is_no_answer(tmp_path: Path) -> None:
    entries = read(tmp_path, exports.loop_members()).entries
    assert {day: value for (day, name), value in entries.items() if name == "alcohol"} == {
        day: day.toordinal() % 3 == 0 for day in DAYS
    }
    assert {value for (_, name), value in entries.items() if name == "miles_walked"} == {1.5}
    assert "read_a_book" not in {name for _, name in entries}


def test_doses_add_up_and_the_last_one_has_its_hour(tmp_path: Path) -> None:
    entries = read(tmp_path, exports.doses_csv()).entries
    assert (entries[DAYS[0], "caffeine_mg"], entries[DAYS[0], "caffeine_last_hour"]) == (300.0, 15.0)
    assert entries[DAYS[1], "caffeine_mg"] == 200.0
    assert {name for _, name in entries} == {"caffeine_mg", "caffeine_last_hour"}


def test_several_exports_are_one_person_and_twice_the_same_is_once(tmp_path: Path) -> None:
    parts = exports.oura_v2_members(), exports.cronometer_members(), exports.whoop_members()
    joined = read(tmp_path, *parts)
    again = read(tmp_path, *parts, exports.oura_v2_members())
    assert set(joined.rows.readings.source) == {"oura", "whoop"}
    assert len(again.rows.readings.value) == len(joined.rows.readings.value)
    assert (DAYS[0], "caffeine") in joined.entries
    assert len(joined.rows.meals.name) == 2 * len(DAYS)


def test_of_two_exports_the_one_that_reaches_further_holds(tmp_path: Path) -> None:
    older = exports.oura_v2_records()[:9]
    for record in older:
        record["average_hrv"] = 11
    files = json.dumps({"data": exports.oura_v2_records()}).encode(), json.dumps({"data": older}).encode()
    for order in (files, files[::-1]):
        assert by_day(read(tmp_path, *order), RMSSD) == {day: hrv_of(day) for day in DAYS}


def test_the_zone_is_asked_stored_stated_or_guessed_in_that_order(tmp_path: Path) -> None:
    (tmp_path / "whoop").write_bytes(exports.zipped(exports.whoop_members()))
    found, _ = read_exports([tmp_path / "whoop"])
    assert choose_zone("Asia/Tokyo", "Europe/Paris", found).name == "Asia/Tokyo"
    assert choose_zone(None, "Europe/Paris", found).name == "Europe/Paris"
    assert choose_zone(None, None, found).name in {"Etc/GMT+5", "Etc/GMT+4"}
    assert choose_zone(None, None, []).name == "UTC"


def test_an_ambiguous_order_of_day_and_month_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="day first or month first"):
        read(tmp_path, b"\n".join(exports.oura_trends_csv(written="%d/%m/%Y").splitlines()[:8]))


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "no export of a known kind"),
        (b"a,b\n1,2\n", "no export of a known kind"),
        (b"%PDF-1.7 nothing", "no export of a known kind"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (b"Day,Food Name,Amount\n", "no day"),
        (b"Day,Food Name,Amount\n\xff\xfe\xfa,x,y\n", "cannot be read|UTF-8"),
        (b'{"records": [{"score": {"hrv_rmssd_milli": ', "cannot be read"),
    ],
)
def test_what_is_no_export_is_refused_in_words(content: bytes, match: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=match):
        read(tmp_path, content)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("export.xml", "w") as member:
        for _ in range(80):
            member.write(bytes(1 << 20))
    with pytest.raises(InvalidInput, match="would unpack"):
        read_exports([bomb])


@pytest.mark.parametrize("name", CASES)
def test_a_cut_file_is_refused_or_read_without_inventing(name: str, tmp_path: Path) -> None:
    given_, truths = CASES[name]
    if not isinstance(given_, bytes):
        given_ = {member: content[: len(content) * 2 // 3] for member, content in given_.items()}
    else:
        given_ = given_[: len(given_) * 2 // 3]
    try:
        joined = read(tmp_path, given_)
    except InvalidInput:
        return
    for metric, truth in truths.items():
        assert all(abs(value - truth(day)) <= steps_of(day) for day, value in by_day(joined, metric).items())


@given(st.dates(date(2001, 1, 1), date(2099, 12, 31)), st.sampled_from(["%Y-%m-%d", "%m/%d/%Y", "%d.%m.%Y"]))
def test_a_date_is_read_back_whatever_its_order(day: date, written: str) -> None:
    settled = [day, day.replace(day=28, month=1)]
    order = find_order(one.strftime(written) for one in settled)
    assert read_date(day.strftime(written), order) == day


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2024-07-11 03:23:45", "ymd", datetime(2024, 7, 11, 3, 23, 45)),  # noqa: DTZ001
        ("3/6/2024 3:23", "mdy", datetime(2024, 3, 6, 3, 23)),  # noqa: DTZ001
        ("3/6/2024 12:05 AM", "mdy", datetime(2024, 3, 6, 0, 5)),  # noqa: DTZ001
        ("11-06-2024 9:00 pm", "dmy", datetime(2024, 6, 11, 21)),  # noqa: DTZ001
        ("25-06-20", "ymd", datetime(2025, 6, 20)),  # noqa: DTZ001
    ],
)
def test_wall_clocks_are_read(text: str, order: str, expected: datetime) -> None:
    assert read_wall_clock(text, order) == expected


def test_offsets_and_instants_are_read_and_others_refused() -> None:
    assert [read_offset(text).total_seconds() / 3600 for text in ("UTC-05:00", "+0530", "UTCZ", "Z")] == [
        -5,
        5.5,
        0,
        0,
    ]
    with pytest.raises(ValueError, match="no UTC offset"):
        read_instant("2024-01-01T00:00:00")
    with pytest.raises(ValueError, match="no UTC offset"):
        read_offset("EST")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,234.5", 1234.5), ("1.234,5", 1234.5), ("12,5", 12.5), ("--", None), ("None", None), ("", None),
        ("85%", 85.0), ("-350", -350.0), ("1 234", 1234.0), ("3.2E+300", None), ("1,234,567", 1234567.0),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text: str, expected: float | None) -> None:
    assert number(text) == expected
