"""Challengers, trained with the people of a database who share their data, of whom only models are kept."""

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import Progress

from common.compute.forecasts.model_inputs import METRICS
from common.errors import InsufficientData
from common.store.engine import reading
from functions.local.registry.models import publish_all
from model_export.data.database import extract_people
from model_export.fit.train import count_fits, run


def train_challengers(data: Path, out: Path, progress: Progress, without: Collection[str] = ()) -> str:
    """Train on everybody who shares and the shared sets but those in `without`; publish both as challengers.

    Returns the table of scores and what was published. Raises InsufficientData where nobody shares, and as
    `extract_people`, `run` and `publish_all` do.
    """
    looking = progress.add_task("reading people", total=None)
    with TemporaryDirectory(prefix="nutri-training-") as folder:
        work = Path(folder)
        sharers = work / "sharers.parquet"
        with reading() as connection:
            now = datetime.now(UTC).replace(tzinfo=None)
            count = extract_people(connection, sharers, now, lambda people: progress.advance(looking, people))
        if not count:
            raise InsufficientData(
                "Nobody in this database shares their data for research.", have=0, need=1, unit="people"
            )
        training = progress.add_task("training", total=count_fits(METRICS))
        table = run(
            data,
            out,
            work=work,
            without=without,
            sharers=sharers,
            done=lambda: progress.advance(training),
        )
    published = ", ".join(f"{one['modelId']} {one['version']}" for one in publish_all(out, challenger=True))
    return f"{table}\n\n{count} people of the database took part. Challengers: {published}"
