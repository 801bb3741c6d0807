"""Rarer layouts and vintages of exports, and what people's spreadsheets make of them."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import InvalidInput
from functions.local.data.exports import read_exports
from functions.local.data.readers.habits import habit_name
from functions.local.data.readers.join import Joined
from functions.local.data.readers.tables import number, read_table
from functions.local.data.readers.whoop import _habit_of
from tests.fixtures import export_vintages as vintages
from tests.fixtures import exports
from tests.fixtures.apple_large import write_export
from tests.fixtures.exports import DAYS, FIRST, asleep_of, hrv_of, keyed, rhr_of, steps_of, table, zipped
from tests.unit.test_readers import NEW_YORK, RHR, RMSSD, SLEEP, STEPS, Truth, by_day, read

CASES: dict[str, tuple[Mapping[str, bytes] | bytes, dict[str, Truth]]] = {
    "whoop archive of old": (
        vintages.whoop_archive_members(),
        {RHR: rhr_of, RMSSD: hrv_of, SLEEP: asleep_of},
    ),
    "oura account archive": (
        vintages.oura_archive_members(),
        {RHR: rhr_of, RMSSD: hrv_of, SLEEP: asleep_of, "SKIN_TEMPERATURE": lambda _: 0.4},
    ),
    "fitabase": (vintages.fitabase_csv(), {STEPS: steps_of}),
    "fitbit and google": (vintages.fitbit_google_members(), {RMSSD: hrv_of, RHR: rhr_of}),
    "garmin api sleep": (vintages.garmin_api_sleep_members(), {SLEEP: asleep_of}),
    "apple tables by day": (vintages.apple_tables_members(by_day=True), {RHR: rhr_of, STEPS: steps_of}),
    "apple tables of records": (vintages.apple_tables_members(by_day=False), {RHR: rhr_of, STEPS: steps_of}),
}


@pytest.mark.parametrize("name", CASES)
def test_rarer_layouts_tell_the_same_days(name: str, tmp_path: Path) -> None:
    given_, truths = CASES[name]
    joined = read(tmp_path, given_)
    for metric, truth in truths.items():
        assert by_day(joined, metric) == pytest.approx({day: truth(day) for day in DAYS}, abs=0.01), metric


@pytest.mark.parametrize(
    ("title", "written", "mark"),
    [("Activités", "%d-%m-%Y", "."), ("Activities", "%m/%d/%Y", ","), ("Aktivitäten", "%d.%m.%Y", ".")],
)
def test_fitbit_s_month_is_read_in_any_language(title: str, written: str, mark: str, tmp_path: Path) -> None:
    found = by_day(read(tmp_path, vintages.fitbit_monthly_csv(title, written, mark)), STEPS)
    assert {day: found[day] for day in DAYS} == {day: steps_of(day) for day in DAYS}


def test_a_study_of_several_people_is_no_one_s_export(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="2 people: keep the rows of one Id"):
        read(tmp_path, vintages.fitabase_csv(people=2))


def test_grams_are_weights(tmp_path: Path) -> None:
    assert read(tmp_path, vintages.garmin_api_sleep_members()).rows.profile.weight_kg == 70.5


def test_later_habits_are_words_and_one_folder_each(tmp_path: Path) -> None:
    entries = read(tmp_path, vintages.loop_later_members()).entries
    assert entries == {(day, "alcohol"): day.toordinal() % 3 == 0 for day in DAYS}, (
        "skipped, unknown, private"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Alcohol", ("alcohol", False)), ("No alcohol", ("alcohol", True)),
        ("Don't drink", ("alcohol", True)),
        ("Alcohol-free", ("alcohol", True)), ("Kein Bier", ("alcohol", True)),
        ("Drink water", ("drink_water", False)), ("Drink 8 glasses", ("drink_8_glasses", False)),
        ("Drinks", ("alcohol", False)), ("Quit coffee", ("caffeine", True)), ("Sex", None),
        ("Take medication", None), ("Walk the dog", ("walk_the_dog", False)),
    ],
)  # fmt: skip
def test_a_habit_that_is_the_opposite_of_another_is_not_taken_for_it(
    text: str, expected: tuple[str, bool] | None
) -> None:
    assert habit_name(text) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("have any alcoholic drinks?", "alcohol"), ("consumed caffeine?", "caffeine"),
        ("avoided alcohol?", None), ("consumed non-alcoholic beer?", None), ("avoid dairy?", None),
        ("avoid consuming processed foods?", "no_processed_food"), ("ate processed foods?", None),
        ("ate food close to bedtime?", "late_meal"), ("experience any stress?", "stressed"),
        ("did stress management exercises?", None), ("feeling sick or ill?", None), ("used marijuana?", None),
        ("consumed meat?", "meat"), ("read (non-screened device) while in bed?", "reading_in_bed"),
    ],
)  # fmt: skip
def test_questions_are_taken_by_family_and_never_turned_round(question: str, expected: str | None) -> None:
    assert _habit_of(question) == expected


def test_a_journal_whose_cycles_went_through_a_spreadsheet_still_finds_its_nights(tmp_path: Path) -> None:
    members = exports.whoop_members()
    resaved = exports.whoop_members("%-m/%-d/%Y %-H:%M")
    members["physiological_cycles.csv"] = resaved["physiological_cycles.csv"]
    drank = {day for (day, name), value in read(tmp_path, members).entries.items() if name == "alcohol"}
    assert drank == {day - timedelta(days=1) for day in DAYS}


def test_a_journal_without_cycles_is_dated_by_the_sleeps(tmp_path: Path) -> None:
    whole = exports.whoop_members()
    nights = [row | {"nap": "false"} for row in read_table(whole["physiological_cycles.csv"]).rows]
    members = {"journal_entries.csv": whole["journal_entries.csv"], "sleeps.csv": keyed(nights)}
    assert read(tmp_path, members).entries == read(tmp_path, whole).entries


Overlapping = dict[str, tuple[Mapping[str, bytes] | bytes, Callable[[Joined], float]]]
OVERLAPPING: Overlapping = {
    "apple steps": (exports.apple_xml(), lambda joined: sum(by_day(joined, STEPS).values())),
    "apple food": (exports.apple_xml(), lambda joined: float(joined.rows.meals.nutrients[:, 0].sum())),
    "apple drinks": (
        exports.apple_xml(),
        lambda joined: sum(float(v) for (_, name), v in joined.entries.items() if name == "drinks"),
    ),
    "fitbit steps": (exports.fitbit_members(), lambda joined: sum(by_day(joined, STEPS).values())),
    "servings": (exports.cronometer_members(), lambda joined: len(joined.rows.meals.name)),
    "myfitnesspal": (exports.myfitnesspal_csv(), lambda joined: len(joined.rows.meals.name)),
    "doses": (exports.doses_csv(), lambda joined: float(joined.entries[FIRST, "caffeine_mg"])),
}


@pytest.mark.parametrize("name", OVERLAPPING)
def test_two_copies_of_an_export_count_nothing_twice(name: str, tmp_path: Path) -> None:
    given_, measure = OVERLAPPING[name]
    assert measure(read(tmp_path, given_, given_)) == measure(read(tmp_path, given_)) > 0


def test_alcohol_of_servings_is_told_without_the_summary_of_whole_days_only(tmp_path: Path) -> None:
    header = ("Day", "Group", "Food Name", "Amount", "Energy (kcal)", "Alcohol (g)")
    rows = [
        ["2026-03-05", "Dinner", "Pasta", "1", 1200, 0], ["2026-03-05", "Dinner", "Wine", "1", 120, 14],
        ["2026-03-06", "Dinner", "Pasta", "1", 1200, 0], ["2026-03-07", "Dinner", "Toast", "1", 90, 0],
        ["2026-03-08", "Dinner", "Stew", "1", 1200, ""],
    ]  # fmt: skip
    entries = read(tmp_path, table(header, rows)).entries
    assert entries == {(date(2026, 3, 5), "drinks"): 1.4, (date(2026, 3, 6), "drinks"): 0.0}


@pytest.mark.parametrize("kilojoules", ["Energy (kJ)", "Kilojoules"])
def test_energy_in_kilojoules_is_converted(kilojoules: str, tmp_path: Path) -> None:
    if kilojoules == "Kilojoules":
        columns = ("Date", "Meal", kilojoules, "Fat (g)", "Saturated Fat", "Carbohydrates (g)")
        content = table(columns, [["2026-03-25", "Lunch", 4184, 1, 1, 1]])
    else:
        content = table(("Day", "Group", "Food Name", kilojoules), [["2026-03-25", "Lunch", "Stew", 4184]])
    assert read(tmp_path, content).rows.meals.nutrients[0, 0] == pytest.approx(1000)


SERVINGS = exports.cronometer_members()["servings.csv"]


def _resaved(change: Callable[[str], str], encoding: str = "utf-8") -> bytes:
    return change(SERVINGS.decode()).encode(encoding)


@pytest.mark.parametrize(
    "content",
    [
        _resaved(str, "utf-8-sig"),
        _resaved(str, "utf-16"),
        _resaved(lambda text: text.replace("Lasagne", "Käsespätzle"), "cp1252"),
        _resaved(lambda text: text.replace("\n", "\r\n")),
        _resaved(lambda text: text.replace("\n", "\r")),
        _resaved(lambda text: "sep=;\n" + text.replace(",", ";")),
        _resaved(lambda text: "\n\n" + text + "\n\n,,,\n"),
        _resaved(lambda text: text.replace("Lasagne", '"Lasagne,\nwith a ""note"""')),
        _resaved(lambda text: text.replace("8:10 AM", "08:10")),
        _resaved(lambda text: text.replace("2026-", "26-")),
    ],
    ids=["bom", "utf16", "cp1252", "crlf", "cr", "sep", "blank lines", "newline in quotes", "24 h", "yy"],
)
def test_servings_survive_what_programs_make_of_them(content: bytes, tmp_path: Path) -> None:
    meals = read(tmp_path, content).rows.meals
    assert len(meals.name) == 2 * len(DAYS)
    assert meals.nutrients[:, 0].sum() == 1200 * len(DAYS)
    assert str(meals.at[0]) == "2026-03-05T13:10:00.000"


