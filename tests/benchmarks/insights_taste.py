"""`python -m tests.benchmarks.insights_taste [--people N]`: what learning from feedback is worth.

Made-up people of known taste get a feed a week, once ranked without feedback and once with theirs; to two of
five insights shown they say whether it helped. Printed is how helpful the shown ones are by their true taste.
Seeded.
"""

import argparse

import numpy as np

from common.compute.insights import Candidate, Taste, Votes, choose, decide_telling, vote
from common.compute.series.rows import Floats
from tests.unit.insight_samples import LAST, sample_insights

HELD, ANSWERED = 14, 0.4


def simulate(people: int, weeks: int) -> Floats:
    """(2, weeks, people) mean true helpfulness of what is shown: without learning, and with it."""
    insights = list(sample_insights().values())
    helpful = np.zeros((2, weeks, people))
    for person in range(people):
        rng = np.random.default_rng(person)
        liking = {i.template: rng.beta(0.6, 0.6) for i in insights}
        own: dict[tuple[str, str], Votes] = {}
        for week in range(weeks):
            held = [insights[n] for n in rng.choice(len(insights), HELD, replace=False)]
            shown: list[Candidate] = []
            for way, taste in enumerate((Taste({}, {}), Taste(own, {}))):
                shown = choose(
                    [
                        Candidate(i, decide_telling(i, None, LAST), 1.0, taste.of(i.kind, i.template))
                        for i in held
                    ]
                )
                helpful[way, week, person] = np.mean([liking[c.insight.template] for c in shown])
            for candidate in shown:
                if rng.random() < ANSWERED:
                    template = candidate.insight.template
                    said = vote(helpful=bool(rng.random() < liking[template]), dismissed=False)
                    key = (candidate.insight.kind, template)
                    own[key] = own.get(key, Votes()) + said
    return helpful


def gain(helpful: Floats) -> tuple[float, float]:
    """Of the second half of the weeks, over people: mean and half the width of its 95% interval."""
    gains = (helpful[1] - helpful[0])[helpful.shape[1] // 2 :].mean(axis=0)
    return float(gains.mean()), float(1.96 * gains.std(ddof=1) / np.sqrt(len(gains)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--weeks", type=int, default=20)
    arguments = parser.parse_args()
    helpful = simulate(arguments.people, arguments.weeks)
    for week, (unlearned, learned) in enumerate(helpful.mean(axis=2).T, 1):
        print(f"week {week}: helpful {learned:.3f} learned, {unlearned:.3f} unlearned")
    mean, half = gain(helpful)
    print(f"gain in the second half of the weeks: {mean:.3f} +- {half:.3f}")


if __name__ == "__main__":
    main()
