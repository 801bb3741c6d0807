"""Real people's days as training samples: which files, who is held out, one sample per person and night.

Samples are built by the same `common.compute` objects that serve. Synthetic people never enter here.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common.compute.forecasts.model_inputs import (
    RECENT_AGE_DAYS,
    RECENT_KNOWN_DAYS,
    WINDOW_DAYS,
    Metric,
    ModelInputs,
    build_model_inputs,
    row_columns,
    window_channels,
)
from common.compute.forecasts.rules import trailing
from common.compute.series.build import DailySeries, build_series, until
from common.compute.series.calendar import AsOf
from common.compute.series.rows import Floats
from common.errors import ConfigurationError
from model_export.data.rows import to_person_rows
from model_export.data.tidy import TidyPerson, read_tidy


@dataclass(frozen=True)
class Source:
    file: str
    licence: str
    credit: str


SOURCES: tuple[Source, ...] = (
    Source(
        "lifesnaps",
        "CC BY 4.0",
        "Yfantidou et al., Scientific Data 9, 663 (2022), doi 10.1038/s41597-022-01764-x",
    ),
    Source(
        "oura_stethoscope",
        "ODbL 1.0; oura_06 MIT",
        "Anand Chowdhary; Carlo Badini; Pedro Cruz; Vatsal",
    ),
    Source("whoop_ald0405", "MIT", "Asif Laldin"),
    Source("welltory", "CC0", "Welltory"),
    Source("apple_zughbi", "MIT", "Billal Zughbi"),
    Source("fitbit_innergalileo", "MIT", "Anthony Nicholas"),
    Source("fitbit_niplav", "CC BY 4.0", "niplav, niplav.site"),
    Source("t1d_uom", "CC BY 4.0", "Alsuhaymi et al., Zenodo 10.5281/zenodo.15806142"),
    Source("myaiguide_garmin", "MIT", "Olivier Mirat"),
)
Mask = NDArray[np.bool_]

DRAW = "locked test 2026"
LOOKS_AT_LOCKED = 2
"""Recipes scored on it so far, this one included; what those before scored was known when it was chosen."""
HELD_OUT_SHARE = 0.25
LATE_SHARE = 0.3
"""Of the days of people in sets too small to hold anyone out of: their last ones are locked instead."""
SMALL_SETS = (
    "oura_stethoscope",
    "whoop_ald0405",
    "apple_zughbi",
    "fitbit_innergalileo",
    "fitbit_niplav",
    "myaiguide_garmin",
)


@dataclass(frozen=True)
class Person:
    dataset: str
    user: str
    held_out: bool
    """True for people no model, scaler or interval may see before the final test."""
    attributes: dict[str, str]
    series: DailySeries


@dataclass(frozen=True)
class Samples:
    """One row per person and night to be forecast; all arrays have length N."""

    person: NDArray[np.int64]
    """Position in the list of people."""
    family: NDArray[np.str_]
    target_day: NDArray[np.datetime64]
    day_open: Mask
    actual: Floats
    """In the metric's own unit."""
    target: Floats
    """(actual - reference) / usual error, in the model's unit."""
    reference: Floats
    usual_error: Floats
    known_days: Floats
    recent: Mask
    """Enough of the metric lately for a model to go by."""
    comparable: Mask
    """Yesterday, the day before and three of the last seven known: every simple rule can be scored."""
    row: Floats
    window: Floats

    def __len__(self) -> int:
        return len(self.actual)

    def where(self, mask: Mask) -> "Samples":
        return Samples(*(getattr(self, field.name)[mask] for field in fields(self)))


def choose_sources(data_dir: Path, without: Collection[str] = ()) -> list[Source]:
    """Return the shared sets but those named in `without`.

    Raises ConfigurationError for a name that is no set's, and where files are missing: each is named with
    whose it is and how to do without it.
    """
    names = [source.file for source in SOURCES]
    if unknown := sorted(set(without) - set(names)):
        raise ConfigurationError(f"{unknown[0]} is no data set: there are {', '.join(names)}.")
    chosen = [source for source in SOURCES if source.file not in without]
    missing = [source for source in chosen if not (data_dir / f"{source.file}.csv").is_file()]
    if missing:
        files = "; ".join(f"{source.file}.csv (by {source.credit}; {source.licence})" for source in missing)
        leave_out = " ".join(f"--without {source.file}" for source in missing)
        raise ConfigurationError(
            f"{data_dir} has no {files}. Get it from its publisher and put it there as tidy CSV, one line "
            f"per person and day (model_export/README.md says which columns), or leave it out: {leave_out}."
        )
    if not chosen:
        raise ConfigurationError("Every data set is left out: there are no people to train on.")
    return chosen


def load_people(data_dir: Path, sources: Sequence[Source] = SOURCES) -> list[Person]:
    """Everyone in these sets. Raises FileNotFoundError naming the first that is missing."""
    people = []
    for source in sources:
        file = read_tidy(data_dir / f"{source.file}.csv")
        if file.faults:
            raise ValueError(f"{source.file}.csv line {file.faults[0].line}: {file.faults[0].detail}")
        people += [Person(p.dataset, p.user, is_held_out(p), p.attributes, to_series(p)) for p in file.people]
    return people