def test_of_two_columns_of_one_name_that_contradict_each_other_neither_is_believed() -> None:
    (row,) = read_table(b"day,steps,steps,bpm,bpm\n2026-03-05,1,2,50,50\n").rows
    assert (row["steps"], row["bpm"]) == ("", "50")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('a,b\n"1,234",12.5\n', 1234.0),
        ('a,b\n"1,234","12,5"\n', 1.234),
        ("a;b\n1.234;12,5\n", 1234.0),
        ("a;b\n1,234;2\n", 1.234),
        ("a;b\n1.234;2\n", 1.234),
        ("a;b\n1,234;12.5\n", 1234.0),
        ('a,b\n"12,345,678",1\n', 12345678.0),
        ("a;b\n1.234,5;1\n", 1234.5),
    ],
)
def test_a_mark_in_a_number_is_read_as_the_whole_table_uses_it(content: str, expected: float) -> None:
    assert number(read_table(content.encode()).rows[0]["a"]) == expected


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.floats(0.05, 99_999).map(lambda value: round(value, 2)), min_size=3, max_size=12),
    style=st.sampled_from(
        [(",", ".", ""), (";", ",", ""), (";", ",", "."), (",", ".", ","), ("\t", ",", "")]
    ),
)
def test_numbers_come_back_whatever_a_spreadsheet_writes(
    values: list[float], style: tuple[str, str, str]
) -> None:
    delimiter, decimal, thousands = style

    def written(value: float) -> str:
        whole, _, part = f"{value:,.2f}".partition(".")
        text = whole.replace(",", thousands) + decimal + part
        return f'"{text}"' if delimiter in text else text

    lines = [f"n{delimiter}value", *(f"{i}{delimiter}{written(value)}" for i, value in enumerate(values))]
    rows = read_table("\n".join(lines).encode()).rows
    assert [number(row["value"]) for row in rows] == pytest.approx(values)


