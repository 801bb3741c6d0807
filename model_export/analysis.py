"""A way in for data scientists: a CSV file or a frame to series, features, findings and forecasts.

Each step is the one that serves: no second implementation. Needs the `train` extra for frames.
"""

from io import StringIO
from pathlib import Path

import pandas as pd

from common.compute.correlations import Report, find
from common.compute.correlations.table import daily_table
from common.compute.features import CATALOGUE, build_features
from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNEL_INDEX
from common.inference.forecast import Forecast
from common.inference.level_manifest import read_level
from common.inference.predict import LEARNED
from common.inference.sessions import load_model
from common.services.forecasting import MODELLED, Forecaster
from model_export.data.datasets import to_series
from model_export.data.tidy import parse_tidy

ARTIFACTS = Path(__file__).parent / "artifacts"


def read_series(days: Path | str | pd.DataFrame) -> dict[str, DailySeries]:
    """Read people's days, one line per person and day, into a series per person.

    `days` is a CSV file or a frame with the columns of the tidy format (model_export/README.md): `date`, or
    an index of dates, and what is known of `rhr` (bpm), `hrv_rmssd` (ms), `sleep_minutes`, `steps`, food and
    more; blank or NaN is unknown. `dataset` and `user` may be left out where there is one person. Raises
    ValueError naming the first line that is no day.
    """
    frame = days if isinstance(days, pd.DataFrame) else pd.read_csv(days, dtype=str, keep_default_na=False)
    if "date" not in frame.columns:
        frame = frame.rename_axis("date").reset_index()
    frame = frame.assign(date=pd.to_datetime(frame["date"]).dt.strftime("%Y-%m-%d"))
    for name, only in (("user", "me"), ("dataset", "own")):
        if name not in frame.columns:
            frame = frame.assign(**{name: only})
    file = parse_tidy(StringIO(frame.to_csv(index=False)), "days")
    if file.faults:
        raise ValueError(f"line {file.faults[0].line}: {file.faults[0].detail}")
    return {person.user: to_series(person) for person in file.people}


def feature_frame(series: DailySeries) -> pd.DataFrame:
    """Return a row for each day and a column for each feature of the catalogue, NaN where unknown."""
    table = build_features(series)
    return pd.DataFrame(table.values.T, index=pd.DatetimeIndex(table.days), columns=list(table.names))


def find_patterns(series: DailySeries) -> Report:
    """Return what moves what in this person, as the service tells it to whom nothing is known of others."""
    sources = {channel: series.source_codes[CHANNEL_INDEX[channel]] for channel in series.sources}
    return find(daily_table(series), CATALOGUE, last_closed=series.days[-1].item(), sources=sources)


def forecast_night(
    series: DailySeries, metric: str = "rhr", *, horizon: int = 1, models: Path = ARTIFACTS
) -> Forecast:
    """Forecast a metric for the night that ends `horizon` days after the series, as the service would.

    `metric` is one of `common.compute.forecasts.targets.NAMES`. Raises InsufficientData where nothing is
    known of it in the last 60 days.
    """
    learned = MODELLED.get(metric) if horizon == 1 else None
    model = load_model(models, learned) if learned in LEARNED else None
    return Forecaster(metric, horizon, model, read_level(models)).make(series)
