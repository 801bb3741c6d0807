"""Fits kept on disk, so that training that was cut short goes on where it stopped.

A fit belongs to the data, the code and the seed it was made from; where one changes, all are made anew.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import joblib

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
CODE = ("model_export", "common/compute")


@dataclass(frozen=True)
class Fits:
    folder: Path
    done: Callable[[], None] = lambda: None
    """Called once per fit, made or found."""

    def keep(self, name: str, fit: Callable[[], T]) -> T:
        """Return what `fit` gives, or gave before."""
        path = self.folder / f"{name}.joblib"
        if path.exists():
            found: T = joblib.load(path)
        else:
            found = fit()
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".part")
            joblib.dump(found, unfinished)
            unfinished.replace(path)
        self.done()
        return found


def open_fits(work: Path, data: list[Path], seed: int, done: Callable[[], None]) -> Fits:
    """Return the fits of exactly these data, this code and this seed."""
    digest = hashlib.sha256(str(seed).encode())
    for path in [*data, *(path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py")))]:
        digest.update(path.read_bytes())
    return Fits(work / "fits" / digest.hexdigest()[:16], done)
