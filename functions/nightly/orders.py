"""What the nightly function may be asked to do, read from its event."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from common.errors import InvalidInput
from common.schemas.fields import Day
from common.services.nightly import Report, Run, Shard, run_at

CATCH_UP = timedelta(minutes=20)
"""So much of an execution is for people whose morning has come without their night, too."""

UserId = Annotated[str, Field(max_length=128)]
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _written_out(value: object) -> object:
    """Refuse a number: it would be taken for seconds since 1970, and order a night of that year."""
    if not isinstance(value, str) or "-" not in value[1:]:
        raise ValueError("must be an instant in ISO 8601")
    return value


def _within_reach(instant: datetime) -> datetime:
    if not EARLIEST <= instant <= LATEST:
        raise ValueError(f"must be from {EARLIEST.date()} to {LATEST.date()}")
    return instant


Instant = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_within_reach)]


class ShardOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    after: UserId = ""
    until: UserId = ""
    people: int = 0


class ShardReport(BaseModel):
    """The counts of a `Report`, and how many people the shard holds."""

    people: int = 0
    due: int = 0
    computed: int = 0
    unchanged: int = 0
    superseded: int = 0
    gone: int = 0
    failed: int = 0
    quarantined: int = 0
    behind: int = 0
    remaining: int = 0


class Order(BaseModel):
    """One action of one run."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["plan", "recompute", "evaluate", "pool", "everything"]
    scheduled: Instant = Field(default_factory=lambda: datetime.now(UTC))
    day: Day | None = Field(default=None, alias="date")
    shard: ShardOrder = ShardOrder()
    execution: Annotated[str, Field(max_length=256)] = ""
    """What started all steps of the run together."""
    began: Instant | None = None
    """When that was; without it, whoever is behind is computed like the others."""
    planned: int = 0
    """How many people the plan held."""
    reports: list[ShardReport] = []
    """What became of each shard, to be added up by an evaluation."""

    @property
    def run(self) -> Run:
        return run_at(self.scheduled, self.day)

    @property
    def catches_up_until(self) -> datetime | None:
        return None if self.began is None else self.began + CATCH_UP

    @property
    def people(self) -> Shard:
        return Shard(self.shard.after, self.shard.until, self.shard.people)

    @property
    def total(self) -> Report:
        counts = (report.model_dump(exclude={"people"}) for report in self.reports)
        return sum((Report(**one) for one in counts), Report())

    @property
    def lost(self) -> int:
        """People of shards that sent no report."""
        return max(self.planned - sum(report.people for report in self.reports), 0)


_ORDER: TypeAdapter[Order] = TypeAdapter(Order)


def read_order(event: Any) -> Order:
    """Return an explicit order, or the one a schedule's event stands for. Raises InvalidInput for anything
    else.
    """
    if isinstance(event, dict) and event.get("source") == "aws.events":
        event = {"action": "everything", "scheduled": event.get("time")}
    try:
        return _ORDER.validate_python(event)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'event'}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False, include_context=False)
        )
        raise InvalidInput(f"The event is no nightly order: {faults}", code="unknown_event") from None
