"""Days of nights in virtual time: the deployed state machine, run on service times that were measured.

`python -m tests.benchmarks.night_simulated` tells what becomes of 1 thousand to 10 million people, on a usual
day and on the first. Retries, the map and its concurrency are the emulator's own interpreter on the machine's
own definition; the function is stood in for by how long it takes, and by what it does with whom.
"""

import asyncio
import random
import selectors
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from common.services.nightly.runs import UNTIL_MORNING
from common.services.nightly.shards import PEOPLE_PER_SHARD, SHARDS_MAX, Report
from common.services.nightly.turns import HELD_SECONDS
from functions.local.emulator.machines import read_machines
from functions.local.emulator.states import Interpreter, Machine, StateFailed
from functions.local.emulator.template import read_template
from functions.nightly.handler import KEPT_FOR_PLANS, RESERVE_MS
from functions.nightly.orders import CATCH_UP
from tests.fixtures.bundles import ROOT

HOUR = 3_600
DAY = 24 * HOUR
SHARE_OF_ZONES = (
    *(2, 2, 2, 2, 2, 2, 2, 20, 8, 6, 4, 3, 6, 8, 9, 5, 4, 4, 3, 2, 1, 1, 1, 1),  # %: a guess, 20% in one zone
)
"""Of people, by the hour (UTC) at which their night is over."""
PEOPLE_AT_ONCE = 250
"""Of a shard, in one move of the clock."""
PROCESSES = {1_000: 5, 1_000_000: 5, 3_000_000: 12, 10_000_000: 36}
"""NightConcurrency for so many people."""


@dataclass(frozen=True)
class Times:
    """Seconds, as `make bench-nightly` measured them on one core."""

    person: float = 0.0372
    passed_over: float = 0.000_02
    """A person whose turn it is not: a row read, a time zone looked up."""
    plan_each: float = 0.000_001
    start: float = 3.0
    evaluate: float = 5.0
    dies: float = 0.005
    """The share of invocations that end half-way, and are done again."""


@dataclass
class Cell:
    """People of one shard and one zone."""

    people: int
    over_at: int
    """Second of the day at which their night is over."""
    night: float = -1.0
    waiting: int = 0


@dataclass
class Fared:
    executions_failed: int = 0
    executions: int = 0
    in_time: int = 0
    late: int = 0
    throttled: int = 0
    longest_seconds: float = 0.0

    @property
    def share_in_time(self) -> float:
        return self.in_time / max(self.in_time + self.late, 1)


