"""What models are compared with: challengers with champions, champions with the simple rule."""

from datetime import date, timedelta

from common.compute.experiments.sequential import season_of
from common.services.forecasting import STORED_AS
from common.store.engine import reading
from common.store.experiments import Experiment, list_experiments
from common.store.forecast_log import COMPARED_NIGHTS
from common.store.models import CHAMPION, Published, read_aliased
from common.store.tallies import Watch


def watched_on(day: date) -> list[Watch]:
    """Every comparison that the night of `day` counts in. Raises Unavailable."""
    with reading() as connection:
        known = [one for one in list_experiments(connection) if one.metric in STORED_AS]
        champions = read_aliased(connection)
    of_champions = [season[0] for one in champions if (season := watch_of_champion(one, day)) is not None]
    return [*(watch_of_experiment(one) for one in known if one.stopped_at is None), *of_champions]


def watch_of_experiment(one: Experiment) -> Watch:
    return Watch(STORED_AS[one.metric], one.champion, one.first_night, one.challenger)


def watch_of_champion(one: Published, day: date) -> tuple[Watch, float] | None:
    """Return this season's watch and the alpha of its interval; None unless it was the champion before
    `day`.
    """
    if one.alias != CHAMPION or one.metric not in STORED_AS or one.promoted_at is None:
        return None
    promoted = one.promoted_at.date() + timedelta(days=1)
    if day < promoted:
        return None
    first, alpha = season_of(promoted, day, COMPARED_NIGHTS)
    return Watch(STORED_AS[one.metric], one.version, first), alpha
