"""What onnxruntime spares a cold process, and where a warm forecast spends its time.

Cold: from the process's start to its first deviation, by `common.inference` as it serves, against a process
that loads the members of the one horizon asked for in torch and XGBoost, and imports nothing else. Both are
of the served shape, fitted for a moment on made people, and must give one answer.
Warm: POSTs to the predictions handler, the cache emptied before each, split by what they wait for.
"""

import hashlib
import json
import logging
import os
import pkgutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import numpy as np

from tests.benchmarks.ratio import Ratio, Shares

COLD_ROUNDS, WARM_ROUNDS = 7, 60
METRICS: Final = ("rhr", "hrv")
FRAMEWORKS: Final = {"rhr": "torch and XGBoost", "hrv": "XGBoost"}
GOALS: Final = (">= 8", ">= 3")
"""Of wall time and of RSS."""
SAME: Final = 1e-5
USER: Final = "demo-anna"
TIMED: Final = {
    "SQL": ("common.store.driver.Cursor.execute", "common.store.driver.Connection.commit"),
    "days from rows": ("common.services.snapshot.build_series",),
    "features": ("common.services.predictions.shown_features", "common.inference.predict.build_model_inputs"),
    "model": ("common.inference.sessions.Model.deviations",),
}
"""Part -> its functions."""

ONNX: Final = """
import sys, numpy as np
from pathlib import Path
from common.inference.sessions import load_model
given = np.load(sys.argv[2])
answer = load_model(Path(sys.argv[1]), sys.argv[3]).deviations(given["row"], given["window"])
"""
TORCH: Final = """
import sys, numpy as np, torch
from pathlib import Path
from xgboost import Booster, DMatrix
torch.set_num_threads(1)
folder, given = Path(sys.argv[1]), np.load(sys.argv[2])
row, window = (torch.from_numpy(given[name]) for name in ("row", "window"))
trees = Booster(model_file=folder / "trees.ubj")
with torch.no_grad():
    scaled = torch.jit.load(folder / "scaled.pt")(row, window).numpy()
answer = np.concatenate([scaled, trees.predict(DMatrix(given["row"]))[:, None]], axis=1).mean(axis=1)
"""
XGBOOST: Final = """
import sys, numpy as np
from pathlib import Path
from xgboost import Booster, DMatrix
folder, given = Path(sys.argv[1]), np.load(sys.argv[2])
scaler, row = np.load(folder / "linear.npz"), given["row"]
trees = Booster(model_file=folder / "trees.ubj")
flags = row[:, scaler["first"] : scaler["first"] + scaler["bias"].size]
scaled = np.clip(np.nan_to_num((row - scaler["mean"]) / scaler["spread"]), -scaler["limit"], scaler["limit"])
linear = ((scaled @ scaler["weights"] + scaler["bias"]) * flags).sum(axis=1)
answer = (linear + trees.predict(DMatrix(row))) / 2
"""
TELL: Final = """
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(float(answer[0]), int(status["VmHWM"].split()[0]) / 1024)
"""
"""Not `getrusage`, whose peak a process inherits from the one that started it."""


@dataclass(frozen=True)
class Start:
    seconds: float
    mebibytes: float
    answer: float


def run() -> Iterator[Ratio | Shares]:
    yield from measure_cold()
    yield from measure_warm()


def measure_cold() -> Iterator[Ratio]:
    with tempfile.TemporaryDirectory(prefix="nutri-forecast-") as folder:
        for metric in METRICS:
            home = Path(folder) / metric
            make_models(home, metric)
            codes = {"onnx": ONNX, "framework": TORCH if metric == "rhr" else XGBOOST}
            taken: dict[str, list[Start]] = {name: [] for name in codes}
            for _ in range(COLD_ROUNDS):
                for name, code in codes.items():
                    taken[name].append(start(code, home, metric))
            yield from compare(metric, taken["onnx"], taken["framework"])


