"""A measure that the register alone knows: one made-up row in a copy of it, met everywhere else."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import MakeDatabase
from tests.fixtures.backend import Backend
from tests.fixtures.scratch import Scratch, copy_project

ROW = """\
    Measure(
        name="glow", stored_as="NIGHT_GLOW", channel="glow_index", unit="glims", low=0, high=200,
        taken=_NIGHT, label="night glow", definition="Glow of the night",
        better=+1, smallest=1, large=5, watch=Watch(worse=-1, floor=4, long_floor=100, alone=3),
        level=Level(0.05, 0.2),
    ),
"""
LAST = date(2026, 3, 20)
DAYS = 200
ASK = """\
import json, sys
from datetime import UTC, date, datetime
from rich.console import Console
from common.services.features import describe_catalogue
from common.services.insights import read_insights
from common.services.presenting import View
from functions.local.report import print_report, read_report
now = datetime(2026, 3, 20, 18, tzinfo=UTC)
story = read_report("gleaming", now=now)
with open("story.txt", "w") as page:
    print_report(story, Console(file=page, width=100))
before = read_insights("gleaming", date(2026, 3, 14), View(), now=now)
answers = {"list": describe_catalogue(), "before": before}
asked = {name: json.loads(answer.body) for name, answer in answers.items()}
print(json.dumps({"story": story.to_json(), **asked}))
"""


def live(backend: Backend) -> None:
    """The glow of a night follows the steps of the day before; in the last nights it goes out."""
    rng = np.random.default_rng(3)
    steps = rng.normal(8000, 2500, DAYS).clip(500)
    glow = 60 + 4 * (np.roll(steps, 1) - 8000) / 2500 + rng.normal(0, 1.5, DAYS)
    glow[-3:] -= 30
    backend.add_user("gleaming", timezone="UTC")
    for back in range(DAYS):
        day = LAST - timedelta(days=DAYS - 1 - back)
        night, evening = (datetime.combine(day, time(hour)) for hour in (6, 17))
        backend.add_reading("gleaming", night, "NIGHT_GLOW", float(glow[back]), unit="", source="lamp")
        if back < DAYS - 1:
            backend.add_reading("gleaming", evening, "STEPS", float(steps[back]), unit="steps", source="lamp")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    copy = copy_project(tmp_path_factory.mktemp("glow"))
    copy.insert("common/compute/measures.py", "stress_level", ROW)
    return copy


def test_a_measure_is_one_row_of_the_register(
    scratch: Scratch, make_database: MakeDatabase, migrated_template: str, tmp_path: Path
) -> None:
    url = make_database(migrated_template)
    backend = Backend(url)
    environment = {"DATABASE_URL": url, "REDIS_URL": "", "ENVIRONMENT": "development"}
    doctor = scratch.attempt("nutri", "doctor", "--json", "--state", str(tmp_path), **environment)
    assert '- \\"HealthMetricType\\"  lacks NIGHT_GLOW' in doctor.stdout
    backend.run("ALTER TYPE \"HealthMetricType\" ADD VALUE 'NIGHT_GLOW'")
    doctor = scratch.attempt("nutri", "doctor", "--json", "--state", str(tmp_path), **environment)
    assert "NIGHT_GLOW" not in doctor.stdout

    live(backend)
    backend.close()
    asked = json.loads(scratch.run("python", "-c", ASK, **environment))
    listed = {feature["name"]: feature for feature in asked["list"]["features"]}
    assert listed["glow"]["unit"] == "glims"
    assert listed["glow"]["definition"] == "Glow of the night of the day."
    story = asked["story"]
    assert story["features"]["glow"][-4] == pytest.approx(60, abs=15)
    findings = {(found["feature"], found["metric"]): found for found in story["correlations"]["findings"]}
    assert findings["steps_daily", "glow"]["effect"]["unit"] == "glims"
    assert findings["steps_daily", "glow"]["effect"]["change"] > 2
    told = {insight["type"]: insight for insight in story["insights"]["insights"]}
    assert "night glow" in told["ANOMALY"]["description"]
    assert "lower" in told["ANOMALY"]["title"]
    (before,) = (one for one in asked["before"]["insights"] if one["type"] == "RECOMMENDATION")
    assert "night glow" in before["description"], "effort is not advised once nights are strained"
    assert "night glow" in (scratch.root / "story.txt").read_text()
    assert scratch.changed() - {"story.txt"} == {"common/compute/measures.py"}
