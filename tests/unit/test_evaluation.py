"""What is said of a model: cards, manifests, plots and files agree, and figures are of people never seen."""

import hashlib
import shutil
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("statsmodels")

from PIL import Image

from common.compute.forecasts.model_inputs import METRICS, Metric, build_model_inputs
from common.compute.series.build import build_series
from common.compute.series.calendar import AsOf
from common.errors import ConfigurationError
from common.inference.manifest import read_manifest
from common.inference.sessions import MODEL_IDS
from model_export.data.datasets import Person, build_samples
from model_export.evaluate.answers import Answers, read_answers, save_answers
from model_export.evaluate.card import write_card
from model_export.evaluate.evaluation import Evaluation, read_evaluation, short_scores
from model_export.evaluate.groups import split_groups
from model_export.evaluate.plots import PLOTS, shown_of
from model_export.evaluate.run import evaluate_models
from model_export.evaluate.scoring import Ruled, bootstrap_weights, rule_ends, skill, without_members
from model_export.evaluate.yardsticks import rule_forecasts
from model_export.export.calibrate import ends_of
from model_export.fit.blend import fold_nights
from tests.people import LAST_DAY
from tests.people import make_person as make_rows
from tests.unit.forecast_people import make_person, make_series

pytestmark = pytest.mark.train
ARTIFACTS = Path(__file__).parents[2] / "model_export" / "artifacts"
DATASETS = ("oura_stethoscope", "lifesnaps", "welltory")
METRIC = METRICS["rhr"]


def check_agreement(folder: Path) -> None:
    """Card, plots, evaluation, manifest and model file tell of one model and of one set of numbers."""
    manifest = read_manifest(folder / "manifest.json")
    evaluation = read_evaluation(folder / "evaluation.json")
    content = hashlib.sha256((folder / manifest.file).read_bytes()).hexdigest()
    assert manifest.sha256 == evaluation.sha256 == content
    assert manifest.version.endswith(content[:8])
    assert manifest.scores == short_scores(evaluation) != []
    assert (folder / "card.md").read_text() == write_card(manifest, evaluation)
    for name in PLOTS:
        with Image.open(folder / f"{name}.png") as picture:
            assert picture.info["Source"] == shown_of(evaluation)


@pytest.mark.parametrize("metric", list(METRICS))
def test_committed_models_and_what_is_said_of_them_agree(metric: str) -> None:
    folder = ARTIFACTS / MODEL_IDS[metric]
    check_agreement(folder)
    assert sum(file.stat().st_size for file in folder.iterdir()) < 2_000_000


@pytest.fixture(scope="module")
def people() -> list[Person]:
    crowd = [make_person(70, seed=i, dataset=DATASETS[i % 3]) for i in range(12)]
    attributes = [{"gender": "FEMALE", "age": "<30"}, {"gender": "MALE"}, {}]
    return [Person(p.dataset, p.user, False, attributes[i % 3], make_series(p)) for i, p in enumerate(crowd)]


def answer(people: list[Person], name: str = "rhr", wrong: float = 0.0) -> Answers:
    """Forecasts that are `wrong` usual errors too high on top of half the truth."""
    samples = build_samples(people, METRICS[name])
    centers = samples.reference + samples.usual_error * (samples.target / 2 + wrong)
    ends = ends_of(
        [(np.ones(len(samples), bool), {50: (-0.6, 0.6), 80: (-1.2, 1.2), 95: (-2.0, 2.0)})],
        centers,
        samples.usual_error,
    )
    members = dict.fromkeys(read_manifest(ARTIFACTS / MODEL_IDS[name] / "manifest.json").blend, centers)
    return Answers(samples, centers, ends, members, fold_nights(samples))


