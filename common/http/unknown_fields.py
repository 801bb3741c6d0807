"""What a body may hold where it holds a field nobody knows, found in the operation's own models."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
"""What reads as the name of a field. Anything else is the caller's data, and is not repeated."""


def describe_unknown(body: Any, location: Sequence[str | int]) -> str:
    """Return a sentence that names the unknown field, where it reads as a name, and the fields there are.

    `body` is the type of the operation's body and `location` the path to the field, the field included.
    """
    *path, name = location
    named = f"`{name}` is" if NAME.fullmatch(str(name)) else "this is"
    allowed = sorted({field for model in _models_at(body, path) for field in _fields(model)})
    return f"{named} no field of it; it has {', '.join(allowed)}" if allowed else f"{named} no field of it"


def _models_at(kind: Any, path: Sequence[str | int]) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if not path:
            yield kind
            return
        for name, field in kind.model_fields.items():
            if path[0] in (name, field.alias):
                yield from _models_at(field.annotation, path[1:])
        return
    inner = path[1:] if path and isinstance(path[0], int) else path
    for part in get_args(kind):
        yield from _models_at(part, inner)


def _fields(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield field.alias or name
