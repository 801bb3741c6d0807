"""What members that never saw a person forecast for them: kept by training, scored by evaluation.

One small file per model and kind of people, in the working folder: forecasts of somebody's nights are no part
of a model. Must not know how an answer was made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from common.compute.series.rows import Floats
from common.errors import ConfigurationError
from model_export.data.datasets import Mask, Person, Samples
from model_export.export.calibrate import Ends

PeopleAre = Literal["held_out", "cross_fitted"]
KINDS: tuple[PeopleAre, ...] = ("held_out", "cross_fitted")
LOCKED: PeopleAre = "held_out"
INPUTS = ("row", "window")


@dataclass(frozen=True)
class Answers:
    """Forecasts of N nights, in the model's unit."""

    samples: Samples
    """Without inputs once read back from a file."""
    centers: Floats
    """(N,) as served."""
    ends: Ends
    """Intervals calibrated on other people."""
    members: dict[str, Floats]
    """Each member's own, (N,)."""
    folds: NDArray[np.int64]
    """(N,) Members and intervals of a night come from people of other folds."""

    def where(self, mask: Mask) -> "Answers":
        return Answers(
            self.samples.where(mask),
            self.centers[mask],
            {level: (low[mask], high[mask]) for level, (low, high) in self.ends.items()},
            {name: own[mask] for name, own in self.members.items()},
            self.folds[mask],
        )


def person_ids(people: Sequence[Person]) -> list[str]:
    return [f"{person.dataset}-{person.user}" for person in people]


def save_answers(
    work: Path, sha256: str, people: Sequence[Person], answers: dict[PeopleAre, Answers]
) -> None:
    """Write them as the answers of the model whose file has this hash, in place of older ones."""
    work.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        (work / f"{kind}.npz").unlink(missing_ok=True)
    ids = np.array(person_ids(people))
    for kind, given in answers.items():
        samples = given.samples
        columns = {f.name: getattr(samples, f.name) for f in fields(Samples) if f.name not in INPUTS}
        columns |= {"person": ids[samples.person], "centers": given.centers, "folds": given.folds}
        for level, (low, high) in given.ends.items():
            columns |= {f"lower_{level}": low, f"upper_{level}": high}
        columns |= {f"member_{name}": own for name, own in given.members.items()}
        np.savez_compressed(work / f"{kind}.npz", sha256=np.array(sha256), **columns)


def read_answers(work: Path, sha256: str, people: Sequence[Person]) -> dict[PeopleAre, Answers]:
    """Return the answers of exactly this model, of the locked test too where it was asked.

    Raises ConfigurationError where they or their people are missing.
    """
    position = {person: i for i, person in enumerate(person_ids(people))}
    answers: dict[PeopleAre, Answers] = {}
    for kind in KINDS:
        if kind == LOCKED and not (work / f"{kind}.npz").exists():
            continue
        try:
            with np.load(work / f"{kind}.npz", allow_pickle=False) as file:
                columns = dict(file)
        except OSError:
            raise _absent(work) from None
        if str(columns["sha256"]) != sha256 or not set(columns["person"].tolist()) <= position.keys():
            raise _absent(work)
        count = len(columns["person"])
        columns["person"] = np.array([position[person] for person in columns["person"].tolist()])
        columns |= {"row": np.empty((count, 0)), "window": np.empty((count, 0, 0))}
        levels = [int(name.removeprefix("lower_")) for name in columns if name.startswith("lower_")]
        answers[kind] = Answers(
            Samples(*(columns[f.name] for f in fields(Samples))),
            columns["centers"],
            {level: (columns[f"lower_{level}"], columns[f"upper_{level}"]) for level in levels},
            {
                name.removeprefix("member_"): own
                for name, own in columns.items()
                if name.startswith("member_")
            },
            columns["folds"],
        )
    return answers


def _absent(work: Path) -> ConfigurationError:
    return ConfigurationError(
        f"{work} holds no forecasts of this model for people it never saw: `nutri train` writes them."
    )
