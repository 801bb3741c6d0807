"""`<state>/env`: where a running service listens, as shell exports. There no longer than true."""

import contextlib
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path


@contextlib.contextmanager
def url_list(path: Path) -> Iterator[Callable[[Mapping[str, str]], None]]:
    """Give a function that writes the variables, all at once; at the end of the block the file goes."""

    def write(variables: Mapping[str, str]) -> None:
        unfinished = path.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)  # the database's password is in it
        unfinished.write_text(
            "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
        )
        unfinished.rename(path)

    path.unlink(missing_ok=True)
    try:
        yield write
    finally:
        path.unlink(missing_ok=True)
