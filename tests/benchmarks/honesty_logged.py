"""How the engine does on logs as people keep them: alone, among others, and where both have a common cause.

Half to four fifths of the days are completely logged, and some 190 pairs are tested every week from day 42 to
364. Each figure stands beside its goal and beside what the engine did before others were asked, measured on
the same kind of logs. `honesty` prints them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from tests.benchmarks.crowds import FIRST_LOOK, LAST_LOOK, Member, live
from tests.benchmarks.logged import CAUSES

BY = (90, 182, 252, 364)
SIZES = (0.3, 0.5, 0.8)
TRAP_DAY, NOTHING_DAY = 252, 224
WEEKLY = tuple(range(FIRST_LOOK, LAST_LOOK + 1, 7))
QUICK = (70, 84, 133, 182, 217, 252, 308, 364)


@dataclass(frozen=True)
class Row:
    name: str
    value: float
    goal: str = ""
    before: str = ""
    """The same figure of the engine that asked nobody else."""

    def __str__(self) -> str:
        before = f"(before: {self.before})" if self.before else ""
        return f"{self.name:<74} {self.value:6.3f}   {self.goal:<10} {before}"


# what is said of the earlier engine: last meal at d .5, and a mean of .6 over people
BEFORE_ALONE = {(0.5, 182): ".07", (0.5, 252): ".15", (0.5, 364): ".40"}
BEFORE_TRAPS = {
    "stress": ".36", "shift rota": ".46", "heat": ".12", "training blocks": ".12",
    "unlogged social dinners": ".18",
}  # fmt: skip


def measure_alone(people: int, looks: Sequence[int], d: float) -> Iterator[Row]:
    """Nobody shares their data; the effect is one of which there is no study."""
    members = live(50, [d] * people, together=False, looks=looks)
    for day in BY:
        told = share(member.first_told(day) is not None for member in members)
        yield Row(f"alone, d {d}: told by day {day}", told, before=BEFORE_ALONE.get((d, day), ""))
    yield from _describe(f"alone, d {d}", members)


def measure_together(people: int, looks: Sequence[int], mean: float, spread: float) -> Iterator[Row]:
    """Everybody shares: what each is told rests on the others, too."""
    effects = mean + spread * np.random.default_rng(51).standard_normal(people)
    members = live(51, effects.tolist(), together=True, looks=looks)
    name = f"among others, mean d {mean} +- {spread}"
    for day in BY:
        known = {182: (">= .65", ".02")} if mean > 0.5 else {}
        told = share(member.first_told(day) is not None for member in members)
        yield Row(f"{name}: told by day {day}", told, *known.get(day, ("", "")))
    notable = [member for member in members if abs(member.d) >= 0.2]
    for day, goal, before in ((182, ".69-.77", ".16"), (336, ".87-.90", ".40")):
        told = share(member.first_told(day) is not None for member in notable)
        yield Row(f"{name}, |d| >= .2: told by day {day}", told, goal if mean > 0.5 else "", before)
    false = share(member.told_falsely(182) for member in members)
    yield Row(f"{name}: told anything false by day 182", false, "<= .05", ".00")
    yield from _describe(name, members)


def measure_nothing(people: int) -> Iterator[Row]:
    """Nobody has any effect, alone and among others like them: the same people, looked at every week."""
    looks = [day for day in WEEKLY if day <= NOTHING_DAY]
    for together in (False, True):
        members = live(52, [0.0] * people, together=together, looks=looks)
        name = f"no effects, {'among others' if together else 'alone'}, weekly looks"
        yield Row(f"{name}: told anything by day 182", share(m.told_falsely(182) for m in members), "<= .05")
        yield Row(f"{name}: told anything by day {NOTHING_DAY}",
                  share(m.told_falsely() for m in members), "<= .10")  # fmt: skip


def measure_trap(people: int, looks: Sequence[int], name: str) -> Iterator[Row]:
    """No habit does anything: a cause moves habits and nights alike. Among others who have it as well."""
    until = [day for day in looks if day <= TRAP_DAY]
    for together in (False, True):
        members = live(53, [0.0] * people, together=together, cause=CAUSES[name], looks=until)
        where = "among others" if together else "alone"
        false = share(member.told_falsely(TRAP_DAY) for member in members)
        yield Row(f"{name}, {where}: told anything by day {TRAP_DAY}", false, "<= .10", BEFORE_TRAPS[name])


def measures(people: int, looks: Sequence[int] = WEEKLY) -> list[Callable[[], Iterator[Row]]]:
    """Each crowd on its own, to be asked side by side; the longest first."""
    return [
        partial(measure_nothing, people),
        *(
            partial(measure_together, people, looks, mean, spread)
            for mean, spread in ((0.6, 0.3), (0.3, 0.2))
        ),
        *(partial(measure_trap, people, looks, name) for name in CAUSES),
        *(partial(measure_alone, people, looks, d) for d in SIZES),
    ]


def _describe(name: str, members: Sequence[Member]) -> Iterator[Row]:
    """Of the first that each was told: whether it was its size, and its side, that was said."""
    told = [(member, finding) for member in members if member.d and (finding := member.first_told())]
    if len(told) < 5:
        return
    truths = np.array([member.true_change(finding) for member, finding in told])
    said = np.array([finding.effect.change for _, finding in told])
    inside = [f.effect.lower <= truth <= f.effect.upper for (_, f), truth in zip(told, truths, strict=True)]
    yield Row(f"{name}: what was first told, over the truth", float(said.sum() / truths.sum()), ".85-1.15")
    yield Row(f"{name}: of their 90% intervals, with the truth inside", share(inside), ">= .85")
    yield Row(f"{name}: told the wrong sign", share(said * truths < 0), "<= .05")
    later = missing = 0
    for member, _ in told:
        seen = [member.is_told(day) for day, _ in member.looks]
        after = seen[seen.index(True) + 1 :]
        later, missing = later + len(after), missing + after.count(False)
    yield Row(f"{name}: later looks that do not tell it", missing / max(later, 1))


def share(those: Iterable[object]) -> float:
    return float(np.mean([bool(one) for one in those]))
