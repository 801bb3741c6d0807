"""Training the forest of unusual nights: one seed gives one file, equal to scikit-learn's own answers."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")

from common.inference.forest import load_forest
from common.inference.forest_manifest import FOLDER, read_forest_manifest
from model_export.data.datasets import Person
from model_export.export import forest_graph
from model_export.fit import forest
from tests.unit.forecast_people import make_person, make_series

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def people() -> list[Person]:
    crowd = [make_person(90, seed=i, dataset="lifesnaps") for i in range(5)]
    return [Person("lifesnaps", p.user, False, {}, make_series(p)) for p in crowd]


@pytest.fixture(scope="module", autouse=True)
def quick() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forest, "TREES", 6)
        yield


def test_the_same_seed_gives_the_same_file_and_the_card_says_what_the_manifest_says(
    people: list[Person], tmp_path: Path
) -> None:
    first, again = (forest.publish_forest(people, tmp_path / name, seed=3) for name in ("a", "b"))
    assert first == again
    folder = tmp_path / "a" / FOLDER
    manifest = read_forest_manifest(tmp_path / "a")
    assert (folder / "card.md").read_text() == forest.write_forest_card(manifest)
    assert [training.dataset for training in manifest.training] == ["lifesnaps"]
    nights = np.concatenate([forest.collect_nights(person) for person in people])
    assert np.isnan(nights).any()
    fitted = forest.fit_forest(nights, seed=3)
    np.testing.assert_allclose(
        load_forest(tmp_path / "a").rate(nights), forest_graph.score(fitted, nights), atol=1e-6, rtol=0
    )


def test_the_committed_card_says_what_the_committed_manifest_says() -> None:
    manifest = read_forest_manifest(forest_artifacts := Path(forest.__file__).parents[1] / "artifacts")
    assert (forest_artifacts / FOLDER / "card.md").read_text() == forest.write_forest_card(manifest)


def test_a_graph_that_differs_from_the_forest_is_not_published(people: list[Person]) -> None:
    nights = np.concatenate([forest.collect_nights(person) for person in people])
    fitted = forest.fit_forest(nights, seed=3)
    fitted._max_samples += 1
    with pytest.raises(ValueError, match="differs"):
        forest_graph.build_forest_graph(fitted, nights)
