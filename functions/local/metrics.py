"""One Prometheus text out of the functions' own, each sample labelled with its function. Pure."""

import re
from collections.abc import Mapping

SAMPLE = re.compile(r"(?P<name>[a-zA-Z_:][\w:]*)(?:\{(?P<labels>.*)\})? (?P<value>\S+)")


def merge_metrics(texts: Mapping[str, str]) -> str:
    """Samples of one metric must stand together, beneath one HELP and one TYPE."""
    heads: dict[str, list[str]] = {}
    samples: dict[str, list[str]] = {}
    for function, text in texts.items():
        metric = ""
        for line in text.splitlines():
            if line.startswith("# "):
                metric = line.split(" ")[2]
                head = heads.setdefault(metric, [])
                if line not in head:
                    head.append(line)
            elif match := SAMPLE.fullmatch(line):
                labels = ",".join(filter(None, [f'function="{function}"', match["labels"]]))
                samples.setdefault(metric, []).append(f"{match['name']}{{{labels}}} {match['value']}")
    lines = [line for metric, head in heads.items() for line in [*head, *samples.get(metric, [])]]
    return "".join(f"{line}\n" for line in lines)
