"""Cold starts: each function in its isolated bundle, from the process's start to its first answer.

Against what a first cached answer costs with the same libraries as they come, the collector at work, in the
same bundle; and against the same endpoint in a process with torch, pandas, scikit-learn and statsmodels
loaded, and forecasts made by torch and XGBoost, as a service that trains where it serves has it.
"""

import compileall
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from redis import Redis

from common.services.snapshot import LOOKBACK_DAYS_MIN, row_window
from functions.local.emulator.template import Function, read_template
from tests.benchmarks.ratio import Ratio
from tests.fixtures.bundles import ROOT, RUNTIME_CLIENT, lay_out_function, lay_out_layer, lay_out_packages
from tests.fixtures.events import request_event
from tests.fixtures.one_event import FirstAnswer, time_first_answer
from tests.fixtures.tokens import SECRET, mint

ROUNDS = 5
USER = "demo-anna"
BOOT = ROOT / "tests" / "fixtures" / "isolated_boot.py"
HEAVY_BOOT = ROOT / "tests" / "fixtures" / "heavy_boot.py"
ISOLATED: Final = (sys.executable, "-I", "-S", "-B")
LIBRARIES: Final = {
    "features": "",
    "correlations": "scipy.special",
    "predictions": "onnxruntime",
    "insights": "",
}
GROUPS: Final = {
    "features": "features",
    "correlations": "correlations",
    "predictions": "prediction",
    "insights": "insights",
}
"""How the function's keys begin."""
HEAVY: Final = ("correlations", "predictions")


@dataclass(frozen=True)
class Bench:
    home: Path
    variables: Mapping[str, str]
    redis: Redis

    def command(self, function: Function, handler: str) -> list[str]:
        layers = [self.home / "layers" / layer for layer in function.layers]
        ports = ",".join(
            url.rpartition(":")[2].partition("/")[0] for url in self.variables.values() if "://" in url
        )
        directories = [self.home / function.name, *layers, self.home / "runtime"]
        return [*ISOLATED, str(BOOT), handler, ports, *map(str, directories)]

    def ask(self, command: list[str], event: Mapping[str, Any], **variables: str) -> FirstAnswer:
        return time_first_answer(command, event, {**self.variables, **variables})

    def cached_key(self, group: str) -> str:
        return next(str(key) for key in self.redis.scan_iter(f"{group}:{USER}:*"))


def run() -> Iterator[Ratio]:
    from common.store.migrations import (  # noqa: PLC0415 - benchmarks are imported to be listed
        create_backend_tables,
        run_migrations,
    )
    from functions.local.data.demo import load_demo  # noqa: PLC0415
    from functions.local.servers.start import open_servers  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="nutri-cold-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        with open_servers(home / "state", None, None) as servers:
            create_backend_tables(servers.database_url)
            run_migrations(servers.database_url)
            load_demo(servers.database_url)
            functions = {f.name: f for f in read_template(ROOT / "template.yaml").functions}
            bench = Bench(
                lay_out(home / "bundles", [functions[name] for name in LIBRARIES]),
                {
                    "DATABASE_URL": servers.database_url,
                    "REDIS_URL": servers.redis_url,
                    "ENVIRONMENT": "production",
                    "JWT_SECRET": SECRET,
                    "OMP_NUM_THREADS": "1",
                    "OPENBLAS_NUM_THREADS": "1",
                },
                Redis.from_url(servers.redis_url, decode_responses=True),
            )
            for name in LIBRARIES:
                yield from measure(bench, functions[name])


def lay_out(home: Path, functions: Iterable[Function]) -> Path:
    """Every function and layer, compiled, with the floor's module in each."""
    for name in LIBRARIES:
        bundle = lay_out_function(name, home / name)
        shutil.copy(ROOT / "tests" / "fixtures" / "cold_floor.py", bundle)
        compileall.compile_dir(bundle, quiet=1)
    from tests.fixtures.heavy_boot import save_models  # noqa: PLC0415 - it loads what it is about

    (home / "trained").mkdir()
    save_models(home / "trained")
    for layer in sorted({layer for function in functions for layer in function.layers}):
        lay_out_layer(layer, home / "layers" / layer)
    lay_out_packages(RUNTIME_CLIENT, home / "runtime")
    return home