def make_models(home: Path, metric_name: str) -> None:
    """The same members as a checked model file and as the frameworks keep them, and one person's inputs."""
    import torch  # noqa: PLC0415 - benchmarks are imported to be listed

    from common.compute.forecasts.model_inputs import FAMILIES, METRICS, row_columns  # noqa: PLC0415
    from common.inference.manifest import read_manifest  # noqa: PLC0415
    from common.inference.sessions import MODEL_IDS  # noqa: PLC0415
    from model_export.data.datasets import Person, build_samples  # noqa: PLC0415
    from model_export.export.graph import ScaledMembers, build_graph  # noqa: PLC0415
    from model_export.fit import lstm  # noqa: PLC0415
    from model_export.fit.blend import RECIPES, fit_blends  # noqa: PLC0415
    from model_export.fit.linear import INPUT_LIMIT  # noqa: PLC0415
    from model_export.fit.train import ARTIFACTS  # noqa: PLC0415
    from tests.unit.forecast_people import make_person, make_series  # noqa: PLC0415

    metric, model_id = METRICS[metric_name], MODEL_IDS[metric_name]
    crowd = [make_person(120, seed, "lifesnaps") for seed in range(12)]
    samples = build_samples([Person(p.dataset, p.user, False, {}, make_series(p)) for p in crowd], metric)
    with patch.object(lstm, "EPOCHS", 1):
        blends = fit_blends(samples, RECIPES[metric_name], seed=1)
    content = build_graph(blends, metric, samples.where(np.arange(len(samples)) < 16))
    (home / model_id).mkdir(parents=True)
    (home / model_id / "model.onnx").write_bytes(content)
    served = read_manifest(ARTIFACTS / model_id / "manifest.json")
    ours = served.model_copy(update={"sha256": hashlib.sha256(content).hexdigest()})
    (home / model_id / "manifest.json").write_text(ours.model_dump_json())

    asked = samples.where(~samples.day_open)
    row, window = (given[-1:].astype(np.float32) for given in (asked.row, asked.window))
    np.savez(home / "inputs.npz", row=row, window=window)
    blend, first = blends.closed, list(row_columns(metric)).index(f"family_{FAMILIES[0]}")
    blend.trees.get_booster().save_model(home / "trees.ubj")
    np.savez(
        home / "linear.npz",
        mean=blend.scaler.mean,
        spread=blend.scaler.spread,
        weights=blend.linear.weights,
        bias=blend.linear.bias,
        limit=INPUT_LIMIT,
        first=first,
    )
    if blend.nets is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that TorchScript grows old
            given = torch.from_numpy(row), torch.from_numpy(window)
            traced: Any = torch.jit.trace(ScaledMembers(blend, first).eval(), given)  # type: ignore[no-untyped-call]
            traced.save(home / "scaled.pt")


def start(code: str, home: Path, metric: str) -> Start:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code + TELL, home, home / "inputs.npz", metric],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    seconds = time.perf_counter() - began
    answer, mebibytes = map(float, done.stdout.split())
    return Start(seconds, mebibytes, answer)


def compare(metric: str, ours: list[Start], theirs: list[Start]) -> Iterator[Ratio]:
    """Raises AssertionError where the two are not the same model."""
    if abs(ours[0].answer - theirs[0].answer) > SAME:
        raise AssertionError(f"{ours[0].answer} is not {theirs[0].answer}")
    measured = (("wall", "seconds", 1e3, "ms"), ("RSS", "mebibytes", 1, "MiB"))
    for (what, name, factor, unit), goal in zip(measured, GOALS, strict=True):
        own, other = (
            factor * statistics.median(getattr(one, name) for one in starts) for starts in (ours, theirs)
        )
        yield Ratio(
            f"cold forecast of {metric}, {what}: {FRAMEWORKS[metric]} / onnxruntime",
            other / own,
            goal,
            f"{other:.0f} against {own:.0f} {unit}, median of {COLD_ROUNDS} processes, turn about",
        )


def measure_warm() -> Iterator[Shares]:
    from tests.benchmarks.asking import own_servers  # noqa: PLC0415 - benchmarks are imported to be listed

    with own_servers():
        from redis import Redis  # noqa: PLC0415

        from functions.local.data.demo import load_demo  # noqa: PLC0415
        from functions.predictions.handler import handler  # noqa: PLC0415
        from tests.fixtures.events import request_event  # noqa: PLC0415

        load_demo(os.environ["DATABASE_URL"])
        cache = Redis.from_url(os.environ["REDIS_URL"])
        logging.disable(logging.INFO)
        for metric in METRICS:
            body = json.dumps({"userId": USER}).encode()
            event = request_event("POST", f"/api/predictions/{metric}", body=body)
            with timed(TIMED) as spent:
                rounds = []
                for _ in range(WARM_ROUNDS):
                    cache.flushdb()
                    spent.update(dict.fromkeys(spent, 0.0))
                    began = time.perf_counter()
                    answer = handler(event, None)
                    rounds.append({"whole": time.perf_counter() - began, **spent})
                    if answer["statusCode"] != 200:
                        raise AssertionError(answer["body"])
            parts = {part: 1e3 * statistics.median(one[part] for one in rounds[1:]) for part in rounds[0]}
            parts["the rest"] = parts.pop("whole") - sum(parts[part] for part in TIMED)
            yield Shares(f"warm forecast of {metric} for tomorrow, saved, nothing cached", parts)


@contextmanager
def timed(watched: Mapping[str, tuple[str, ...]]) -> Iterator[dict[str, float]]:
    """Part -> seconds spent so far in its functions, none of which calls another's."""
    spent = dict.fromkeys(watched, 0.0)

    def watch(part: str, call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def measured(*arguments: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return call(*arguments, **named)
            finally:
                spent[part] += time.perf_counter() - began

        return measured

    with ExitStack() as patches:
        for part, names in watched.items():
            for name in names:
                patches.enter_context(patch(name, watch(part, pkgutil.resolve_name(name))))
        yield spent


if __name__ == "__main__":
    for measured in run():
        print(measured, flush=True)
