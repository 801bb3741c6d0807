"""Experiments of models, for people: begun, looked at, ended. The database is that of the settings."""

from datetime import UTC, datetime, timedelta
from typing import Any

from common.errors import NotFound
from common.services.models import champion
from common.services.performance import describe_experiment
from common.store.engine import reading, transaction
from common.store.experiments import Experiment, list_experiments
from common.store.models import find_published
from functions.local.registry.models import check_metric, open_published
from model_export.export import experiments

Description = dict[str, Any]


def start_experiment(name: str, metric: str, challenger: str, share: float) -> Description:
    """Raise NotFound, Conflict, and Unavailable where the challenger is damaged."""
    check_metric(metric)
    serving = champion(metric).manifest.version
    with transaction() as connection:
        published = find_published(connection, metric, challenger)
        if published is None:
            raise NotFound(f"No {metric} model {challenger} is published.")
        open_published(published)
        first = datetime.now(UTC).date() + timedelta(days=1)
        experiments.start(connection, Experiment(name, metric, serving, challenger, share, first))
    return find(name)


def list_all() -> list[Description]:
    with reading() as connection:
        return [describe_experiment(one).model_dump(mode="json") for one in list_experiments(connection)]


def find(name: str) -> Description:
    """Raise NotFound."""
    for told in list_all():
        if told["name"] == name:
            return told
    raise NotFound(f"There is no experiment {name}.")


def stop_one(name: str) -> Description:
    with transaction() as connection:
        experiments.stop(connection, name)
    return find(name)


def promote_one(name: str, *, force: bool) -> Description:
    with transaction() as connection:
        experiments.promote(connection, name, force=force)
    return find(name)


def format_experiments(told: list[Description]) -> str:
    return "\n".join(map(_format, told)) or "There is no experiment."


def _format(one: Description) -> str:
    head = (
        f"{one['name']} ({one['metric']}, {one['outcome'] or 'running'}): {one['challenger']} against "
        f"{one['champion']}, shown to {one['trafficShare']:.0%} from the night to {one['firstNight']}"
    )
    if (found := one["comparison"]) is None:
        return f"{head}\n  too few people yet"
    gain = f"{found['gain']:+.1%} of the rule's error ({found['lower']:+.1%} to {found['upper']:+.1%})"
    seen = f"{found['people']} people, {found['nights']} nights up to {one['comparedOn']}"
    return f"{head}\n  {found['verdict']}: {gain}; {seen}"