def measure(bench: Bench, function: Function) -> list[Ratio]:
    name = function.name
    event = question(name)
    command = bench.command(function, function.handler)
    floor = bench.command(function, "cold_floor.handler")
    heavy = [sys.executable, str(HEAVY_BOOT), function.handler, str(bench.home / "trained")]
    start, end = row_window(None, LOOKBACK_DAYS_MIN, datetime.now(UTC))
    reads = {
        "COLD_USER": USER,
        "COLD_WINDOW": f"{start.isoformat()} {end.isoformat()}",
        "COLD_LIBRARIES": LIBRARIES[name],
    }
    taken: dict[str, list[FirstAnswer]] = {
        what: [] for what in ("uncached", "cached", "floor", "heavy", "heavy cached")
    }
    for _ in range(ROUNDS):
        bench.redis.flushdb()
        taken["uncached"].append(bench.ask(command, event))
        taken["cached"].append(bench.ask(command, event))
        reads["COLD_KEY"] = bench.cached_key(GROUPS[name])
        taken["floor"].append(bench.ask(floor, event, **reads))
        if name in HEAVY:
            path = str(bench.home / name)
            taken["heavy cached"].append(bench.ask(heavy, event, PYTHONPATH=path))
            bench.redis.flushdb()
            taken["heavy"].append(bench.ask(heavy, event, PYTHONPATH=path))
    answered = {what: median_ms([one.answered for one in all_]) for what, all_ in taken.items() if all_}
    ready = {what: median_ms([one.ready for one in all_]) for what, all_ in taken.items() if all_}
    python = median_ms([time_run([*ISOLATED, "-c", "pass"]) for _ in range(ROUNDS)])
    parts = {
        "interpreter": python,
        "libraries": ready["floor"] - python,
        "own modules": ready["cached"] - ready["floor"],
        "connections and reads": answered["cached"] - ready["cached"],
        "model and computing": answered["uncached"] - answered["cached"],
    }
    split = ", ".join(f"{part} {ms:.0f}" for part, ms in parts.items())
    ratios = [
        Ratio(
            f"cold {name}: start to asking for work / the same by bare libraries",
            ready["cached"] / ready["floor"],
            "<= 1.15",
            f"{ready['cached']:.0f} against {ready['floor']:.0f} ms",
        ),
        Ratio(
            f"cold {name}: start to first cached answer / the same reads by bare libraries",
            answered["cached"] / answered["floor"],
            "<= 1.25",
            f"{answered['cached']:.0f} against {answered['floor']:.0f} ms; {split}",
        ),
    ]
    if name in HEAVY:
        ratios += [
            Ratio(
                f"cold {name}: in a process with torch, pandas and statsmodels / as it is, {what}",
                answered[heavy] / answered[what],
                ">= 5",
                f"{answered[heavy]:.0f} against {answered[what]:.0f} ms to the first answer",
            )
            for what, heavy in (("cached", "heavy cached"), ("uncached", "heavy"))
        ]
    return ratios


def question(name: str) -> dict[str, Any]:
    """A GET that the function answers from its cache when it can."""
    day = (datetime.now(UTC).date() - timedelta(days=2)).isoformat()
    path = {
        "features": f"/api/features/{USER}/{day}",
        "correlations": f"/api/correlations/{USER}",
        "predictions": f"/api/predictions/{USER}/{day}",
        "insights": f"/api/insights/{USER}",
    }[name]
    return request_event("GET", path, x_nutri_token=mint(USER))


def time_run(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - began


def median_ms(seconds: list[float]) -> float:
    return 1e3 * statistics.median(seconds)


if __name__ == "__main__":
    for measured in run():
        print(measured, flush=True)