@pytest.fixture(scope="module")
def evaluated(people: list[Person], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copies of the committed models, evaluated on seeded people."""
    out, work = tmp_path_factory.mktemp("models"), tmp_path_factory.mktemp("work")
    for name, folder in MODEL_IDS.items():
        shutil.copytree(ARTIFACTS / folder, out / folder)
        manifest = read_manifest(out / folder / "manifest.json")
        everyone = answer(people, name)
        held_out = everyone.where(everyone.samples.person < 3)
        kinds = {"held_out": held_out, "cross_fitted": everyone}
        save_answers(work / folder, manifest.sha256, people, kinds)  # type: ignore[arg-type]
    evaluate_models(people, out, work, fitted=())
    return out


def test_an_evaluation_leaves_everything_in_agreement(evaluated: Path) -> None:
    for folder in MODEL_IDS.values():
        check_agreement(evaluated / folder)


@pytest.mark.parametrize("change", ["card.md", "manifest.json", "evaluation.json", "model.onnx", "skill.png"])
def test_a_change_to_any_of_them_is_noticed(evaluated: Path, tmp_path: Path, change: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(evaluated / MODEL_IDS["rhr"], folder)
    other = folder / change
    if change == "skill.png":
        shutil.copy(evaluated / MODEL_IDS["hrv"] / change, other)
    else:
        content = other.read_bytes()
        start = content.find(b"skill_percent") if change == "manifest.json" else len(content) // 2
        number = next(i for i in range(start, len(content)) if content[i : i + 1].isdigit())
        swapped = b"1" if content[number : number + 1] != b"1" else b"2"
        other.write_bytes(content[:number] + swapped + content[number + 1 :])
    with pytest.raises(AssertionError):
        check_agreement(folder)


def test_half_the_truth_is_half_the_error_of_the_rule_it_moves(evaluated: Path) -> None:
    evaluation = read_evaluation(evaluated / MODEL_IDS["rhr"] / "evaluation.json")
    for score in evaluation.of("cross_fitted", "device family"):
        if (rule := METRIC.reference_rule[score.group]) in score.mae:
            assert score.mae[score.best_rule] <= score.mae[rule]
        assert score.headline.is_better
        assert score.people_better == score.people
        assert score.skill[score.best_rule].percent == pytest.approx(
            100 * (1 - score.mae["model"] / score.mae[score.best_rule]), abs=0.1
        )


def test_people_one_by_one_add_up_to_their_group(evaluated: Path) -> None:
    evaluation = read_evaluation(evaluated / MODEL_IDS["rhr"] / "evaluation.json")
    for score in evaluation.of("cross_fitted", "device family"):
        nights = [one.nights for one in score.persons]
        assert (len(nights), sum(nights)) == (score.people, score.nights)
        assert nights == sorted(nights, reverse=True)
        for told, whole in (("mae", score.mae["model"]), ("rule_mae", score.mae[score.best_rule])):
            assert np.average([getattr(one, told) for one in score.persons], weights=nights) == pytest.approx(
                whole, abs=1e-3
            )
        held = np.average([one.coverage for one in score.persons], weights=nights)
        assert held == pytest.approx(score.intervals[80].coverage, abs=1e-3)
        assert sum(one.skill_percent > 0 for one in score.persons) == score.people_better
    assert not any(score.persons for score in evaluation.groups if score.by != "device family")


def test_better_is_said_only_where_the_interval_excludes_zero(evaluated: Path) -> None:
    folder = evaluated / MODEL_IDS["rhr"]
    evaluation = read_evaluation(folder / "evaluation.json")
    found = evaluation.groups[0].headline
    doubtful = found.model_copy(update={"low": -0.1})
    groups = [g.model_copy(update={"skill": dict.fromkeys(g.skill, doubtful)}) for g in evaluation.groups]
    card = write_card(
        read_manifest(folder / "manifest.json"), evaluation.model_copy(update={"groups": groups})
    )
    assert "better than the best rule:" not in card
    assert "better than the best rule:" in (folder / "card.md").read_text()


def test_answers_come_back_as_they_were_kept(people: list[Person], tmp_path: Path) -> None:
    given = answer(people)
    save_answers(tmp_path, "abc", people, {"held_out": given, "cross_fitted": given})
    turned = people[::-1]
    back = read_answers(tmp_path, "abc", turned)["held_out"]
    assert [turned[i].user for i in back.samples.person] == [people[i].user for i in given.samples.person]
    for name in ("actual", "target_day", "day_open", "family", "usual_error"):
        np.testing.assert_array_equal(getattr(back.samples, name), getattr(given.samples, name))
    np.testing.assert_array_equal(back.ends[80], given.ends[80])
    for refused in (("other model", people), ("abc", people[:5])):
        with pytest.raises(ConfigurationError, match="nutri train"):
            read_answers(tmp_path, *refused)
    with pytest.raises(ConfigurationError, match="nutri train"):
        read_answers(tmp_path / "nothing", "abc", people)


def test_a_rules_intervals_owe_nothing_to_the_people_they_are_for(people: list[Person]) -> None:
    given = answer(people)
    own = Ruled(given.samples, rule_forecasts(people, given.samples, METRIC), given.folds)
    mine = given.folds == 0
    strange = replace(own.samples, actual=own.samples.actual + np.where(mine, 40, 0))
    before, after = (
        rule_ends(own, replace(own, samples=known), "persistence", METRIC) for known in (own.samples, strange)
    )
    for level in before:
        np.testing.assert_array_equal(before[level][1][mine], after[level][1][mine])
    assert (before[80][1][~mine] < after[80][1][~mine]).any()


def test_skill_is_drawn_by_person(people: list[Person]) -> None:
    samples = answer(people).samples
    weights = bootstrap_weights(samples, seed=1)
    for person in np.unique(samples.person):
        times = weights[:, samples.person == person]
        assert (times == times[:, :1]).all()
    one = samples.where(samples.person == 0)
    assert len(np.unique(bootstrap_weights(one, seed=1), axis=1)[0]) > 1  # months of the only person
    losses = np.random.default_rng(0).random(len(samples))
    found = skill(losses, 2 * losses, weights)
    assert (found.percent, found.low, found.high) == (50, 50, 50)


def test_a_member_is_left_out_by_weighing_the_others(people: list[Person]) -> None:
    given = answer(people)
    members = {"a": given.centers + 1, "b": given.centers - 1, "c": given.centers}
    blend = {"a": 0.25, "b": 0.25, "c": 0.5}
    rest = without_members(replace(given, members=members), blend)
    changed = rest["without a"] - given.centers
    assert set(np.round(changed, 9)) <= {0.0, round(-1 / 3, 9)}
    assert (changed != 0).any()


def test_groups_of_one_kind_share_out_a_familys_nights(people: list[Person]) -> None:
    samples = answer(people).samples
    counted: dict[str, np.ndarray] = {}
    for by, _, mask in split_groups(people, samples, METRIC):
        counted[by] = counted.get(by, np.zeros(len(samples), int)) + mask
    assert {"device family", "data set", "sex", "age"} < set(counted)
    for by in set(counted) - {"sex", "age"}:
        assert (counted[by] == 1).all()
    assert counted["sex"].max() == 1


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_every_hour_of_an_open_day_gives_one_forecast(metric: Metric) -> None:
    rows = make_rows(seed=2, days=90, timezone="UTC", alcohol_share=1, workout_share=1)
    shown = []
    for hour in (8, 14, 22):
        now = datetime.combine(LAST_DAY, time(hour))
        series = build_series(rows, LAST_DAY - timedelta(days=89), LAST_DAY, AsOf(LAST_DAY, now, open=True))
        model_inputs = build_model_inputs(series, metric, day_open=True)
        shown.append((model_inputs.row[-1], model_inputs.window[-1], series["energy_kcal"][-1]))
    for row, window, _ in shown[1:]:
        np.testing.assert_array_equal(row, shown[0][0])
        np.testing.assert_array_equal(window, shown[0][1])
    assert shown[0][2] < shown[1][2] < shown[2][2]  # though there was ever more to be known of the day


def test_a_file_with_a_field_too_many_is_refused(evaluated: Path) -> None:
    told = read_evaluation(evaluated / MODEL_IDS["rhr"] / "evaluation.json").model_dump(mode="json")
    with pytest.raises(ValueError, match="surprise"):
        Evaluation.model_validate(told | {"surprise": 1})
