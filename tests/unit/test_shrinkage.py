"""What a move is worth to one person: learned from their own nights, alike when training and when serving."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")

from common.compute.forecasts.model_inputs import METRICS, row_columns
from common.compute.forecasts.shrinkage import MOST_TRUST, TRUST_NIGHTS, own_trust
from common.compute.series.build import DailySeries
from common.compute.series.rows import Floats
from common.inference.manifest import Manifest, read_manifest
from common.inference.predict import forecast
from common.inference.sessions import MODEL_IDS
from model_export.data.datasets import Person, build_samples
from model_export.export.calibrate import served_centers
from model_export.fit.blend import trusted
from model_export.fit.train import ARTIFACTS
from tests.unit.forecast_people import make_person, make_series

pytestmark = pytest.mark.train
PRIOR = 5.0
METRIC = METRICS["hrv"]


def test_with_nothing_known_of_a_person_moves_are_made_as_they_are() -> None:
    unknown = np.full(TRUST_NIGHTS, np.nan)
    assert own_trust(unknown, unknown, PRIOR) == 1
    assert own_trust(np.ones(TRUST_NIGHTS), unknown, PRIOR) == 1
    assert own_trust(np.zeros(TRUST_NIGHTS), np.ones(TRUST_NIGHTS), PRIOR) == 1
    assert own_trust(np.empty(0), np.empty(0), PRIOR) == 1


@pytest.mark.parametrize(
    ("slope", "least", "most"), [(0.0, 0.0, 0.1), (0.5, 0.5, 0.6), (1.0, 1.0, 1.0), (-1, 0, 0)]
)
def test_many_nights_tell_what_moves_are_worth(slope: float, least: float, most: float) -> None:
    moves = np.random.default_rng(0).normal(size=TRUST_NIGHTS)
    assert least - 1e-12 <= own_trust(moves, slope * moves, PRIOR) <= most + 1e-12


@given(st.lists(st.tuples(st.floats(-6, 6), st.floats(-50, 50)), max_size=TRUST_NIGHTS), st.floats(0.1, 100))
def test_trust_is_bounded_and_more_prior_keeps_it_nearer_to_one(
    nights: list[tuple[float, float]], prior: float
) -> None:
    moves, came = np.array(nights).reshape(-1, 2).T
    trust, shyer = (float(own_trust(moves, came, p)) for p in (prior, 2 * prior))
    assert 0 <= trust <= MOST_TRUST
    assert abs(shyer - 1) <= abs(trust - 1) + 1e-9


def test_one_mad_night_does_not_decide() -> None:
    moves = np.full(20, 0.3)
    came = np.full(20, 0.3)
    mad = np.append(came[1:], 1e6)
    assert own_trust(moves, mad, PRIOR) == own_trust(moves, np.append(came[1:], 4.0), PRIOR)


@dataclass(frozen=True)
class Made:
    """A model of one line: follows the person's own last deviations."""

    manifest: Manifest

    def deviations(self, row: Floats, window: Floats) -> Floats:
        lag = list(row_columns(METRIC)).index("hrv_lag_0")
        moves: Floats = 0.4 * np.nan_to_num(row[:, lag])
        return moves


@pytest.mark.parametrize("day_open", [False, True])
def test_serving_trusts_a_person_as_training_does(day_open: bool) -> None:
    manifest = read_manifest(ARTIFACTS / MODEL_IDS["hrv"] / "manifest.json")
    made = Made(manifest.model_copy(update={"trust_prior": PRIOR}))
    series = make_series(make_person(88, seed=4))
    samples = build_samples([Person("oura_test", "4", False, {}, series)], METRIC, (day_open,))
    moves = made.deviations(samples.row, samples.window)[:, None]
    believed = trusted(samples, moves, PRIOR)
    assert np.abs(believed - moves).max() > 0.01
    centers = served_centers(samples, believed[:, 0], manifest.population)
    for night in (12, len(samples) // 2, len(samples) - 1):
        eve = int((samples.target_day[night] - series.days[0]).astype(int))
        served = forecast(made, until(series, eve, day_open), min_days=30)  # type: ignore[arg-type]
        assert served.value == pytest.approx(np.exp(centers[night]), rel=1e-12)


def until(series: DailySeries, end: int, day_open: bool) -> DailySeries:
    return replace(
        series,
        days=series.days[:end],
        values=series.values[:, :end],
        source_codes=series.source_codes[:, :end],
        open_day=end - 1 if day_open else None,
    )
