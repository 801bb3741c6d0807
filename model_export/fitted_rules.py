"""Yardsticks that are fitted to one person alone: ETS, Theta and Prophet, on all days so far, gaps skipped.

ETS and Theta are statsmodels' and refitted every day, Prophet is refitted weekly. Forecasts are kept on disk
by what they were made from, for they are slow and never change.
"""

import hashlib
import logging
import os
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from common.compute.calendar import Days
from common.compute.person import Floats

RECIPE = "1"
"""Changes whenever the same days give other forecasts."""
MINIMUM_DAYS = 14
REFIT_DAYS = 7
NICENESS = 10


@dataclass(frozen=True)
class Task:
    """One rule for one person: (n,) values with NaN where unknown, in the unit to be fitted."""

    rule: str
    values: Floats
    days: Days

    @property
    def file_name(self) -> str:
        told = self.days.astype("datetime64[D]").astype(np.int64).tobytes() + self.values.tobytes()
        return f"{self.rule}-{hashlib.sha256(RECIPE.encode() + told).hexdigest()[:20]}.npy"


def ets(values: Floats) -> float:
    """Exponential smoothing with additive errors, without trend or with a damped one, as AICc chooses."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # noqa: PLC0415

    level = ETSModel(values).fit(disp=False)
    damped = ETSModel(values, trend="add", damped_trend=True).fit(disp=False)
    return float(min(level, damped, key=lambda fit: fit.aicc).forecast(1)[0])


def theta(values: Floats) -> float:
    """The Theta method (Assimakopoulos & Nikolopoulos 2000), without seasons: gaps would shift a week."""
    from statsmodels.tsa.forecasting.theta import ThetaModel  # noqa: PLC0415

    return float(ThetaModel(values, period=1, deseasonalize=False).fit().forecast(1).iloc[0])


def prophet(values: Floats, days: Days, ahead: Days) -> Floats:
    """Prophet's own defaults (trend with change points, weekly season) fitted to known days only."""
    for name in ("prophet", "prophet.plot", "cmdstanpy"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    import pandas as pd  # noqa: PLC0415
    from prophet import Prophet  # noqa: PLC0415

    fit = Prophet(uncertainty_samples=0).fit(pd.DataFrame({"ds": days.astype("datetime64[ns]"), "y": values}))
    found = fit.predict(pd.DataFrame({"ds": ahead.astype("datetime64[ns]")}))
    forecasts: Floats = found["yhat"].to_numpy(np.float64)
    return forecasts


DAILY: dict[str, Callable[[Floats], float]] = {"ets": ets, "theta": theta}
FITTED = (*DAILY, "prophet")


def fitted_forecasts(task: Task) -> Floats:
    """(n,) forecast for the next day, where its value is known; NaN elsewhere and before MINIMUM_DAYS."""
    values, known = task.values, np.isfinite(task.values)
    count = known.cumsum()
    forecasts = np.full(len(values), np.nan)
    wanted = np.flatnonzero((count[:-1] >= MINIMUM_DAYS) & known[1:])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of optimisers about short or flat series
        if task.rule in DAILY:
            for day in wanted:
                so_far = values[: day + 1][known[: day + 1]]
                forecasts[day] = DAILY[task.rule](so_far) if np.ptp(so_far) > 0 else so_far[-1]
            return forecasts
        weeks = (wanted - wanted[0]) // REFIT_DAYS if wanted.size else wanted
        for week in np.unique(weeks):
            first, last = int(wanted[0]) + REFIT_DAYS * int(week), wanted[weeks == week]
            until = known & (np.arange(len(values)) <= first)
            forecasts[last] = prophet(values[until], task.days[until], task.days[last + 1])
    return forecasts


def recall_forecasts(
    tasks: Sequence[Task], folder: Path, *, workers: int, done: Callable[[float], None] = lambda _: None
) -> list[Floats]:
    """Each task's forecasts, computed by `workers` processes where the folder does not hold them yet.

    `done` is told shares that add up to 1. Stopped half-way, the next call goes on from what is there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    absent = [task for task in tasks if not (folder / task.file_name).is_file()]
    done(1 - len(absent) / max(len(tasks), 1))
    if workers == 1:
        for task in absent:
            _compute(task, folder)
            done(1 / len(tasks))
    elif absent:
        os.environ.setdefault("OMP_NUM_THREADS", "1")  # for the processes to come
        with ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=os.nice, initargs=(NICENESS,)
        ) as pool:
            for finished in as_completed([pool.submit(_compute, task, folder) for task in absent]):
                finished.result()
                done(1 / len(tasks))
    return [np.load(folder / task.file_name) for task in tasks]


def _compute(task: Task, folder: Path) -> None:
    path = folder / task.file_name
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as file:
        np.save(file, fitted_forecasts(task))
    part.replace(path)
