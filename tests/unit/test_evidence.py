"""Whether nights bear out what a model makes of an input: found where it is so, and not where it is not."""

import numpy as np
import pytest

from common.compute.forecasts.model_inputs import METRICS, row_columns
from common.compute.series.rows import Floats
from model_export.data.datasets import Person, Samples, build_samples
from model_export.evaluate.evidence import measure_evidence, slope_of
from tests.unit.forecast_people import make_person, make_series

METRIC = METRICS["rhr"]
STEPS = list(row_columns(METRIC)).index("steps_z")


@pytest.fixture(scope="module")
def people() -> list[Person]:
    return [
        Person("lifesnaps", f"p{n}", False, {}, make_series(make_person(90, seed=n, dataset="lifesnaps")))
        for n in range(12)
    ]


def by_steps(samples: Samples) -> Floats:
    """A model that makes more of more steps than usual."""
    return 0.4 * np.nan_to_num(samples.row[:, STEPS])


def test_a_move_is_measured_as_serving_supposes_it(people: list[Person]) -> None:
    samples = build_samples(people, METRIC)
    known = measure_evidence(people, METRIC, samples, by_steps, seed=1)
    assert set(known) == {"smoothed"}
    assert known["smoothed"].keys() == {"steps"}, "nothing else moves this model"
    steps = known["smoothed"]["steps"]
    assert (steps.people, steps.nights <= 12 * 30) == (12, True)


def draw(slope: float, people: int = 40) -> tuple[Floats, Floats, np.ndarray]:
    rng = np.random.default_rng(8)
    moved = rng.normal(0, 0.1, (people, 30))
    came = slope * moved + rng.normal(0, 0.2, (people, 1)) + rng.normal(0, 1, (people, 30))
    return moved.ravel(), came.ravel(), np.repeat(np.arange(people), 30)


def test_a_pull_that_nights_bear_out_is_supported_and_one_against_them_is_not() -> None:
    for slope, supported in ((1.0, True), (0.0, False), (-1.0, False)):
        found = slope_of(*draw(slope), seed=1)
        assert found is not None
        assert found.supports is supported
        assert found.slope_low < slope < found.slope_high


def test_few_people_support_nothing_however_sure_they_are() -> None:
    found = slope_of(*draw(3.0, people=10), seed=1)
    assert found is not None
    assert found.slope_low > 0
    assert not found.supports


def test_a_model_that_does_not_move_tells_nothing() -> None:
    moved, came, person = draw(1.0)
    assert slope_of(0 * moved, came, person, seed=1) is None
