"""What importing a handler in production costs beyond its bare libraries, each in fresh processes."""

import os
import statistics
import subprocess
import sys
import time

from tests.benchmarks.ratio import Ratio
from tests.fixtures.tokens import SECRET

ROUNDS = 9
CORE = (
    "asyncio, json, logging, fastapi, fastapi.responses, mangum, pydantic, pydantic_settings, jwt, redis, "
    "numpy, sqlalchemy, sqlalchemy.dialects.postgresql.pg8000, pg8000.dbapi, zoneinfo"
)
LIBRARIES = {
    "features": CORE,
    "correlations": f"{CORE}, scipy.special",
    "predictions": f"{CORE}, onnxruntime",
    "insights": CORE,
}


def run() -> list[Ratio]:
    ratios = []
    for function, libraries in LIBRARIES.items():
        bare, handler = f"import {libraries}", f"import functions.{function}.handler"
        times: dict[str, list[float]] = {bare: [], handler: []}
        for _ in range(ROUNDS):
            for statement, taken in times.items():
                taken.append(_seconds(statement))
        floor, ours = (statistics.median(times[statement]) for statement in (bare, handler))
        ratios.append(
            Ratio(
                name=f"import {function} handler / its bare libraries",
                value=ours / floor,
                goal="<= 1.15",
                detail=f"{ours * 1e3:.0f} ms against {floor * 1e3:.0f} ms, median of {ROUNDS} processes",
            )
        )
    return ratios


def _seconds(statement: str) -> float:
    timed = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    began = time.perf_counter()
    environment = os.environ | {"ENVIRONMENT": "production", "JWT_SECRET": SECRET}
    done = subprocess.run(
        [sys.executable, "-c", timed], capture_output=True, text=True, check=True, env=environment
    )
    return min(float(done.stdout), time.perf_counter() - began)
