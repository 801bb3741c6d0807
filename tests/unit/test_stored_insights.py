"""Insights as rows and back, and rows that build 1.0.0 can be rolled back to."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from common.compute.insights import INSIGHTS_VERSION, LOCALES, explain_rank
from common.schemas.insights import UnitSystem
from common.services.insights import keep_insight
from common.services.presenting import say_insight
from common.services.reported import NOT_OF_1_0_0, Memory, as_row, read_row
from common.services.wording import word
from common.store.insights import InsightRow, StoredInsight
from tests.unit.insight_samples import sample_insights

TODAY = date(2026, 3, 30)
SAMPLES = sample_insights()
DUMP = json.loads((Path(__file__).parents[1] / "fixtures/stored/build_1_0_0.json").read_text())
ROWS_OF_1_0_0 = {row["metadata"]["template"]: row for row in DUMP["every_template"]}
KEYS_OF_1_0_0 = set(ROWS_OF_1_0_0["try"]["metadata"])
NOTES_OF_1_0_0 = {"unstable_over_halves", "today_open", "together", "goal_of_the_app"}


def stored(row: InsightRow) -> StoredInsight:
    return StoredInsight(row, datetime(2026, 3, 30, tzinfo=UTC).replace(tzinfo=None), False, False, None)


@pytest.mark.parametrize("template", SAMPLES)
def test_a_row_comes_back_as_it_was_and_is_worded_in_any_language(template: str) -> None:
    row = as_row(keep_insight("anna", SAMPLES[template], Memory.empty(), TODAY))
    kept = read_row(stored(row))
    assert kept is not None
    assert kept.version == INSIGHTS_VERSION
    assert as_row(kept) == row
    for locale in LOCALES:
        words = word(kept, locale, UnitSystem.METRIC)
        assert words is not None
        assert (words.title == row.title) is (locale == "en")
        answer = say_insight(kept, words, locale)
        assert answer.rank_reason == explain_rank(kept.ranks, locale) != ""


@pytest.mark.parametrize("version", ["", "4", "99"])
def test_a_row_of_another_build_is_never_worded_anew(version: str) -> None:
    row = as_row(keep_insight("anna", SAMPLES["try"], Memory.empty(), TODAY))
    assert row.metadata is not None
    other = InsightRow(
        **{**vars(row), "title": "As they said it", "metadata": {**row.metadata, "version": version}}
    )
    kept = read_row(stored(other))
    assert kept is not None
    for locale in LOCALES:
        words = word(kept, locale, UnitSystem.IMPERIAL)
        assert words is not None
        assert (words.title, words.description) == ("As they said it", row.description)


@pytest.mark.parametrize("template", SAMPLES)
def test_build_1_0_0_can_read_the_row_or_passes_over_it(template: str) -> None:
    """It needs each key it knows, words no template and no note it does not know, and passes over a lack."""
    metadata = as_row(keep_insight("anna", SAMPLES[template], Memory.empty(), TODAY)).metadata or {}
    if template in NOT_OF_1_0_0:
        assert KEYS_OF_1_0_0 - set(metadata)
        return
    assert set(metadata) >= KEYS_OF_1_0_0
    assert template in ROWS_OF_1_0_0
    assert set(metadata["notes"]) <= NOTES_OF_1_0_0
    spoken = set(ROWS_OF_1_0_0[template]["metadata"]["facts"]) - {"plan"}
    assert set(metadata["facts"]) >= spoken
