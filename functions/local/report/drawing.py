"""Small charts of characters. Pure: numbers in, a string out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Ink:
    levels: str
    """From low to high."""
    gap: str
    thin: str
    thick: str
    point: str
    usual: str
    full: str
    empty: str
    up: str
    down: str


BLOCKS = Ink("▁▂▃▄▅▆▇█", "·", "─", "━", "●", "┊", "█", "░", "▲", "▼")
PLAIN = Ink("_.-~=+*#", " ", "-", "=", "O", "|", "#", ".", "+", "-")
"""For terminals that cannot show the blocks."""


def sparkline(values: NDArray[np.float64], ink: Ink = BLOCKS) -> str:
    """One character a value, from the lowest to the highest of them; unknown ones are gaps.

    Values that are all the same lie in the middle.
    """
    known = ~np.isnan(values)
    if not known.any():
        return ink.gap * len(values)
    low, high = float(values[known].min()), float(values[known].max())
    steps = len(ink.levels)
    shares = (values - low) / (high - low) if high > low else np.full(len(values), 0.5)
    return "".join(
        ink.levels[min(int(share * steps), steps - 1)] if there else ink.gap
        for share, there in zip(np.nan_to_num(shares), known, strict=True)
    )


def fan(
    value: float,
    *,
    likely: tuple[float, float],
    widest: tuple[float, float],
    usual: float | None,
    width: int,
    ink: Ink = BLOCKS,
) -> str:
    """Return a forecast on a line: thin over its widest interval, thick over the likely one, and what is
    usual.
    """
    ends = [*widest, *([] if usual is None else [usual])]
    low, span = min(ends), max(ends) - min(ends)

    def column(at: float) -> int:
        return round((at - low) / span * (width - 1)) if span > 0 else width // 2

    cells = [" "] * width
    for (start, stop), mark in ((widest, ink.thin), (likely, ink.thick)):
        for i in range(column(start), column(stop) + 1):
            cells[i] = mark
    if usual is not None:
        cells[column(usual)] = ink.usual
    cells[column(value)] = ink.point
    return "".join(cells)


def progress(have: int, need: int, width: int, ink: Ink = BLOCKS) -> str:
    done = min(width, int(width * have / need)) if need > 0 else width
    return ink.full * done + ink.empty * (width - done)


def choose_ink(encoding: str) -> Ink:
    """Return the blocks where the terminal's encoding has them."""
    try:
        "".join(vars(BLOCKS).values()).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return PLAIN
    return BLOCKS
