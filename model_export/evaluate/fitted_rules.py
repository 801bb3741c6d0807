"""Yardsticks that are fitted to one person alone: ETS, Theta and Prophet, on all days so far, gaps skipped.

ETS and Theta are statsmodels'. Theta is refitted every day, ETS and Prophet weekly; ETS takes in each day of
a week. Forecasts are kept on disk by what they were made from, for they are slow and never change.
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

from common.compute.series.calendar import Days
from common.compute.series.rows import Floats

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


def ets(values: Floats, refit: int) -> Floats:
    """Exponential smoothing with additive errors, without trend or with a damped one, as AICc chooses.

    Fitted to the first `refit` values; returns a forecast of what follows each value from there on.
    """
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # noqa: PLC0415

    forms: list[dict[str, object]] = [{}, {"trend": "add", "damped_trend": True}]
    fits = [ETSModel(values[:refit], **form).fit(disp=False) for form in forms]
    best = min(range(len(forms)), key=lambda i: fits[i].aicc)
    followed = ETSModel(values, **forms[best]).smooth(fits[best].params)
    ahead: Floats = np.append(followed.fittedvalues[refit:], followed.forecast(1))
    return ahead


def theta(values: Floats) -> float:
    """Return the Theta method (Assimakopoulos & Nikolopoulos 2000), without seasons: gaps would shift a
    week.
    """
    from statsmodels.tsa.forecasting.theta import ThetaModel  # noqa: PLC0415

    return float(ThetaModel(values, period=1, deseasonalize=False).fit().forecast(1).iloc[0])


def prophet(values: Floats, days: Days, ahead: Days) -> Floats:
    """Return Prophet's own defaults (trend with change points, weekly season) fitted to known days only."""
    for name in ("prophet", "prophet.plot", "cmdstanpy"):
        logging.getLogger(name).disabled = True  # they set their own levels
    import pandas as pd  # noqa: PLC0415
    from prophet import Prophet  # noqa: PLC0415

    fit = Prophet(uncertainty_samples=0).fit(pd.DataFrame({"ds": days.astype("datetime64[ns]"), "y": values}))
    found = fit.predict(pd.DataFrame({"ds": ahead.astype("datetime64[ns]")}))
    forecasts: Floats = found["yhat"].to_numpy(np.float64)
    return forecasts


FITTED = ("ets", "theta", "prophet")


def fitted_forecasts(task: Task) -> Floats:
    """(n,) forecast for the next day, where its value is known; NaN elsewhere and before MINIMUM_DAYS."""
    values, known = task.values, np.isfinite(task.values)
    count = known.cumsum()
    forecasts = np.full(len(values), np.nan)
    eves = np.flatnonzero((count[:-1] >= MINIMUM_DAYS) & known[1:])
    weeks = (eves - eves[:1]) // REFIT_DAYS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of optimisers about short or flat series
        for week in np.unique(weeks):
            first, mine = int(eves[0]) + REFIT_DAYS * int(week), eves[weeks == week]
            until = np.flatnonzero(known[: first + 1])
            so_far = np.flatnonzero(known[: mine[-1] + 1])
            if np.ptp(values[so_far]) == 0:
                forecasts[mine] = values[so_far[0]]
            elif task.rule == "prophet":
                forecasts[mine] = prophet(values[until], task.days[until], task.days[mine + 1])
            elif task.rule == "ets":
                forecasts[mine] = ets(values[so_far], len(until))[count[mine] - len(until)]
            else:
                forecasts[mine] = [theta(values[so_far[so_far <= day]]) for day in mine]
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