@settings(max_examples=25, deadline=None)
@given(
    nights=st.lists(
        st.tuples(st.integers(0, 600), st.integers(38, 90), st.integers(8, 190), st.integers(200, 620)),
        min_size=1,
        max_size=6,
        unique_by=lambda night: night[0],
    ),
    newest_first=st.booleans(),
)
def test_nights_come_back_from_three_makers(
    nights: list[tuple[int, int, int, int]], newest_first: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    told = {date(2025, 1, 3) + timedelta(days=offset): rest for offset, *rest in nights}
    days = sorted(told, reverse=newest_first)
    ends = {day: exports.woke(day) for day in days}
    cycles = [
        {
            "Cycle start time": exports.slept(day),
            "Cycle end time": exports.slept(day + timedelta(days=1)),
            "Cycle timezone": f"UTC{exports.offset_of(day)}",
            "Resting heart rate (bpm)": told[day][0],
            "Heart rate variability (ms)": told[day][1],
            "Sleep onset": exports.slept(day),
            "Wake onset": ends[day],
            "Asleep duration (min)": told[day][2],
        }
        for day in days
    ]
    periods = [
        {
            "day": str(day),
            "type": "long_sleep",
            "bedtime_end": f"{ends[day].isoformat()}{exports.offset_of(day)}",
            "total_sleep_duration": told[day][2] * 60,
            "lowest_heart_rate": told[day][0],
            "average_hrv": told[day][1],
        }
        for day in days
    ]
    trends = [[day, told[day][0], told[day][1], told[day][2] * 60] for day in days]
    columns = ("date", "Lowest Resting Heart Rate", "Average HRV", "Total Sleep Duration")
    makers: tuple[bytes, ...] = (
        keyed(cycles),
        json.dumps({"data": periods}).encode(),
        table(columns, trends),
    )
    for content in makers:
        joined = read(tmp_path_factory.mktemp("nights"), content)
        for i, metric in enumerate((RHR, RMSSD, SLEEP)):
            assert by_day(joined, metric) == {day: values[i] for day, values in told.items()}


def test_an_archive_within_an_archive_is_read_and_a_third_is_not(tmp_path: Path) -> None:
    inner = zipped(exports.whoop_members())
    plain = by_day(read(tmp_path, exports.whoop_members()), RHR)
    assert by_day(read(tmp_path, {"my_whoop_data.zip": inner}), RHR) == plain
    with pytest.raises(InvalidInput, match="no export of a known kind"):
        read(tmp_path, {"a.zip": zipped({"b.zip": inner})})


def test_names_that_are_no_utf_8_are_told_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "servings.csv").write_bytes(SERVINGS)
    try:
        (folder / "caf\udce9.csv").write_bytes(b"nothing,known\n")
    except OSError:
        pytest.skip("this file system holds UTF-8 names only")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Kopie von Frühstück ☕.csv", SERVINGS)
    (folder / "more.zip").write_bytes(packed.getvalue())
    found, unknown = read_exports([folder])
    assert (len(found), len(unknown)) == (2, 1)
    assert unknown[0].encode() == b"exports/caf?.csv"


