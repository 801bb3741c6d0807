"""Small faults made in the code one at a time, and whether a test notices: `python -m tests.mutants`.

Cosmic Ray makes the faults; statements taken out are added to its operators. Each is made in a copy of
`common`, and meets only the tests that run its line. Of each room a sample is drawn by `--seed`. A survivor
is a line whose meaning no test holds. Not changed: annotations, decorators, text, and the values of
constants, which are tuned and not true.
"""

import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path
from queue import Queue
from random import Random
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator
from cosmic_ray.testing import run_tests
from cosmic_ray.work_item import TestOutcome
from coverage import CoverageData
from parso.python.tree import Keyword

HERE = Path(__file__).parents[1]
ROOMS = {
    "cache": ["common/cache/*.py"],
    "auth": ["common/auth.py", "common/http/callers.py", "common/http/limits.py"],
    "store": ["common/store/*.py"],
    "services": ["common/services/*.py", "common/services/nightly/*.py"],
    "control": ["common/compute/correlations/control.py"],
}
COVERING = [
    *("unit/test_auth.py", "unit/test_cache_*.py", "unit/test_ledger.py", "unit/test_breaker.py"),
    *("unit/test_store_*.py", "unit/test_lease.py", "unit/test_nightly_*.py"),
    *("unit/test_correlations.py", "unit/test_correlations_told.py", "unit/test_correlations_support.py"),
    *(
        "unit/test_evidence.py",
        "unit/test_stored_insights.py",
        "unit/test_http_*.py",
        "integration/test_*.py",
    ),
]
LONG = ("emulator", "explorer", "readme_commands", "history", "fuzz", "fault_matrix", "local_servers", "demo")
"""Of the integration tests those that run the whole service, from outside or for minutes."""
OPERATORS = [
    *(f"ReplaceComparisonOperator_{one}" for one in ("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")),
    *(
        f"ReplaceComparisonOperator_{one}"
        for one in ("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Lt_GtE", "Gt_LtE")
    ),
    *(f"ReplaceBinaryOperator_{one}" for one in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul")),
    *("AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ExceptionReplacer", "NumberReplacer"),
    *("ZeroIterationForLoop", "ReplaceUnaryOperator_USub_UAdd", "ReplaceUnaryOperator_Delete_Not"),
]
FEW_TESTS, MANY_TESTS = 8, 40
MUTANT_SECONDS = 150.0
TIMEOUT = ["not finished"]
FAILED = re.compile(r"^(?:FAILED|ERROR) (tests/\S+?)(?:\[.*)?(?: - .*)?$", re.MULTILINE)
WANTED_SCORE = 0.8


class RemoveStatement(Operator):  # type: ignore[misc]
    """Takes out a call whose result nobody uses, or an assignment to an attribute or an element."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        if node.type == "simple_stmt":
            statement = node.children[0]
            called = statement.type in ("atom_expr", "power") and statement.children[-1].type == "trailer"
            assigned = statement.type == "expr_stmt" and statement.children[0].type in ("atom_expr", "power")
            if called or assigned:
                yield statement.start_pos, statement.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        statement = node.children[0]
        prefix = statement.get_first_leaf().prefix
        node.children[0] = Keyword("pass", statement.start_pos, prefix)
        return node

    @classmethod
    def examples(cls) -> Sequence[Any]:
        return ()


@dataclass(frozen=True)
class Mutant:
    room: str
    path: str
    line: int
    operator: str
    occurrence: int

    @property
    def name(self) -> str:
        return f"{self.path}:{self.line} {self.operator} #{self.occurrence}"


def operator_called(name: str) -> Any:
    return RemoveStatement() if name == "RemoveStatement" else get_operator(f"core/{name}")()


def mutants_of(room: str, only: str = "") -> list[Mutant]:
    """Every one that could be made in a room, or in one file of it."""
    found = []
    for pattern in ROOMS[room]:
        for file in sorted(HERE.glob(pattern)):
            path = str(file.relative_to(HERE))
            if only not in ("", path):
                continue
            tree = get_ast(file.read_text())
            nodes = list(ast_nodes(tree))
            for name in [*OPERATORS, "RemoveStatement"]:
                operator = operator_called(name)
                positions = [(node, place) for node in nodes for place in operator.mutation_positions(node)]
                found += [
                    Mutant(room, path, place[0][0], name, occurrence)
                    for occurrence, (node, place) in enumerate(positions)
                    if not _is_constant(node)
                ]
    return found


def _is_constant(node: Any) -> bool:
    """Whether it is in an annotation or a decorator, or in the value of a name in capitals."""
    while node.parent is not None:
        if node.type == "decorator":
            return True
        if node.parent.type in ("annassign", "tfpdef") and node is not node.parent.children[0]:
            return True
        if node.parent.type == "funcdef" and node.get_previous_sibling() == "->":
            return True
        if node.type == "expr_stmt" and str(node.children[0].get_code()).strip().isupper():
            return True
        node = node.parent
    return False


def cover(destination: Path) -> None:
    """Which test runs which line: every test once."""
    files = sorted(str(file) for pattern in COVERING for file in (HERE / "tests").glob(pattern))
    short = [file for file in files if not any(name in file for name in LONG)]
    command = [sys.executable, "-m", "pytest", "-q", "--cov=common", "--cov-context=test", "--cov-report="]
    subprocess.run([*command, *short], cwd=HERE, check=False)
    found = CoverageData(str(HERE / ".coverage"))
    found.read()
    copied = CoverageData(str(destination))
    copied.update(found)
    copied.write()


@cache
def _covered(data: Path) -> dict[str, dict[int, list[str]]]:
    """Path in the repository -> line -> tests, by how much else they run: the most particular first."""
    found = CoverageData(str(data))
    found.read()
    by_file = {}
    for file in found.measured_files():
        path = "common/" + file.partition("/common/")[2]
        by_file[path] = {
            line: {context.partition("|")[0].partition("[")[0] for context in contexts if context}
            for line, contexts in found.contexts_by_lineno(file).items()
        }
    breadth: dict[str, int] = {}
    for lines in by_file.values():
        for tests in lines.values():
            for test in tests:
                breadth[test] = breadth.get(test, 0) + 1
    return {
        path: {line: sorted(tests, key=lambda test: (breadth[test], test)) for line, tests in lines.items()}
        for path, lines in by_file.items()
    }


def tests_for(mutant: Mutant, data: Path) -> list[str]:
    """Of the tests that run its line, or the nearest one before it, those of files that import its module.

    Where those are few, of the other files in turn the most particular ones, too.
    """
    lines = _covered(data).get(mutant.path, {})
    near = sorted((abs(line - mutant.line), line) for line, tests in lines.items() if tests)
    before = [line for _, line in near if line <= mutant.line]
    running = lines.get(before[0] if before else near[0][1] if near else mutant.line, [])
    about = [test for test in running if names(test.partition("::")[0], mutant.path)][:MANY_TESTS]
    by_file: dict[str, list[str]] = {}
    for test in running:
        if test not in about:
            by_file.setdefault(test.partition("::")[0], []).append(test)
    others = [test for turn in zip_longest(*by_file.values()) for test in turn if test is not None]
    return about + others[: max(FEW_TESTS - len(about), 0)]


@cache
def names(test_file: str, path: str) -> bool:
    """Whether a file of tests is called as a module is, or imports it by its name."""
    package, _, module = path.removesuffix(".py").replace("/", ".").rpartition(".")
    text = (HERE / test_file).read_text()
    imported = rf"from {re.escape(package)} import [^\n]*\b{module}\b"
    called = module in Path(test_file).stem
    return called or f"{package}.{module}" in text or re.search(imported, text) is not None


def make(mutant: Mutant, copy: Path) -> str:
    """Writes the fault into the copy, and returns what the file was; "" where nothing changed."""
    file = copy / mutant.path
    before = file.read_text()
    after = mutate_code(before, operator_called(mutant.operator), mutant.occurrence)
    if after is None or after == before:
        return ""
    file.write_text(after)
    return before


def survives(mutant: Mutant, copy: Path, unchanged: Path, tests: Sequence[str]) -> bool:
    """Whether all of the tests pass in spite of it. What fails without it, too, shows nothing."""
    before = make(mutant, copy)
    if not before:
        return False
    try:
        failed = failing(copy, tests)
    finally:
        (copy / mutant.path).write_text(before)
    return not failed or (failed != TIMEOUT and bool(failing(unchanged, failed)))


def failing(copy: Path, tests: Sequence[str]) -> list[str]:
    """The first of the tests that fails with the copy's `common`; TIMEOUT where they do not finish."""
    with tempfile.TemporaryDirectory(prefix="nutri-mutant-") as own:
        Path(own).chmod(0o711)
        options = ["-q", "-x", "-rfE", "-p", "no:cacheprovider", "-o", f"pythonpath={copy} ."]
        if all(test.startswith("tests/unit/") for test in tests):
            options.append("--noconftest")
        # plugins, and what starts servers, are most of the time of a small test, which needs neither
        here = ["env", f"TMPDIR={own}", f"PYTHONPATH={copy}", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1"]
        command = shlex.join([*here, sys.executable, "-m", "pytest", *options, *tests])
        outcome, told = run_tests(command, MUTANT_SECONDS)
        if told == "timeout":
            end_servers(Path(own))
            return TIMEOUT
    if outcome is TestOutcome.SURVIVED:
        return []
    return re.findall(r"^(?:FAILED|ERROR) (tests/\S+?)(?:\[.*)?(?: - .*)?$", told, re.MULTILINE) or list(
        tests
    )


def end_servers(directory: Path) -> None:
    """Those that a test run which was cut short has left."""
    for file in (*directory.glob("**/postmaster.pid"), *directory.glob("**/valkey.pid")):
        number = file.read_text().split()[0]
        subprocess.run(["kill", f"-{signal.SIGINT.value}", number], check=False, capture_output=True)


def copy_of_common(directory: Path) -> Path:
    shutil.copytree(HERE / "common", directory / "common", ignore=shutil.ignore_patterns("__pycache__"))
    return directory


def by_cost(tests: Sequence[str]) -> list[list[str]]:
    """What needs no server first: most is noticed there, within a second."""
    quick = [test for test in tests if test.startswith("tests/unit/")]
    return [part for part in (quick, [test for test in tests if test not in quick]) if part]


def run(chosen: Sequence[Mutant], data: Path, jobs: int) -> list[Mutant]:
    """Those that survive."""
    copies: Queue[Path] = Queue()
    survivors: list[Mutant] = []

    def judge(mutant: Mutant) -> None:
        tests, copy = tests_for(mutant, data), copies.get()
        try:
            survived = all(survives(mutant, copy, unchanged, part) for part in by_cost(tests))
        finally:
            copies.put(copy)
        if survived:
            survivors.append(mutant)
        print(f"{'SURVIVED' if survived else 'killed  '} {mutant.name} ({len(tests)} tests)", flush=True)

    with tempfile.TemporaryDirectory(prefix="nutri-mutants-") as directory:
        for number in range(jobs):
            copies.put(copy_of_common(Path(directory) / str(number)))
        unchanged = copy_of_common(Path(directory) / "unchanged")
        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(judge, chosen))
    return survivors


def main() -> int:
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--room", choices=ROOMS, action="append", help="absent: all of them")
    parser.add_argument("--sample", type=int, default=60, help="faults in each room")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--covered", type=Path, help="which test runs which line, if that was found before")
    asked = parser.parse_args()
    data = asked.covered or Path(tempfile.gettempdir()) / "nutri-mutants.coverage"
    if asked.covered is None or not asked.covered.exists():
        cover(data)
    low = []
    for room in asked.room or ROOMS:
        possible = mutants_of(room)
        chosen = Random(f"{asked.seed}/{room}").sample(possible, min(asked.sample, len(possible)))
        killed = len(chosen) - len(run(chosen, data, asked.jobs))
        print(f"{room}: {killed} of {len(chosen)} ({killed / len(chosen):.0%}), {len(possible)} possible")
        if killed < WANTED_SCORE * len(chosen):
            low.append(room)
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
