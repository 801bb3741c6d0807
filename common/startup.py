"""Starting up: what a handler imports stays for good, and most of what it describes no request asks for."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel


@contextmanager
def quick_start() -> Iterator[None]:
    """For the imports of a handler: they cost a cold start a third less so.

    The garbage collector rests meanwhile, and leaves alone for good what is there at the end. Pydantic builds
    a model when it is first used: FastAPI alone brings dozens that describe its document.
    """
    gc.disable()
    BaseModel.model_config["defer_build"] = True
    try:
        yield
    finally:
        del BaseModel.model_config["defer_build"]
        gc.freeze()
        gc.enable()