def test_what_is_packed_otherwise_says_how_to_go_on(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="gzip: unpack it"):
        read(tmp_path, b"\x1f\x8b\x08\x00rest")


def _damaged_member(content: bytes) -> bytes:
    """A zip whose member's packed bytes were overwritten in the middle."""
    packed = bytearray(zipped({"export.xml": content}))
    middle = len(packed) // 2
    packed[middle : middle + 40] = bytes(40)
    return bytes(packed)


@pytest.mark.parametrize(
    "content",
    [
        _damaged_member(exports.apple_xml()),
        exports.apple_xml()[:-200],
        _damaged_member(SERVINGS),
        _damaged_member(exports.oura_account_csv()),
    ],
    ids=["packed xml", "cut xml", "packed csv", "packed oura"],
)
def test_damage_anywhere_is_a_refusal(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"damaged|cannot be read|no day"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([{"calendarDate": "0001-01-01", "totalSteps": 5}]).encode(),
        json.dumps(
            [{"calendarDate": "9999-12-31", "totalSteps": 5, "currentDayRestingHeartRate": 50}]
        ).encode(),
    ],
)
def test_days_outside_the_calendar_are_refused_in_words(content: bytes, tmp_path: Path) -> None:
    from functions.local.data.exports import import_exports  # noqa: PLC0415

    path = tmp_path / "file"
    path.write_bytes(content)
    for zone in ("Asia/Tokyo", NEW_YORK):
        try:
            import_exports([path], "me", "unused", timezone=zone, dry_run=True)
        except InvalidInput as refusal:
            assert "outside the calendar" in refusal.detail  # noqa: PT017


def test_numbers_that_are_none_are_not_kept(tmp_path: Path) -> None:
    days = '[{"calendarDate": "2026-03-05", "totalSteps": NaN, "currentDayRestingHeartRate": "52"},' + (
        '{"calendarDate": "2026-03-06", "totalSteps": Infinity, "currentDayRestingHeartRate": null}]'
    )
    joined = read(tmp_path, days.encode())
    assert joined.rows.readings.value.tolist() == [52.0]


def test_an_empty_table_beside_a_full_one_stops_nothing(tmp_path: Path) -> None:
    empty = exports.oura_account_csv().splitlines()[0] + b"\n"
    joined = read(tmp_path, {"oura_sleep.csv": empty, "sleep.json": exports.oura_v2_members()["sleep.json"]})
    assert by_day(joined, RHR) == {day: rhr_of(day) for day in DAYS}


def test_fields_of_a_foreign_kind_are_left_out_not_believed(tmp_path: Path) -> None:
    records = [*exports.oura_v2_records(), {"day": str(FIRST), "lowest_heart_rate": {"a": 1}}]
    content = json.dumps({"data": records}).encode()
    assert by_day(read(tmp_path, content), RHR) == {day: rhr_of(day) for day in DAYS}


STREAMED = """
import re, sys
from pathlib import Path
from functions.local.data.readers import apple
from functions.local.data.readers.files import find_files

for path in sys.argv[1:]:
    files = [(apple.HEALTH, file) for file in find_files([Path(path)])]
    days = len(apple.read(files)[0].days())
    print(days, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_a_large_apple_export_is_streamed(tmp_path: Path) -> None:
    paths = [tmp_path / f"{days}.zip" for days in (12, 80)]
    sizes = [write_export(path, days, 100) for path, days in zip(paths, (12, 80), strict=True)]
    done = subprocess.run(
        [sys.executable, "-c", STREAMED, *map(str, paths)], capture_output=True, text=True, check=True
    )
    (_, before_kb), (days, after_kb) = (map(int, line.split()) for line in done.stdout.splitlines())
    assert days >= 80
    assert (after_kb - before_kb) * 1000 < (sizes[1] - sizes[0]) / 2, "what is read is not kept"