def is_held_out(person: TidyPerson) -> bool:
    """By a hash of the id, so that neither order nor new people move anyone to the other side."""
    digest = hashlib.sha256(f"{DRAW} {person.user_id}".encode()).digest()
    return person.dataset not in SMALL_SETS and int.from_bytes(digest[:8]) / 2**64 < HELD_OUT_SHARE


def locked_nights(people: Sequence[Person], samples: Samples) -> Mask:
    """(N,) nights no recipe may be chosen by: all of held-out people, the late ones of small sets."""
    firsts = np.array([_first_locked(person) for person in people], "datetime64[D]")
    locked: Mask = samples.target_day >= firsts[samples.person]
    return locked


def unlocked(people: Sequence[Person]) -> list[Person]:
    """Return the same people up to their first locked night; of held-out ones no day is left."""
    return [
        replace(person, series=until(person.series, _first_locked(person) - timedelta(days=1)))
        for person in people
    ]


def _first_locked(person: Person) -> date:
    days = person.series.days
    open_days = int(len(days) * (1 - LATE_SHARE)) if person.dataset in SMALL_SETS else len(days)
    first: date = days[0].item() + timedelta(days=0 if person.held_out else open_days)
    return first


def to_series(person: TidyPerson) -> DailySeries:
    first, last = person.days[0], person.days[-1]
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), UTC).replace(tzinfo=None)
    return build_series(to_person_rows(person), first, last, AsOf(last, end, open=False))


def build_samples(
    people: Iterable[Person], metric: Metric, horizons: tuple[bool, ...] = (False, True)
) -> Samples:
    """Every night with a value and something known of the 60 days before it.

    `horizons`: False = forecast at the end of the day before, True = while that day is open.
    """
    parts = []
    for position, person in enumerate(people):
        values = person.series[metric.channel]
        comparable = comparable_days(values)
        for day_open in horizons:
            model_inputs = build_model_inputs(person.series, metric, day_open=day_open)
            days = np.flatnonzero(np.isfinite(model_inputs.reference[:-1]) & np.isfinite(values[1:]))
            reference, usual = model_inputs.reference[days], model_inputs.usual_error[days]
            actual = values[days + 1]
            parts.append(
                Samples(
                    person=np.full(len(days), position),
                    family=np.full(len(days), model_inputs.family, "<U8"),
                    target_day=person.series.days[days + 1],
                    day_open=np.full(len(days), day_open),
                    actual=actual,
                    target=(metric.to_model(actual) - reference) / usual,
                    reference=reference,
                    usual_error=usual,
                    known_days=model_inputs.known_days[days],
                    recent=model_inputs.recent[days],
                    comparable=comparable[days],
                    row=model_inputs.row[days],
                    window=model_inputs.window[days],
                )
            )
    return join_samples(parts)


def join_samples(parts: Sequence[Samples]) -> Samples:
    return Samples(
        *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Samples))
    )


def refuse_future(people: Iterable[Person], metric: Metric) -> None:
    """Raise ValueError naming an input whose value on some day was another before later days were known."""
    names = np.array([*row_columns(metric), *window_channels(metric)])
    for person in people:
        series = person.series
        cut = max(2 * len(series.days) // 3, 1)
        until = replace(
            series,
            days=series.days[:cut],
            values=series.values[:, :cut],
            source_codes=series.source_codes[:, :cut],
        )
        for day_open in (False, True):
            late, early = (build_model_inputs(known, metric, day_open=day_open) for known in (series, until))
            asked = np.isfinite(early.reference)
            same = np.isclose(_of_the_day(late)[:cut], _of_the_day(early), rtol=0, atol=1e-9, equal_nan=True)
            if leaking := names[~same[asked].all(axis=0)].tolist():
                raise ValueError(f"{leaking[0]} knows the future")


def _of_the_day(model_inputs: ModelInputs) -> Floats:
    """(n, inputs)"""
    return np.hstack([model_inputs.row, model_inputs.window[:, -1]])


def recent_days(values: Floats) -> Mask:
    """(n,) True on days whose last week and month hold enough for a model to go by."""
    known = np.isfinite(values)
    week, month = (trailing(known.astype(float), days) for days in (RECENT_AGE_DAYS + 1, WINDOW_DAYS))
    recent: Mask = (np.nansum(week, axis=1) > 0) & (np.nansum(month, axis=1) >= RECENT_KNOWN_DAYS)
    return recent


def comparable_days(values: Floats) -> Mask:
    """(n,) True on day t where t, t - 1 and three of the seven days up to t are known."""
    known = np.isfinite(values)
    before = np.concatenate([[False], known[:-1]])
    week = np.convolve(known, np.ones(7))[: len(values)]
    comparable: Mask = known & before & (week >= 3)
    return comparable
