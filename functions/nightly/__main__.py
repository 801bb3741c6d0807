"""The night where there is no Step Functions: `python -m functions.nightly --workers 4`, once an hour.

What `nutri nightly` does, without its terminal: a line of JSON when it is over. Exit code 1: it failed for
somebody, or did not come to its end.
"""

import argparse
import sys
import time

from common.errors import NutriError
from common.settings import get_settings
from common.telemetry import configure_logging, configure_tracing, flush_spans, log_event, log_metric
from functions.nightly.workers import run_night, summarise


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m functions.nightly")
    parser.add_argument("--workers", type=int, default=1, help="processes, each with one connection")
    workers = parser.parse_args().workers
    configure_logging(get_settings())
    configure_tracing(get_settings(), "nutri-nightly")
    began = time.perf_counter()
    try:
        outcome = run_night(None, workers, begin=lambda _: None, advance=lambda: None)
    except NutriError as error:
        log_event("night", {"error": error.code})
        return 1
    finally:
        flush_spans()
    log_metric("NightComputed", outcome.report.computed)
    log_metric("NightEvaluated")
    told = {name: value for name, value in summarise(outcome).items() if isinstance(value, int | str)}
    log_event("night", {**told, "ms": round((time.perf_counter() - began) * 1_000)})
    return 1 if outcome.report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
