"""A function answering plain HTTP, for platforms that run containers: `python -m common.http.plain HANDLER`.

The application is the one that the handler wraps; it takes one request at a time, as under Lambda, and more
containers take more. The port is PORT's, as Knative and Cloud Run give it.
"""

import importlib
import os
import sys

import uvicorn

from common.errors import ConfigurationError
from common.settings import get_settings
from common.startup import quick_start
from common.telemetry import configure_logging, configure_tracing

LAST_ANSWER_SECONDS = 25
"""For the request in hand after a SIGTERM; Kubernetes kills after 30."""


def serve(handler: str, port: int) -> None:
    """Answer at `port` of every address until told to stop. Raises ConfigurationError for no function."""
    package = handler.removesuffix(".handler.handler")
    try:
        with quick_start():
            app = importlib.import_module(f"{package}.app").app
    except ModuleNotFoundError as error:
        if error.name != f"{package}.app":
            raise
        raise ConfigurationError(f"{package} answers no HTTP: it is run as a command") from None
    configure_logging(get_settings())
    configure_tracing(get_settings(), package.replace("functions.", "nutri-"))
    uvicorn.run(
        app,
        host="0.0.0.0",
        port=port,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_ANSWER_SECONDS,
    )


if __name__ == "__main__":
    serve(sys.argv[1], int(os.environ["PORT"]))
