"""What models are shown is pinned to its version: none is asked about other inputs than it learned from."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from common.compute.forecasts.model_inputs import (
    INPUTS_VERSION,
    METRICS,
    build_model_inputs,
    row_columns,
    window_channels,
)
from common.compute.series.rows import Floats
from tests.unit.feature_series import make_series

PINNED = Path(__file__).with_name("model_inputs_pinned.json")


def test_a_changed_input_needs_a_new_version() -> None:
    """Models carry INPUTS_VERSION. After a change to what they see, features included, raise it, train anew,
    and write the file again: `python -m tests.unit.test_model_inputs_pinned`."""
    pinned = json.loads(PINNED.read_text())
    assert pinned["version"] == INPUTS_VERSION
    values = _values()
    assert values.keys() == pinned["values"].keys()
    for name, value in values.items():
        assert value == pytest.approx(pinned["values"][name], rel=1e-6, abs=1e-9), name


def _values() -> dict[str, float]:
    """Mean over a seeded person's days: one number of each input that moves when the input does."""
    series = make_series(11, 260, gaps=0.03)
    codes = np.zeros(series.values.shape, np.int16)
    series = replace(series, source_names=("oura",), source_codes=codes)
    values: dict[str, float] = {}
    for metric in METRICS:
        for day_open in (False, True):
            model_inputs = build_model_inputs(series, METRICS[metric], day_open=day_open)
            prefix = f"{metric} {'open' if day_open else 'closed'}"
            rows = zip(row_columns(METRICS[metric]), model_inputs.row[120:].T, strict=True)
            channels = zip(window_channels(METRICS[metric]), model_inputs.window[120:].T, strict=True)
            values |= {f"{prefix} {name}": _mean(column) for name, column in rows}
            values |= {f"{prefix} window {name}": _mean(column) for name, column in channels}
    return values


def _mean(column: Floats) -> float:
    known = column[~np.isnan(column)]
    return float(known.mean()) if known.size else -1.0


if __name__ == "__main__":
    pinned = {"version": INPUTS_VERSION, "values": _values()}
    PINNED.write_text(json.dumps(pinned, indent=1) + "\n")
