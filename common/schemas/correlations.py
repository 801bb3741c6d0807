"""Answers of the correlations group."""

from datetime import date
from enum import StrEnum

from common.schemas.fields import Figure
from common.schemas.model import ApiModel
from common.schemas.quality import Computed, DataQuality


class Status(StrEnum):
    OK = "ok"
    NOTHING_RELIABLE = "nothing_reliable"
    INSUFFICIENT_DATA = "insufficient_data"


class Tier(StrEnum):
    PUBLISHED = "published"
    SUPPORTED = "supported"
    EARLY_SIGNAL = "early_signal"
    EXPLORATORY = "exploratory"


class EffectSize(ApiModel):
    """What a natural step of the input goes with, in the outcome's unit.

    `change` and its 90% interval are drawn towards what is known of the pair; `measured` is what the person's
    own days say alone.
    """

    step: Figure
    step_unit: str
    change: Figure
    unit: str
    lower: Figure
    upper: Figure
    measured: Figure


class BackingAnswer(ApiModel):
    """What is known of the pair beside the person's own days: of people of this service, or from studies."""

    source: str
    people: int | None
    reference: str | None


class ThirdsAnswer(ApiModel):
    """The outcome on the days of the person's own lowest and highest third of the input."""

    low_cut: Figure
    high_cut: Figure
    low_median: Figure
    high_median: Figure


class FindingAnswer(ApiModel):
    feature: str
    metric: str
    lag_days: int
    tier: Tier
    n: int
    effective_n: Figure
    pearson: Figure
    spearman: Figure
    adjusted: Figure
    """Spearman's coefficient after weekday, drift, the outcome's own past and confounders are taken out."""
    p_value: Figure
    q_value: Figure
    """Over everything tested, and over every look at this person's history."""
    effect: EffectSize
    thirds: ThirdsAnswer | None
    halves: tuple[Figure, Figure]
    """`adjusted` over the first and over the second half of the days."""
    similar: list[str]
    """Inputs nearly the same as this one that were found too."""
    caveats: list[str]
    backing: BackingAnswer | None = None
    other_reasons: list[str]
    """Codes of what else could make the two go together and is not measured."""


class GrangerAnswer(ApiModel):
    order: int | None
    days: int | None
    f: Figure | None
    p: Figure | None
    refusal: str | None


class PairNeedsAnswer(ApiModel):
    """Paired days from which a moderate effect of this habit would show with power 0.8.

    Of a habit of some days also the days with it, had and needed; null for a quantity.
    """

    days_needed: int
    occasions: int | None
    occasions_needed: int | None


class TestedPair(ApiModel):
    """One pair that was asked about: why it was refused, or what it shows."""

    feature: str
    metric: str
    lag_days: int
    refusal: str | None
    n: int
    effective_n: Figure | None
    pearson: Figure | None
    spearman: Figure | None
    adjusted: Figure | None
    p_value: Figure | None
    q_value: Figure | None
    tier: Tier | None
    """Of what is told; null where nothing is."""
    withheld: str | None
    """Why a pair that earned a tier is no finding: its effect is too small, or it is shown with another."""
    granger: GrangerAnswer | None
    needs: PairNeedsAnswer | None = None


class Needed(ApiModel):
    """Paired days a metric has, and how many a moderate effect would take to show with power 0.8."""

    metric: str
    days_have: int
    days_needed: int


class CorrelationsAnswer(Computed):
    user_id: str
    date: date
    status: Status
    explanation: str
    metric: str | None
    lookback_days: int
    tested: int
    refused: int
    false_discovery_rate: float
    findings: list[FindingAnswer]
    needed: list[Needed]
    pairs: list[TestedPair] | None = None
    """Every pair, tested or refused, where `include=tested` asks for them."""
    data_quality: DataQuality
    feature_version: str
    engine_version: str


class LagProfileAnswer(Computed):
    """One input against one metric at every lag: for looking at, never published."""

    user_id: str
    date: date
    feature: str
    metric: str
    lookback_days: int
    lags: list[TestedPair]
    data_quality: DataQuality
    feature_version: str
    engine_version: str
