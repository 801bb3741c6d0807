"""Leaving a data set out: nothing is learned from its people, and what is told of them is theirs."""

import numpy as np
import pytest

pytest.importorskip("torch")

from common.compute.forecasts.model_inputs import METRICS, Metric
from common.compute.series.rows import Floats
from model_export.data.datasets import Person, Samples, build_samples
from model_export.evaluate import left_out
from tests.unit.forecast_people import make_person, make_series

pytestmark = pytest.mark.train
METRIC = METRICS["rhr"]


def test_nothing_is_learned_of_the_set_that_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = [make_person(70, seed=i, dataset=("oura_test", "lifesnaps")[i % 2]) for i in range(4)]
    people = [Person(p.dataset, p.user, False, {}, make_series(p)) for p in crowd]
    samples = build_samples(people, METRIC, (False,))
    seen: list[set[int]] = []

    def answer(known: Samples, asked: Samples, _: Metric) -> Floats:
        seen.append(set(known.person.tolist()))
        return asked.reference

    monkeypatch.setattr(left_out, "answer", answer)
    monkeypatch.setattr(left_out, "METRICS", {"rhr": METRIC})
    found = left_out.leave_out(people, METRIC, samples, "oura_test")
    assert found is not None
    assert seen == [{1, 3}]
    own = samples.where(np.isin(samples.person, [0, 2]) & samples.comparable)
    assert (found.people, found.nights) == (2, len(own))
    assert found.error == pytest.approx(np.abs(own.reference - own.actual).mean(), abs=1e-3)
    assert 0.6 < found.coverage < 0.95
    assert left_out.leave_out(people, METRIC, samples, "whoop_ald0405") is None
    begun: list[str] = []
    assert left_out.leave_sets_out(people, ["oura_test", "whoop_ald0405"], begun.append) == [found]
    assert begun[0] == "rhr: building the nights"
    told = left_out.format_left_out([found]).splitlines()[1]
    assert told.split()[:4] == ["rhr", "oura_test", "2", str(len(own))]
