"""Every figure of every text, worked out again from a person's rows by loops that share no code with it.

A template has somebody who is told it, and its figures, in `insight_figures` or `insight_figures_found`; one
that has not, or that quotes a figure nobody works out, fails.
"""

import statistics
from string import Formatter

import pytest

from common.compute.insights import Insight
from common.compute.insights.english import TEMPLATES
from common.compute.insights.english_words import CONDITIONS, HABITS
from tests.unit.diary import DAY
from tests.unit.insight_figures import RECOMPUTED, RHR, told
from tests.unit.insight_figures_found import diner


def quoted(insight: Insight) -> list[str]:
    """Names of the figures and dates that the sentences of an insight quote."""
    told = TEMPLATES[insight.template]
    text = " ".join((told.title, told.description, told.evidence, told.caveat, told.recommendation))
    fields = {name for _, name, _, _ in Formatter().parse(text) if name}
    fields |= {"lower", "upper"} if "range" in fields else set()
    for name, words in (("condition", CONDITIONS), ("habit", HABITS)):
        if name in fields and "{step}" in words[str(insight.facts[name].value)]:
            fields.add("step")
    return sorted(
        name
        for name in fields & insight.facts.keys()
        if not isinstance(insight.facts[name].value, str) or insight.facts[name].unit in {"date", "dates"}
    )


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_figure_a_text_quotes_is_that_of_the_rows(template: str) -> None:
    assert template in RECOMPUTED, f"nobody works out the figures of {template!r}"
    insight, figures = RECOMPUTED[template]()
    assert insight.template == template
    names = quoted(insight)
    assert names
    for name in names:
        assert name in figures, f"nobody works out {name!r} of {template!r}"
        assert insight.facts[name].value == figures[name], name


def test_a_finding_told_of_rows_that_were_not_adjusted_would_say_much_the_same() -> None:
    diary = diner(150)
    facts = told(diary)["try"].facts
    mornings, dinner = diary.daily(RHR), diary.last_meals()
    pairs = [(dinner[day], mornings[day + DAY]) for day in dinner if day + DAY in mornings]
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a in pairs for b in pairs if b[0] > a[0]]
    assert facts["change"].value == pytest.approx(statistics.median(slopes), rel=0.1)
    assert facts["way"].value == "higher"
