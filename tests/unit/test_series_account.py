"""What became of rows is told by reason, and each reason is explained."""

import ast
from collections.abc import Iterator
from pathlib import Path

from common.compute import series
from tests.unit.lived import NAN, Lived

ROOT = Path(__file__).parents[2]


def reasons() -> Iterator[str]:
    """The reasons by which the series counts rows, as its code has them."""
    for path in Path(series.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="drop" | "correct"), args=[ast.Constant(str(reason)), *_]
                ):
                    yield reason


def made_a_mess() -> Lived:
    """A person whose rows are left out, corrected, converted and doubted in every way there is."""
    lived = Lived().nights(range(1, 28), sleep=430, rhr=57, hrv=48).ate_well(range(1, 28))
    lived.sent("rhr", 5, 6.67, 57).sent("rhr", 6, 6.67, 58, source="whoop").sent("rhr", 7, 6.7, NAN)
    lived.sent("rhr", 7, 6.8, 900).sent("sleep", 8, 6.9, 425).sent("sleep", 8, 14, 30).sent("rhr", 8, 14, 80)
    lived.sent("SOMETHING_NEW", 9, 7, 1).sent("sleep", 10, 6.67, 7.5, "h", source="fitbit")
    lived.sent("deep", 11, 6.67, 2, "").sent("OXYGEN_SATURATION", 11, 6.67, 0.97, "%")
    lived.sent("steps", 12, 20, 8_000).sent("steps", 12, 22, 7_999).sent("steps", 13, 23, 0)
    lived.sent("steps", 14, 20, 90_000, source="garmin").sent("steps", 14, 21, 10, source="garmin")
    lived.sent("rhr", 1, 1, 57, at="NaT")
    for hour in (9, 12, 15, 18):
        lived.sent("steps", 15, hour, 120_000, source="garmin").sent(
            "steps", 15, hour + 1, 100, source="garmin"
        )
    for at, name, kcal, macros in (
        (9, "Punch", 100.0, (0.0, 20.0, 0.0)), (10, "Beer", 150.0, (1.0, 13.0, 0.0)),
        (10, "Beer", 150.0, (1.0, 13.0, 0.0)), (11, "Chips", 500.0, (9_000.0, 1.0, 1.0)),
        (12, "Oil", 740.0, (0.0, 0.0, 20.0)), (13, "Bread", 300.0, (0.0, 0.0, 0.0)),
        (14, "Chicken", 5.0, (90.0, 0.0, 10.0)),
    ):  # fmt: skip
        lived.ate(16, at, name, kcal, *macros)
    lived.trained(17, 18, 60, 3_600).trained(17, 18, 60, source="strava").trained(18, 18, 60, metres=10)
    lived.trained(19, 18, 0, 0).trained(20, 18, 60, metres=1e9).trained(21, 18, 60, kcal=1e9)
    lived.logged(22, 9, "water_ml", 0.5)
    for day in range(15, 22):
        lived.logged(day, 7, "weight_kg", 72)
    lived.logged(22, 7, "weight_kg", 158.7)
    return lived


def test_every_reason_can_come_about() -> None:
    told = made_a_mess().series
    known = {*reasons(), "workout_distance_out_of_bounds", "workout_caloriesBurned_out_of_bounds"}
    assert {*told.dropped, *told.corrected} == known
    assert all(count > 0 for count in (*told.dropped.values(), *told.corrected.values()))


def test_every_reason_is_explained() -> None:
    documented = (ROOT / "common" / "README.md").read_text()
    told = made_a_mess().series
    assert [reason for reason in (*told.dropped, *told.corrected) if f"`{reason}`" not in documented] == []
