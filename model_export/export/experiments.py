"""Setting models against each other, and ending it: a publisher's decisions, in the caller's transaction."""

from sqlalchemy import Connection

from common.errors import Conflict, NotFound
from common.store.experiments import Experiment, list_experiments, start_experiment, stop_experiment
from common.store.models import CHALLENGER, clear_alias
from model_export.export.registry import challenge, promote_model


def start(connection: Connection, planned: Experiment) -> None:
    """Show the challenger to its share of people, 0 for none, and score both for everyone.

    Raises NotFound for a version nobody published, Conflict for a name that is taken, a metric with a running
    experiment, or a version that serves already.
    """
    if any(one.name == planned.name for one in list_experiments(connection)):
        raise Conflict(f"There was an experiment {planned.name} before.", code="name_taken")
    refuse_while_running(connection, planned.metric)
    if planned.challenger == planned.champion:
        raise Conflict(f"The {planned.metric} model {planned.challenger} serves already.", code="is_champion")
    challenge(connection, planned.metric, planned.challenger)
    start_experiment(connection, planned)


def stop(connection: Connection, name: str, outcome: str = "stopped") -> Experiment:
    """Stop an experiment, so that the champion alone serves. Raises NotFound where none of that name runs."""
    experiment = running(connection, name)
    stop_experiment(connection, name, outcome)
    clear_alias(connection, experiment.metric, CHALLENGER)
    return experiment


def promote(connection: Connection, name: str, *, force: bool) -> Experiment:
    """End the experiment with its challenger as champion.

    Raises NotFound, and Conflict where the nights have not shown it to be better, unless `force`.
    """
    experiment = running(connection, name)
    verdict = (experiment.comparison or {}).get("verdict", "undecided")
    if verdict != "better" and not force:
        raise Conflict(
            f"The nights have not shown {experiment.challenger} to be better: {verdict}.", code="not_better"
        )
    stop(connection, name, outcome="promoted")
    promote_model(connection, experiment.metric, experiment.challenger)
    return experiment


def running(connection: Connection, name: str) -> Experiment:
    for one in list_experiments(connection):
        if one.name == name and one.stopped_at is None:
            return one
    raise NotFound(f"No experiment {name} is running.")


def refuse_while_running(connection: Connection, metric: str) -> None:
    """Raise Conflict: what is compared must not change."""
    for one in list_experiments(connection):
        if one.metric == metric and one.stopped_at is None:
            raise Conflict(
                f"The experiment {one.name} runs on {metric}: end it first.", code="experiment_running"
            )
