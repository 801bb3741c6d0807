"""Quantile heads win where the size of an error can be seen beforehand, and never cross."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from common.compute.forecasts.model_inputs import METRICS
from model_export.data.datasets import Person, Samples, build_samples
from model_export.fit import lstm, quantile_heads
from model_export.fit.blend import FOLDS
from model_export.fit.quantile_heads import answer_heads, compare
from tests.unit.forecast_people import make_person, make_series

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def restless() -> Samples:
    """Nights that miss by much more where the first column is positive, and are seen to before they come."""
    crowd = [make_person(90, seed=i, dataset="oura_test") for i in range(12)]
    people = [Person(p.dataset, p.user, False, {}, make_series(p)) for p in crowd]
    samples = build_samples(people, METRICS["rhr"], (False,))
    samples = samples.where(samples.recent & samples.comparable)
    rng = np.random.default_rng(5)
    sign = rng.choice([-1.0, 1.0], len(samples))
    row = samples.row.copy()
    row[:, 0] = sign
    spread = np.where(sign > 0, 1.5, 0.2)
    return replace(samples, row=row, target=rng.normal(0, spread), usual_error=np.ones(len(samples)))


@pytest.fixture(autouse=True)
def one_longer_net(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lstm, "EPOCHS", 60)
    monkeypatch.setattr(lstm, "BATCH", 128)
    monkeypatch.setattr(quantile_heads, "NETS", 1)


def test_heads_follow_what_an_error_depends_on_and_never_cross(restless: Samples) -> None:
    heads = answer_heads(restless, restless)
    below, above = heads.reach(80)
    wide = restless.row[:, 0] > 0
    assert np.median((above - below)[wide]) > 2 * np.median((above - below)[~wide])
    assert (np.diff(heads.quantiles, axis=1) >= 0).all()
    for level, inner in ((80, 50), (95, 80)):
        assert (heads.reach(level)[0] <= heads.reach(inner)[0]).all()


def test_heads_that_know_more_score_better_at_the_promised_coverage(restless: Samples) -> None:
    rows = {
        (family, level): (gain, served, heads)
        for family, level, gain, served, heads in compare(
            restless, np.zeros(len(restless)), restless.person % FOLDS
        )
    }
    gain, served, heads = rows["night", "80"]
    assert float(gain.split()[0]) > 3
    assert [float(served), float(heads)] == pytest.approx([0.8, 0.8], abs=0.06)
