"""Challengers, trained with the people of a database who share their data. What is read is not kept."""

from datetime import UTC, datetime
from pathlib import Path

from rich.progress import Progress

from common.errors import InsufficientData
from common.store.engine import reading
from functions.local.models import publish_all
from model_export.database import extract_people
from model_export.train import STEPS, run


def train_challengers(data: Path, out: Path, work: Path, progress: Progress) -> str:
    """Train on the shared sets and everybody who shares, and publish both models as challengers.

    Returns the table of scores and what was published. Raises InsufficientData where nobody shares, and as
    `extract_people`, `run` and `publish_all` do.
    """
    sharers = work / "sharers.parquet"
    reading_people = progress.add_task("reading people", total=None)
    try:
        with reading() as connection:
            count = extract_people(
                connection,
                sharers,
                datetime.now(UTC).replace(tzinfo=None),
                lambda looked_at: progress.advance(reading_people, looked_at),
            )
        if not count:
            raise InsufficientData(
                "Nobody in this database shares their data for research.", have=0, need=1, unit="people"
            )
        training = progress.add_task("training", total=STEPS)
        table = run(data, out, work=work, sharers=sharers, done=lambda: progress.advance(training))
    finally:
        sharers.unlink(missing_ok=True)
    published = ", ".join(f"{one['modelId']} {one['version']}" for one in publish_all(out, challenger=True))
    return f"{table}\n\n{count} people of the database took part. Challengers: {published}"