class VirtualSelector(selectors.SelectSelector):
    """Waits by moving the clock."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        self.now += timeout or 0.0
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._virtual = VirtualSelector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now


def cells_of(people: int, shards_max: int) -> list[list[Cell]]:
    """The plan's shards; each holds people of every zone."""
    each = max(PEOPLE_PER_SHARD, -(-people // shards_max))
    return [list(_zones(min(each, people - begin))) for begin in range(0, people, each)]


def _zones(people: int) -> Iterator[Cell]:
    given, told = 0, 0
    for hour, percent in enumerate(SHARE_OF_ZONES):
        told += percent
        until = people * told // 100
        yield Cell(until - given, hour * HOUR)
        given = until


@dataclass
class Service:
    """Stands in for the nightly function: takes its time, keeps its turns, remembers whom it computed."""

    shards: list[list[Cell]]
    processes: int
    times: Times
    launched: float
    """The first night's launch: mornings before it cannot be kept."""
    timeout: float
    fared: Fared = field(default_factory=Fared)
    busy: int = 0
    holder: str = ""
    held_until: float = 0.0
    dice: random.Random = field(default_factory=lambda: random.Random(1))

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def invoke(self, _name: str, order: dict[str, Any]) -> Any:
        if self.busy >= self.processes:
            self.fared.throttled += 1
            raise StateFailed("Lambda.TooManyRequestsException", "Rate Exceeded.")
        self.busy += 1
        try:
            return await getattr(self, f"_{order['action']}")(order)
        finally:
            self.busy -= 1

    def _take_turn(self, execution: str) -> bool:
        if self.holder not in ("", execution) and self.now < self.held_until:
            return False
        self.holder, self.held_until = execution, self.now + HELD_SECONDS
        return True

    async def _plan(self, order: dict[str, Any]) -> Any:
        people = sum(cell.people for shard in self.shards for cell in shard)
        await asyncio.sleep(self.times.start + people * self.times.plan_each)
        mine = self._take_turn(order["execution"])
        return {
            "people": people if mine else 0,
            "shards": list(range(len(self.shards))) if mine else [],
            "concurrency": self.processes - KEPT_FOR_PLANS,
        }

    async def _recompute(self, order: dict[str, Any]) -> Any:
        began = self.now
        self._take_turn(order["execution"])
        dies_after = self.dice.uniform(0, 60) if self.dice.random() < self.times.dies else None
        counts = asdict(Report())
        shard = self.shards[order["shard"]]
        await asyncio.sleep(self.times.start + sum(cell.people for cell in shard) * self.times.passed_over)
        for cell in shard:
            self._turn_page(cell, order["scheduled"])
            while cell.waiting:
                behind = order["scheduled"] - cell.night >= UNTIL_MORNING.total_seconds()
                if behind and self.now > order["began"] + CATCH_UP.total_seconds():
                    counts["behind"] += cell.waiting
                    break
                if self.now - began > self.timeout - RESERVE_MS / 1_000:
                    counts["remaining"] += cell.waiting
                    break
                some = min(cell.waiting, PEOPLE_AT_ONCE)
                await asyncio.sleep(some * self.times.person)
                if self.now - began > self.timeout:
                    raise StateFailed("States.Timeout", "the process was ended")
                self._done(cell, some)
                counts["computed"] += some
                if dies_after is not None and self.now - began > dies_after:
                    raise StateFailed("Lambda.Unknown", "the process died")
        return counts | {"people": sum(cell.people for cell in shard)}

    def _turn_page(self, cell: Cell, hour: float) -> None:
        """The latest night over at `hour`; whoever still waited for the one before it has missed it."""
        night = hour - (hour - cell.over_at) % DAY
        if night > cell.night:
            self.judge(cell, cell.waiting, in_time=False)
            cell.night, cell.waiting = night, cell.people

    def _done(self, cell: Cell, people: int) -> None:
        cell.waiting -= people
        self.judge(cell, people, in_time=self.now <= cell.night + UNTIL_MORNING.total_seconds())

    def judge(self, cell: Cell, people: int, *, in_time: bool) -> None:
        if cell.night < self.launched:
            return
        if in_time:
            self.fared.in_time += people
        else:
            self.fared.late += people

    async def _evaluate(self, order: dict[str, Any]) -> Any:
        await asyncio.sleep(self.times.start + self.times.evaluate)
        if self.holder == order["execution"]:
            self.holder = ""
        return {}


async def _hours(machine: Machine, service: Service, hours: int) -> Fared:
    interpreter = Interpreter(service.invoke)

    async def execute(hour: float, name: str) -> None:
        began = service.now
        context = {"Execution": {"Name": name, "StartTime": began}}
        try:
            await interpreter.run(machine, {"time": hour}, context)
        except StateFailed:
            service.fared.executions_failed += 1
        service.fared.longest_seconds = max(service.fared.longest_seconds, service.now - began)

    running = []
    for count in range(hours):
        hour = service.launched + count * HOUR
        await asyncio.sleep(hour - service.now)
        service.fared.executions += 1
        running.append(asyncio.create_task(execute(hour, f"run-{count}")))
    await asyncio.gather(*running)
    for shard in service.shards:
        for cell in shard:
            if cell.night + UNTIL_MORNING.total_seconds() <= service.now:
                service.judge(cell, cell.waiting, in_time=False)
    return service.fared


def simulate(
    people: int, processes: int, *, first: bool, hours: int = 48, shards_max: int = SHARDS_MAX
) -> Fared:
    """So many hours of runs. `first`: nobody was computed before; otherwise everybody was the day before."""
    template = read_template(ROOT / "template.yaml")
    (deployed,) = read_machines(template)
    (nightly,) = (function for function in template.functions if function.name == "nightly")
    launched = 10.0 * DAY + 6 * HOUR
    shards = cells_of(people, shards_max)
    for cell in (cell for shard in shards for cell in shard):
        cell.night = -1.0 if first else launched - HOUR - (launched - HOUR - cell.over_at) % DAY
    service = Service(shards, processes, Times(), launched, nightly.timeout_seconds)
    random.seed(1)  # the interpreter's jitter
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(_hours(deployed.machine, service, hours))


def main() -> None:
    for people, processes in PROCESSES.items():
        for first in (False, True):
            fared = simulate(people, processes, first=first)
            print(
                f"{people:>10,} people, {processes} processes, {'first' if first else 'usual'} nights: "
                f"{fared.share_in_time:.4%} by 06:00, {fared.executions_failed} of {fared.executions} "
                f"runs failed, {fared.throttled} calls throttled, the longest run "
                f"{fared.longest_seconds / 60:.0f} minutes"
            )


if __name__ == "__main__":
    main()
