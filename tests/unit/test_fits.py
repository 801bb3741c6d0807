"""Training goes on where it stopped, and never with fits of other data, code or seed."""

from pathlib import Path

import pytest

pytest.importorskip("joblib")

from model_export.fit.fits import Fits, open_fits


def test_a_fit_is_made_once_and_found_again(tmp_path: Path) -> None:
    counted: list[str] = []
    fits = Fits(tmp_path / "fits", done=lambda: counted.append("done"))
    assert fits.keep("a", lambda: [1]) == [1]
    assert fits.keep("a", lambda: [2]) == [1]
    assert counted == ["done", "done"]


def test_a_fit_cut_short_is_made_again(tmp_path: Path) -> None:
    fits = Fits(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        fits.keep("a", _interrupted)
    (tmp_path / "b.part").write_bytes(b"half a file")
    assert fits.keep("a", lambda: 1) == 1
    assert fits.keep("b", lambda: 2) == 2


def test_other_data_or_another_seed_finds_nothing(tmp_path: Path) -> None:
    data = tmp_path / "people.csv"
    data.write_text("one")
    first = open_fits(tmp_path, [data], 1, lambda: None)
    assert open_fits(tmp_path, [data], 1, lambda: None).folder == first.folder
    assert open_fits(tmp_path, [data], 2, lambda: None).folder != first.folder
    data.write_text("two")
    assert open_fits(tmp_path, [data], 1, lambda: None).folder != first.folder


def _interrupted() -> int:
    raise KeyboardInterrupt
