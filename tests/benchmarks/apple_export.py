"""What a gigabyte of Apple Health costs `nutri import --dry-run`: peak memory and time of its process."""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.ratio import Ratio
from tests.fixtures.apple_large import write_export

DAYS, PULSES_A_DAY = 3_300, 480
MEMORY_MB = 200.0


def run() -> list[Ratio]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.zip"
        xml_bytes = write_export(path, DAYS, PULSES_A_DAY)
        peak_mb, seconds = measure(path)
    detail = f"{xml_bytes / 1e9:.2f} GB of XML, {DAYS:,} days, {seconds:.0f} s"
    return [Ratio("peak memory of importing an Apple Health export, MB", peak_mb, f"<= {MEMORY_MB}", detail)]


def measure(path: Path) -> tuple[float, float]:
    """Return the peak of resident memory (MB) and the seconds of previewing an export."""
    script = (
        "import sys; from functions.local.cli.app import app\n"
        "try: app(sys.argv[1:])\n"
        "except SystemExit as done: assert not done.code, done.code\n"
        "print(open('/proc/self/status').read())"
    )
    arguments = ["import", str(path), "--user", "me", "--timezone", "America/New_York", "--dry-run"]
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"COLUMNS": "200"},
    )
    peak = re.search(r"VmHWM:\s+(\d+) kB", done.stdout)
    assert peak is not None
    return int(peak[1]) / 1000, time.perf_counter() - began
