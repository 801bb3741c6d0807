"""What the correlation engine answers, as plain values. Owns no computation."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    OK = "ok"
    NOTHING_RELIABLE = "nothing_reliable"
    INSUFFICIENT_DATA = "insufficient_data"


class Tier(StrEnum):
    PUBLISHED = "published"  # by the person's own days alone
    SUPPORTED = "supported"  # by their own days together with what is known of others
    EARLY_SIGNAL = "early_signal"
    EXPLORATORY = "exploratory"


class Refusal(StrEnum):
    """Why a pair was not tested, for machines to read."""

    TOO_FEW_DAYS = "too_few_days"
    NO_VARIATION = "no_variation"
    WANDERING = "wandering"  # neither side returns to its level: two such series agree by chance
    SAME_QUANTITY = "same_quantity"
    COMPOSITE_OUTCOME = "composite_outcome"  # a score made of the input
    DERIVED_INPUT = "derived_input"  # a device computes the input from the outcome
    WEAR_TIME = "wear_time"
    SOURCE_CHANGED = "source_changed"
    SHIFTS_UNKNOWN = "shifts_unknown"  # they move habits and nights alike; nobody says when


@dataclass(frozen=True, slots=True)
class Effect:
    """`change` of the outcome in `unit` for `step` more of the input; [lower, upper] is its 90% interval.

    Both are posterior: what the person's days say, drawn towards what is known of the pair. `measured` is
    what the days alone say."""

    step: float
    step_unit: str
    change: float
    unit: str
    lower: float
    upper: float
    measured: float


@dataclass(frozen=True, slots=True)
class Backing:
    """What is known of the pair beside the person's own days."""

    reference: str | None
    """The study that says so; None where other people say it."""
    people: int | None = None
    """How many other people say it; None where a study does."""


@dataclass(frozen=True, slots=True)
class Thirds:
    """Median outcome of the person's lowest and highest third of days by input, and the thirds' bounds."""

    low_cut: float
    high_cut: float
    low_median: float
    high_median: float


@dataclass(frozen=True, slots=True)
class Threshold:
    """The input's value, in its unit, from which on a finding shows; or up to which, where not `begins`.

    [lower, upper] is the 90% interval of the value, among the person's own.
    """

    value: float
    lower: float
    upper: float
    begins: bool


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long a day's habit shows in the nights after it."""

    nights: int
    """Nights that differ, the first one included."""
    half_gone_by: int | None
    """The first night beyond them by which at most half of the first one's effect is left; None unsure."""


@dataclass(frozen=True, slots=True)
class Finding:
    feature: str
    metric: str
    lag_days: int
    tier: Tier
    n: int
    effective_n: float
    pearson: float
    spearman: float
    adjusted: float
    """Spearman's coefficient of the adjusted series, which p and q are of; the two before are raw."""
    p_value: float
    """Of this look alone: the larger of the analytic and the block-permutation one."""
    q_value: float
    """Over everything tested and every look."""
    effect: Effect
    thirds: Thirds | None = None
    halves: tuple[float, float] = (0.0, 0.0)
    """`adjusted` over the first and the second half of the days."""
    similar: tuple[str, ...] = ()
    """Inputs nearly the same as this one that were found too and are not shown again."""
    caveats: tuple[str, ...] = ()
    backing: Backing | None = None
    other_reasons: tuple[str, ...] = ()
    """Codes of what else could make the two go together and is not measured."""
    threshold: Threshold | None = None
    lasting: Lasting | None = None


class GrangerRefusal(StrEnum):
    GAPS = "gaps"
    NOT_STATIONARY = "not_stationary"


@dataclass(frozen=True, slots=True)
class Granger:
    """F test of `order` lags of the input on (order, degrees), or why there is none."""

    order: int | None = None
    days: int | None = None
    f: float | None = None
    p: float | None = None
    refusal: GrangerRefusal | None = None


class Withheld(StrEnum):
    """Why a pair that earned a tier is not shown as a finding of its own."""

    EFFECT_TOO_SMALL = "effect_too_small"
    SHOWN_WITH_ANOTHER = "shown_with_another"  # named in the `similar` of a finding


@dataclass(frozen=True, slots=True)
class PairNeeds:
    """Paired days from which a moderate effect of this habit would show with power 0.8.

    Of a habit of some days also the days with it, had and needed; None for a quantity.
    """

    days_needed: int
    occasions: int | None = None
    occasions_needed: int | None = None


@dataclass(frozen=True, slots=True)
class PairResult:
    """One pair that was asked about: why it was refused, or what it shows; None for a figure there is not."""

    feature: str
    metric: str
    lag_days: int
    refusal: Refusal | None
    n: int
    effective_n: float | None = None
    pearson: float | None = None
    spearman: float | None = None
    adjusted: float | None = None
    p_value: float | None = None
    q_value: float | None = None
    tier: Tier | None = None
    """Of what is told; None where nothing is, whatever it earned."""
    withheld: Withheld | None = None
    granger: Granger | None = None
    needs: PairNeeds | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """Paired days the outcome has, and how many a moderate effect would take to show with power 0.8."""

    metric: str
    days_have: int
    days_needed: int


@dataclass(frozen=True, slots=True)
class Report:
    status: Status
    tested: int
    refused: int
    false_discovery_rate: float
    findings: tuple[Finding, ...] = ()
    needed: tuple[Need, ...] = ()
    shifts_unknown: bool = False
    """Pairs were refused because the days of the person's shifts are not known."""
    pairs: tuple[PairResult, ...] = ()
    """Every pair asked, tested or refused, where it was wanted."""
