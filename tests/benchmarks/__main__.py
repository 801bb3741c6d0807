"""`python -m tests.benchmarks [MODULE ...]`: the ratios of every module of this folder that has `run()`."""

import importlib
import pkgutil
import sys

import tests.benchmarks


def main(wanted: list[str]) -> None:
    names = [module.name for module in pkgutil.iter_modules(tests.benchmarks.__path__)]
    unknown = set(wanted) - set(names)
    if unknown:
        sys.exit(f"no benchmark named {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    for name in wanted or names:
        if name == "__main__":
            continue
        run = getattr(importlib.import_module(f"tests.benchmarks.{name}"), "run", None)
        for ratio in run() if run else ():
            print(ratio, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
