"""Lines of characters: what they show is what the numbers are."""

import numpy as np

from functions.local.report.drawing import BLOCKS, PLAIN, choose_ink, fan, progress, sparkline


def test_a_sparkline_rises_with_its_values_and_shows_gaps() -> None:
    assert sparkline(np.array([1.0, 2.0, np.nan, 8.0])) == "▁▂·█"
    assert sparkline(np.array([np.nan, np.nan])) == "··"


def test_values_that_are_all_the_same_lie_in_the_middle() -> None:
    assert sparkline(np.array([5.0, 5.0, 5.0])) == "▅▅▅"


def test_a_fan_marks_the_value_inside_the_likely_interval_inside_the_widest() -> None:
    drawn = fan(50, likely=(40, 60), widest=(0, 100), usual=90, width=11)
    assert drawn == "────━●━──┊─"


def test_what_is_usual_may_lie_outside_the_forecast() -> None:
    assert fan(50, likely=(50, 50), widest=(50, 60), usual=0, width=7) == "┊    ●─"


def test_progress_is_full_only_when_all_is_there() -> None:
    assert progress(9, 10, 10) == "█" * 9 + "░"
    assert progress(99, 100, 10) == "█" * 9 + "░"
    assert progress(12, 10, 4) == "████"


def test_a_terminal_without_blocks_gets_plain_characters() -> None:
    assert choose_ink("ascii") is PLAIN
    assert choose_ink("no such encoding") is PLAIN
    assert choose_ink("utf-8") is BLOCKS
